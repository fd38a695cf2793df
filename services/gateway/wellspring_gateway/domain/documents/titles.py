"""A title as the API takes and gives it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import Field, StringConstraints

from ..pictures import poster_address
from .base import Edit, Given, Tagged, Taken
from .texts import Address, Id, Name, Prose, Word

Kind = Literal["series", "movie"]
Status = Literal["ongoing", "completed"]
Rights = Literal["unknown", "owned", "licensed", "public_domain"]
Year = Annotated[int, Field(ge=1870, le=2200, examples=[2022])]
Score = Annotated[float, Field(ge=0, le=10, examples=[8.1])]
ImdbId = Annotated[str, StringConstraints(pattern=r"^tt[0-9]{5,12}$"), Field(examples=["tt21344706"])]
ForeignId = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,12}$"), Field(examples=["136283"])]
Words = Annotated[list[Word], Field(max_length=20, examples=[["Drama", "Thriller"]])]
Lockable = Literal[
    "title",
    "original_title",
    "kind",
    "year",
    "synopsis",
    "genres",
    "status",
    "language",
    "format",
    "score",
    "producer",
    "studio",
    "total_episodes",
    "duration",
    "release_date",
    "rights",
    "imdb_id",
    "tmdb_id",
    "anilist_id",
    "poster_url",
]
Locked = Annotated[list[Lockable], Field(max_length=40, examples=[["synopsis"]])]
Picture = Annotated[Address, Field(examples=["https://images.example/the-glory.jpg"])]
EDITABLE = frozenset({"locked_fields", *get_args(Lockable)})


class _Facts(Taken):
    original_title: Name | None = Field(None, examples=["더 글로리"])
    year: Year | None = None
    synopsis: Prose | None = Field(None, examples=["A teacher has waited for years."])
    status: Status | None = None
    language: Name | None = Field(None, examples=["ko"])
    format: Word | None = Field(None, examples=["TV"])
    score: Score | None = None
    producer: Name | None = None
    studio: Name | None = None
    total_episodes: Annotated[int, Field(ge=0, le=100_000)] | None = None
    duration: Word | None = Field(None, examples=["50 min"])
    release_date: date | None = None
    imdb_id: ImdbId | None = None
    tmdb_id: ForeignId | None = None
    anilist_id: ForeignId | None = None


class NewTitle(_Facts):
    """A title to add. Its episodes follow, each with its permanent pages."""

    kind: Kind = "series"
    title: Name = Field(examples=["The Glory"])
    genres: Words = []
    rights: Rights = "unknown"
    locked_fields: Locked = []


class TitleEdit(_Facts, Edit):
    """Changes of a title. What they change is locked, unless `locked_fields` says what is.

    Neither a crawl nor a match of metadata touches what is locked.
    """

    NEVER_EMPTY: ClassVar[frozenset[str]] = frozenset({"kind", "title", "genres", "rights", "locked_fields"})

    kind: Kind | None = None
    title: Name | None = None
    genres: Words | None = None
    rights: Rights | None = None
    poster_url: Picture | None = None
    """Where its picture is fetched from, soon after. Without one it has no picture."""
    locked_fields: Locked | None = None


class Title(Tagged):
    """A title of the library."""

    EDITABLE: ClassVar[frozenset[str]] = EDITABLE

    id: Id = Field(examples=[7])
    slug: str = Field(examples=["the-glory"])
    kind: Kind
    title: str = Field(examples=["The Glory"])
    original_title: str | None
    year: int | None
    synopsis: str | None
    genres: list[str]
    status: Status | None
    language: str | None
    format: str | None
    score: float | None
    producer: str | None
    studio: str | None
    total_episodes: int | None
    duration: str | None
    release_date: date | None
    rights: Rights
    imdb_id: str | None
    tmdb_id: str | None
    anilist_id: str | None
    locked_fields: list[str]
    poster: str | None = Field(examples=["/posters/7/0123456789abcdef"])
    """Where its picture is, on this server."""
    poster_url: str | None = Field(None, examples=["https://images.example/the-glory.jpg"])
    """Where it was fetched from, or is about to be."""
    episode_count: int
    created_at: datetime
    updated_at: datetime


class ListedTitle(Given):
    """A title in a list."""

    id: Id = Field(examples=[7])
    slug: str = Field(examples=["the-glory"])
    kind: Kind
    title: str = Field(examples=["The Glory"])
    original_title: str | None = None
    year: int | None = None
    synopsis: str | None = None
    genres: list[str] = []
    poster: str | None = None
    episode_count: int = 0
    first_episode: int | None = None
    live_links: int = 0
    """How many links of its first episode may be watched, roughly."""
    score: float | None = None
    status: Status | None = None
    language: str | None = None
    created_at: datetime


class Titles(Given):
    """One page of titles."""

    titles: list[ListedTitle]
    next: str | None = Field(description="The cursor of the next page, null on the last one.")
    total: int | None = Field(description="How many titles match, null where counting them would be slow.")
    meant: str | None = Field(
        None, description="The search that was answered instead, where the one asked for finds nothing."
    )


class Genres(Given):
    """What the library's titles can be filtered by."""

    genres: list[str] = Field(examples=[["Drama", "Thriller"]])
    languages: list[str] = Field(examples=[["ko"]])


def poster_of(row: Mapping[str, Any]) -> str | None:
    """Return where the picture of a title is."""
    return poster_address(row["id"], row["poster"])
