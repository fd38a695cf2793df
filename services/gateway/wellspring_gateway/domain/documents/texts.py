"""Texts, numbers and ids as documents of the API limit them."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from wellspring_common.errors import Permanent

from ..episodes import LONGEST_ADDRESS
from ..text import is_storable
from ..titles import HIGHEST_NUMBER

HIGHEST_ID = 2**63 - 1
ANY_TEXT = {"pattern": r"^[^\x00]*$"}


def _kept(text: str) -> str:
    if not is_storable(text):
        raise ValueError("holds a character that can't be kept")
    return text


def _of_two_places(number: float) -> float:
    exact = Decimal(str(number))
    if exact != round(exact, 2):
        raise ValueError("has at most two places, such as 12.5")
    return number


def _in_our_times(moment: datetime) -> datetime:
    if not 1870 < moment.year < 2200:  # noqa: PLR2004  (years)
        raise ValueError("is in no year that a film or a series has")
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_in_our_times)]
Id = Annotated[int, Field(ge=1, le=HIGHEST_ID)]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=300),
    AfterValidator(_kept),
    Field(json_schema_extra=ANY_TEXT),
]
Word = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=60),
    AfterValidator(_kept),
    Field(json_schema_extra=ANY_TEXT),
]
Prose = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=5000),
    AfterValidator(_kept),
    Field(json_schema_extra=ANY_TEXT),
]
Address = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2500),
    AfterValidator(_kept),
    Field(json_schema_extra={"format": "uri"}),
]
Number = Annotated[float, Field(ge=0, le=float(HIGHEST_NUMBER)), AfterValidator(_of_two_places)]
Season = Annotated[int, Field(ge=0, le=9999)]
Quality = Annotated[int, Field(ge=1, le=20_000)]
Definition = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]


def vetted_address(url: str, *, vet: Callable[[str], str], name: str = "url") -> str:
    """Return an address in its normal form. Raises `Permanent` with `invalid`."""
    try:
        address = vet(url)
    except Permanent as error:
        raise Permanent(f"{name}: {error.message}", code="invalid") from None
    if len(address) > LONGEST_ADDRESS:
        raise Permanent(f"{name} has at most {LONGEST_ADDRESS} characters.", code="invalid")
    return address
