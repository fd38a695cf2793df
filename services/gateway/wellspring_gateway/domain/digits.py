"""Numbers in addresses, forms and sentences, as anybody may write them."""

from decimal import Decimal
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


def plain(value: float | Decimal) -> str:
    """Return a number as fields and addresses have it: `1000000`, `12.5`, never `1e+06`."""
    whole, _, rest = f"{value:.6f}".partition(".")
    rest = rest.rstrip("0")
    return f"{whole}.{rest}" if rest else whole


def grouped(value: float | Decimal, *, comma: str, point: str) -> str:
    """Return a number as people write it, with a sign between thousands and at most two decimals."""
    whole, _, rest = f"{value:,.2f}".partition(".")
    rest = rest.rstrip("0")
    whole = whole.replace(",", comma)
    return f"{whole}{point}{rest}" if rest else whole
