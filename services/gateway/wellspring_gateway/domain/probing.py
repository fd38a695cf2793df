"""Which links a person wants looked at now."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from .episodes import FieldError
from .text import is_storable
from .titles import slug_of

NUMBERS = ("limit", "older_than_hours", "timeout_s")
WORDS = ("host", "title")
UNHEARD_AFTER = timedelta(seconds=20)
"""A run that nobody takes up for so long is worth a word: the health service may be away."""
_KEYS = {
    "int_parsing": "no_whole_number",
    "int_from_float": "no_whole_number",
    "float_parsing": "not_a_number",
    "value_error": "one_word",
    "string_too_long": "too_long",
}


def _word(text: str) -> str:
    word = text.strip()
    if not word or not is_storable(word) or any(letter.isspace() for letter in word):
        raise ValueError("must be one word")
    return word


Word = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_word)]


class ProbeFilter(BaseModel):
    """Conditions that a link must meet, all of them. None at all means every link.

    `older_than_hours` is the time since the last look, `timeout_s` the deadline of one look, `host` the host
    in the link's URL or the server's key, `title` a slug.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    limit: int | None = Field(default=None, ge=1, le=10_000_000)
    older_than_hours: float | None = Field(default=None, ge=0, le=87_600)
    timeout_s: float | None = Field(default=None, gt=0, le=60)
    host: Word | None = None
    title: Word | None = None
    episode_id: int | None = Field(default=None, ge=1, lt=2**63)

    def said(self) -> Mapping[str, Any]:
        """Return the conditions that were given."""
        return self.model_dump(exclude_none=True)


def parse_form(fields: Mapping[str, str]) -> ProbeFilter | Mapping[str, FieldError]:
    """Return the filter that a form's fields say, or what is wrong by field. What is empty is no condition.

    People write numbers with a comma, and copy a title's name or the address of its page.
    """
    said = {name: fields.get(name, "").strip() for name in (*NUMBERS, *WORDS)}
    said |= {name: said[name].replace(",", ".") for name in NUMBERS}
    if said["title"]:
        said["title"] = _slug(said["title"])
    try:
        return ProbeFilter.model_validate({name: text for name, text in said.items() if text})
    except ValidationError as error:
        return {str(each["loc"][0]): _wrong(each["type"], each["msg"]) for each in error.errors()}


def _slug(text: str) -> str:
    path = urlsplit(text).path if "/" in text else text
    last = path.rstrip("/").rpartition("/")[2]
    return slug_of(last) if " " in last else last


def _wrong(kind: str, message: str) -> FieldError:
    return FieldError(_KEYS.get(kind, "out_of_range"), message)


def is_unheard(state: str, requested_at: datetime, now: datetime) -> bool:
    """Return whether a run has waited longer than a health service that works lets it wait."""
    return state == "queued" and requested_at <= now - UNHEARD_AFTER
