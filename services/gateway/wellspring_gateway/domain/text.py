"""Text from outside, and whether it can be kept."""


def is_storable(text: str) -> bool:
    """Return whether Postgres can keep a text: no NUL, no half of a surrogate pair (JSON can send both)."""
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)
