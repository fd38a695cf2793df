"""Identifiers: time-ordered for what is new, derived for what must come out the same twice."""

import os
import time
from uuid import UUID, uuid5

_VERSION_7 = 0x7
_VARIANT = 0b10


def uuid7() -> UUID:
    """Return a new time-ordered identifier (RFC 9562, section 5.7)."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80
    value |= _VERSION_7 << 76
    value |= (random >> 68 & 0xFFF) << 64
    value |= _VARIANT << 62
    value |= random & 0x3FFF_FFFF_FFFF_FFFF
    return UUID(int=value)


def derived_id(cause: UUID, what: str, ordinal: int = 0) -> UUID:
    """Return the identifier of what `cause` leads to: a repeated run gives the same one."""
    return uuid5(cause, f"{what}/{ordinal}")
