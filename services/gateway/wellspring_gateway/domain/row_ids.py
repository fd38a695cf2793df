"""Numbers of rows as forms send them: anybody may write anything there."""

ID_DIGITS = 18
"""So many digits always fit Postgres's bigint."""


def is_id(text: str) -> bool:
    """Return whether a text may name a row."""
    return text.isascii() and text.isdigit() and len(text) <= ID_DIGITS
