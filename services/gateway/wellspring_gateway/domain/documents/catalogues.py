"""Catalogues and their crawls as the API takes and gives them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from wellspring_common.events.crawl import CrawlScope

from ..catalogues import EVERY_MINUTES, FULL_EVERY_HOURS, LONGEST_CATALOGUE, MOST_ADDRESSES
from ..episodes import LONGEST_NAME
from .base import Given, Taken
from .jobs import JobProblem, JobState
from .texts import Definition as DefinitionName
from .texts import Id, Name
from .titles import Rights

Minutes = Annotated[int, Field(ge=EVERY_MINUTES[0], le=EVERY_MINUTES[-1], examples=[45])]
Hours = Annotated[int, Field(ge=FULL_EVERY_HOURS[0], le=FULL_EVERY_HOURS[-1], examples=[168])]
Addresses = Annotated[
    list[Annotated[str, Field(max_length=2500)]],
    Field(min_length=1, max_length=MOST_ADDRESSES, examples=[["https://films.example"]]),
]


class NewCatalogue(Taken):
    """A catalogue to read. Without a pause it is read on demand only."""

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_CATALOGUE, examples=["Films"])]
    definition: DefinitionName = Field(examples=["otakudesu"])
    base_urls: Addresses = Field(description="The address in use first, its mirrors after it.")
    enabled: bool = True
    is_default: bool = False
    every_minutes: Minutes | Literal[""] | None = Field(
        None, description="The pause between looks at what is ongoing."
    )
    full_every_hours: Hours | Literal[""] | None = Field(
        None, description="The pause between crawls of everything."
    )
    language: Name | None = Field(None, examples=["id"])
    rights: Rights = "unknown"


class Catalogue(Given):
    """A catalogue with its schedule, and how its last crawl ended."""

    id: Id = Field(examples=[3])
    name: str = Field(examples=["Films"])
    definition: str = Field(examples=["otakudesu"])
    base_urls: list[str] = Field(examples=[["https://films.example"]])
    enabled: bool
    is_default: bool
    every_minutes: int | None = Field(examples=[45])
    full_every_hours: int | None = Field(examples=[168])
    language: str | None
    rights: Rights
    next_ongoing_at: datetime | None
    next_full_at: datetime | None
    last_job_id: str | None
    last_state: JobState | None
    last_code: str | None = Field(examples=["drift"])
    last_detail: str | None
    last_finished_at: datetime | None
    titles: int = Field(examples=[412], description="Titles of ours that its definition knows.")
    live_jobs: list[str] = Field(description="Crawls of it that wait or run.")


class Catalogues(Given):
    """Every catalogue, the default first."""

    catalogues: list[Catalogue]


class NewCrawl(Taken):
    """What is to be read. A search, a tag and a title need a `query`."""

    scope: CrawlScope = CrawlScope.ONGOING
    query: Annotated[str, Field(max_length=LONGEST_NAME)] = ""
    limit: Annotated[int, Field(ge=1, le=100_000)] | None = None
    thorough: bool = Field(default=False, description="Ask every page anew, whatever is remembered of it.")


class CrawlCounts(Given):
    """How far a running crawl has come."""

    lists: int
    titles: int
    unchanged: int
    failed: int
    pages: int


class CrawlStep(Given):
    """Where a running crawl was last heard to be."""

    step: str = Field(examples=["title"])
    title: str | None
    counts: CrawlCounts
    at: datetime


class LibraryChanges(Given):
    """What a crawl changed in the library so far."""

    titles_added: int
    titles_changed: int
    titles_unchanged: int
    episodes_added: int
    sources_added: int
    sources_moved: int
    refused: int


class Crawl(Given):
    """A crawl: where it is, how it ended, what it changed."""

    id: str = Field(examples=["0199f3a0-7c1e-7a55-8b1f-0a4a8d7f4e11"])
    state: JobState
    requested_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    error_code: str | None = Field(examples=["drift"])
    error_detail: str | None
    catalogue_id: int | None
    scope: Literal["all", "ongoing", "complete", "search", "tag", "title"] | None
    query: str | None
    counts: dict[str, int] = Field(examples=[{"lists": 1, "titles": 12, "pages": 13}])
    problems: list[JobProblem]
    library: LibraryChanges | None
    step: CrawlStep | None


class CrawlAsked(Crawl):
    """The crawl that answers a wish. `deduplicated` says that it was there before."""

    deduplicated: bool
