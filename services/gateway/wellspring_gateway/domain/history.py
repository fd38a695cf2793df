"""Taking something out of the history, and putting it back as it was."""

from wellspring_common.errors import Permanent

from .cursors import decode_cursor, encode_cursor, row_id
from .documents.links import NewProgress, Progress

_UNDO = "watched"


def undo_of(gone: Progress) -> str:
    """Return the text that carries what was taken out, so that it can come back: nothing else keeps it."""
    return encode_cursor(_UNDO, gone.episode_id, gone.model_dump_json(include=set(NewProgress.model_fields)))


def undone(text: str) -> tuple[int, NewProgress]:
    """Return what comes back. Raises `Permanent` with `invalid` for a text that `undo_of` never made."""
    try:
        episode_id, told = decode_cursor(_UNDO, text, (row_id, NewProgress.model_validate_json))
    except Permanent:
        raise _nothing_to_undo() from None
    return episode_id, told


def is_undo(text: str) -> bool:
    """Return whether there is something to bring back."""
    try:
        undone(text)
    except Permanent:
        return False
    return True


def _nothing_to_undo() -> Permanent:
    return Permanent("There is nothing to bring back.", code="invalid")
