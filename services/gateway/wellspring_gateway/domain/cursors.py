"""Cursors of lists: opaque texts that stand for the place behind a row."""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from wellspring_common.errors import Permanent

LONGEST = 2000
HIGHEST_ID = 2**63 - 1


def pack(said: Mapping[str, Any]) -> str:
    """Return the text that carries some values: safe in any address."""
    packed = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def unpack(cursor: str) -> Mapping[str, Any]:
    """Return what a cursor carries. Raises `Permanent` with `bad_cursor` for a text that is none."""
    said = cursor[:LONGEST]
    try:
        padded = said.encode("ascii") + b"=" * (-len(said) % 4)
        found = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        raise bad_cursor() from None
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
