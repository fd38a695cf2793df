"""Text from outside, and whether it can be kept."""

import re

_UNSEEN = re.compile("[\x01-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
"""Controls, what turns the text after it around, and blanks without width. Joiners are part of words."""


def is_storable(text: str) -> bool:
    """Return whether Postgres can keep a text: no NUL, no half of a surrogate pair (JSON can send both)."""
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def without_unseen(text: str) -> str:
    """Return a text without what nobody sees and what only disturbs its neighbours on a page."""
    return _UNSEEN.sub("", text)
