"""Cursors of lists: opaque texts that stand for the place behind a row."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from wellspring_common.errors import Permanent

from .text import is_storable

LONGEST_CURSOR = 2000
HIGHEST_ID = 2**63 - 1
_YEARS = range(1970, 9999)

Part = Callable[[str], Any]
"""Reads one part of a place from its text. Raises `ValueError` or `ArithmeticError` for what is none."""


def encode_cursor(kind: str, *parts: object) -> str:
    """Return the text for the place behind a row, in a list of this kind: it is safe in any address."""
    said = [kind, *(part.isoformat() if isinstance(part, datetime) else str(part) for part in parts)]
    packed = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def decode_cursor(kind: str, cursor: str, forms: Sequence[Part]) -> tuple[Any, ...]:
    """Return the parts of a place. Raises `Permanent` with `bad_cursor` for one of no such list."""
    found = _unpacked(cursor)
    if not isinstance(found, list) or not all(isinstance(part, str) for part in found):
        raise _bad_cursor()
    name, *parts = found or [""]
    if name != kind or len(parts) != len(forms):
        raise _bad_cursor()
    try:
        return tuple(form(part) for form, part in zip(forms, parts, strict=True))
    except (ValueError, TypeError, ArithmeticError):
        raise _bad_cursor() from None


def whole(text: str) -> int:
    """Return a number that fits a column. Raises `ValueError`."""
    number = int(text)
    if not -(2**31) <= number <= HIGHEST_ID:
        raise ValueError("out of range")
    return number


def row_id(text: str) -> int:
    """Return the id of a row. Raises `ValueError`."""
    number = whole(text)
    if number <= 0:
        raise ValueError("no id")
    return number


def moment(text: str) -> datetime:
    """Return a moment that a row may have. Raises `ValueError`."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None or found.year not in _YEARS:
        raise ValueError("no moment of ours")
    return found


def words(text: str) -> str:
    """Return a text that a row may hold. Raises `ValueError`."""
    if not is_storable(text):
        raise ValueError("no text of ours")
    return text


def _bad_cursor() -> Permanent:
    return Permanent("This cursor belongs to no such list: begin again without one.", code="bad_cursor")


def _unpacked(cursor: str) -> Any:
    said = cursor[:LONGEST_CURSOR]
    try:
        padded = said.encode("ascii") + b"=" * (-len(said) % 4)
        return json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        raise _bad_cursor() from None
