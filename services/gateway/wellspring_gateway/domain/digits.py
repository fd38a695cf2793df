"""Numbers in addresses and forms, as anybody may write them."""

from uuid import UUID

ID_DIGITS = 18
"""Every number of so many digits fits a row's id."""


def number_in(text: str, *, digits: int = ID_DIGITS) -> int | None:
    """Return the number that a text of at most so many digits is, or nothing for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None


def uuid_in(text: str) -> UUID | None:
    """Return the UUID that a text is, or nothing for what is none."""
    try:
        return UUID(text)
    except ValueError:
        return None
