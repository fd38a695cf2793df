"""Cursors of lists: opaque texts that stand for the place behind a row."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from wellspring_common.errors import Permanent

LONGEST_CURSOR = 2000
HIGHEST_ID = 2**63 - 1


Part = Callable[[str], Any]
"""Reads one part of a place from its text. Raises `ValueError` or `ArithmeticError` for what is none."""


def pack(said: Mapping[str, Any] | Sequence[str]) -> str:
    """Return the text that carries some values: safe in any address."""
    packed = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def unpack(cursor: str) -> Mapping[str, Any]:
    """Return what a cursor carries. Raises `Permanent` with `bad_cursor` for a text that is none."""
    found = _unpacked(cursor)
    if not isinstance(found, dict):
        raise bad_cursor()
    return found


def bad_cursor() -> Permanent:
    """Return the refusal of a cursor that the list never gave."""
    return Permanent("This cursor belongs to no such list: begin again without one.", code="bad_cursor")


def pack_moment(moment: datetime, row_id: int, **more: str) -> str:
    """Return the cursor behind a row of a list that is sorted by a moment."""
    return pack({"t": moment.isoformat(), "i": row_id, **more})


def unpack_moment(cursor: str) -> tuple[datetime, int, Mapping[str, Any]]:
    """Return the moment and the id of the row that a page begins behind, and what else it carries."""
    said = unpack(cursor)
    row_id = said.get("i")
    try:
        moment = datetime.fromisoformat(said["t"])
    except (KeyError, TypeError, ValueError):
        raise bad_cursor() from None
    if moment.tzinfo is None or type(row_id) is not int or not 0 < row_id <= HIGHEST_ID:
        raise bad_cursor()
    return moment, row_id, said


def encode_cursor(kind: str, *parts: object) -> str:
    """Return the text for the place behind a row, in a list of this kind."""
    return pack([kind, *(str(part) for part in parts)])


def decode_cursor(kind: str, cursor: str, forms: Sequence[Part]) -> tuple[Any, ...]:
    """Return the parts of a place. Raises `Permanent` with `bad_cursor` for one of no such list."""
    found = _unpacked(cursor)
    if not isinstance(found, list) or not all(isinstance(part, str) for part in found):
        raise bad_cursor()
    name, *parts = found or [""]
    if name != kind or len(parts) != len(forms):
        raise bad_cursor()
    try:
        return tuple(form(part) for form, part in zip(forms, parts, strict=True))
    except (ValueError, TypeError, ArithmeticError):
        raise bad_cursor() from None


def whole(text: str) -> int:
    """Return a number that fits a column. Raises `ValueError`."""
    number = int(text)
    if not -(2**31) <= number < 2**63:
        raise ValueError("out of range")
    return number


def moment(text: str) -> datetime:
    """Return a moment that a row may have. Raises `ValueError`."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None or not 1970 <= found.year < 9999:  # noqa: PLR2004
        raise ValueError("no moment of ours")
    return found


def _unpacked(cursor: str) -> Any:
    said = cursor[:LONGEST_CURSOR]
    try:
        padded = said.encode("ascii") + b"=" * (-len(said) % 4)
        return json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        raise bad_cursor() from None
