"""What stands around a picture as the API gives and takes it: subtitles, and where intro and credits lie."""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from ..subtitles import Encoding
from .base import Given, Tagged, Taken
from .texts import Address, Id, Word

LONGEST_S = 604_800
Language = Annotated[
    str,
    StringConstraints(max_length=35, pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"),
    Field(examples=["ko"]),
]
Second = Annotated[float, Field(ge=0, le=LONGEST_S)]


class NewSubtitles(Taken):
    """Subtitles to keep: a text, a file's bytes, or where the file lies. Exactly one of the three."""

    language: Language
    label: Word | None = Field(None, examples=["For the hard of hearing"])
    text: str | None = Field(None, min_length=1, max_length=1_048_576)
    file: str | None = Field(None, min_length=1, max_length=1_400_000, description="Its bytes in base64.")
    url: Address | None = None
    encoding: Encoding | None = Field(None, description="Of the file. Left out: it is found out.")

    @field_validator("file")
    @classmethod
    def _is_base64(cls, value: str | None) -> str | None:
        try:
            base64.b64decode(value or "", validate=True)
        except (binascii.Error, ValueError):
            raise ValueError("is no base64") from None
        return value

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if sum(value is not None for value in (self.text, self.file, self.url)) != 1:
            raise ValueError("needs exactly one of text, file and url")
        return self

    @classmethod
    def of_file(cls, body: bytes, values: Mapping[str, Any]) -> Self:
        """Return subtitles of a file's bytes."""
        return cls.model_validate({**values, "file": base64.b64encode(body).decode()})

    def body(self) -> bytes | None:
        """Return the file's bytes, nothing where it has to be fetched."""
        if self.text is not None:
            return self.text.encode("utf-8", "replace")
        return base64.b64decode(self.file) if self.file is not None else None


class Subtitles(Tagged):
    """Subtitles of an episode, as WebVTT at `url`."""

    EDITABLE: ClassVar[frozenset[str]] = frozenset({"language", "label"})

    id: Id
    episode_id: Id
    language: str = Field(examples=["ko"])
    label: str = Field(examples=["For the hard of hearing"])
    url: str = Field(examples=["/subtitles/7/0123456789abcdef.vtt"])
    size_bytes: int
    created_at: datetime


class SubtitlesList(Given):
    """All subtitles of an episode, by language."""

    subtitles: list[Subtitles]


class Stretch(Taken):
    """A part of a file, in seconds from its beginning."""

    start_s: Second = Field(examples=[62])
    end_s: Second = Field(examples=[151.5])

    @model_validator(mode="after")
    def _goes_on(self) -> Self:
        if self.end_s <= self.start_s:
            raise ValueError("ends before it begins")
        return self


class MarksEdit(Taken):
    """Where intro and credits lie. What is left out or null is none."""

    intro: Stretch | None = None
    outro: Stretch | None = None


class Marks(Given):
    """Where intro and credits lie. `of` says whose they are: an episode's own count alone."""

    intro: Stretch | None
    outro: Stretch | None
    of: Literal["title", "episode", "none"]
