"""Taking something out of the history, and putting it back as it was."""

from pydantic import ValidationError

from wellspring_common.errors import Permanent

from .cursors import HIGHEST_ID, pack, unpack
from .documents.links import NewProgress, Progress


def percent(seen: Progress) -> int | None:
    """Return how much of an episode was watched, in percent. Nothing, where its length is not known."""
    if seen.finished:
        return 100
    if not seen.duration_s:
        return None
    return min(99, round(100 * seen.position_s / seen.duration_s))


def undo_of(gone: Progress) -> str:
    """Return the text that carries what was taken out, so that it can come back: nothing else keeps it."""
    return pack(
        {
            "episode": gone.episode_id,
            "position_s": gone.position_s,
            "duration_s": gone.duration_s,
            "finished": gone.finished,
            "watched_at": gone.watched_at.isoformat(),
        }
    )


def undone(text: str) -> tuple[int, NewProgress]:
    """Return what comes back. Raises `Permanent` with `invalid` for a text that `undo_of` never made."""
    try:
        said = dict(unpack(text))
        episode_id = said.pop("episode", None)
        told = NewProgress.model_validate(said)
    except (ValidationError, Permanent):
        raise _nothing_to_undo() from None
    if type(episode_id) is not int or not 0 < episode_id <= HIGHEST_ID:
        raise _nothing_to_undo()
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
