"""Which links a person wants looked at now."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from .text import is_storable


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
