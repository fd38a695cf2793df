"""Numbers in addresses and forms, as anybody may write them."""

ID_DIGITS = 18
"""Every number of so many digits fits a row's id."""


def number_in(text: str, *, digits: int = ID_DIGITS) -> int | None:
    """Return the number that a text of at most so many digits is, or nothing for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None
