"""Episodes and their permanent pages as the API takes and gives them."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ..episodes import definition_for
from .base import Edit, Given, Tagged, Taken
from .texts import Address, Definition, Id, Moment, Name, Number, Quality, Season, Word, vetted_address

Page = Annotated[Address, Field(examples=["https://pages.example/the-glory-1-720"])]
Lockable = Literal["name", "aired_at"]
Locked = Annotated[list[Lockable], Field(max_length=40, examples=[["name"]])]


class NewSource(Taken):
    """A permanent page to add. `quality` is its height in lines, null where one page lists several."""

    url: Page
    quality: Quality | None = Field(None, examples=[720])
    definition: Definition | None = Field(None, examples=["vcloud"])
    """The site definition that reads it. Left out: `direct` for a file's own address, else the default."""
    language: Word | None = None


class SourceEdit(Edit):
    """Changes of a permanent page."""

    NEVER_EMPTY: ClassVar[frozenset[str]] = frozenset({"url", "definition"})

    url: Page | None = None
    quality: Quality | None = None
    definition: Definition | None = None
    language: Word | None = None


class Source(Tagged):
    """A permanent page of an episode."""

    EDITABLE: ClassVar[frozenset[str]] = frozenset({"url", "quality", "definition", "language"})

    id: Id
    episode_id: Id
    url: str = Field(examples=["https://pages.example/the-glory-1-720"])
    quality: int | None = Field(examples=[720])
    definition: str = Field(examples=["vcloud"])
    language: str | None
    created_at: datetime
    updated_at: datetime


class Sources(Given):
    """The permanent pages of an episode."""

    sources: list[Source]


class NewEpisode(Taken):
    """An episode to add, with its pages. `number` may be 0 or 12.5."""

    season: Season = 1
    number: Number = Field(examples=[1])
    name: Name | None = None
    aired_at: Moment | None = None
    sources: Annotated[list[NewSource], Field(max_length=40)] = []


class EpisodeEdit(Edit):
    """Changes of an episode. What they change of its name and day is locked, as those of a title are."""

    NEVER_EMPTY: ClassVar[frozenset[str]] = frozenset({"season", "number", "locked_fields"})

    season: Season | None = None
    number: Number | None = None
    name: Name | None = None
    aired_at: Moment | None = None
    locked_fields: Locked | None = None


class Episode(Tagged):
    """An episode of a title."""

    EDITABLE: ClassVar[frozenset[str]] = frozenset({"season", "number", "name", "aired_at", "locked_fields"})

    id: Id = Field(examples=[31])
    title_id: Id = Field(examples=[7])
    season: int = Field(examples=[1])
    number: float = Field(examples=[12.5])
    name: str | None
    aired_at: datetime | None
    locked_fields: list[str] = []
    source_count: int
    live_links: int
    """How many links may be watched, roughly: `links` says it exactly."""
    created_at: datetime
    updated_at: datetime


class Episodes(Given):
    """One page of a title's episodes, in order."""

    episodes: list[Episode]
    next: str | None = Field(description="The cursor of the next page, null on the last one.")


def vetted(sources: Iterable[NewSource], *, vet: Callable[[str], str], default: str) -> tuple[NewSource, ...]:
    """Return pages as they are stored. Raises `Permanent` for an address that may not be fetched."""
    found = []
    for source in sources:
        url = vetted_address(source.url, vet=vet)
        definition = source.definition or definition_for(url, default)
        found.append(source.model_copy(update={"url": url, "definition": definition}))
    return tuple(found)
