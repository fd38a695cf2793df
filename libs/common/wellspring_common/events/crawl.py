"""Events about reading a catalogue: its lists, titles, episodes and the sources behind them."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Literal
from uuid import UUID

from .envelope import Event, Wire
from .scrape import Problem


class CrawlScope(StrEnum):
    """Which of a catalogue's lists is read."""

    ALL = "all"
    ONGOING = "ongoing"
    COMPLETE = "complete"
    SEARCH = "search"
    TAG = "tag"
    TITLE = "title"


class CrawlRequested(Event):
    """A catalogue is to be read.

    `base_urls` are the addresses of the catalogue, the one in use first, its mirrors after it. `query` is the
    words of a search, the name of a tag, or the key or URL of one title. `thorough` asks every page anew,
    whatever is remembered of it.
    """

    subject: ClassVar[str] = "crawl.requested"

    job_id: UUID
    catalogue_id: int
    definition: str
    base_urls: tuple[str, ...]
    scope: CrawlScope
    query: str = ""
    limit: int | None = None
    thorough: bool = False
    pool: str = "default"
    reason: str
    requested_at: datetime

    def routing(self) -> str:
        """Return the subject with its pool."""
        return f"{self.subject}.{self.pool}"


class CrawlStarted(Event):
    """The scraper has begun to read a catalogue."""

    subject: ClassVar[str] = "crawl.started"

    job_id: UUID
    catalogue_id: int
    attempt: int
    started_at: datetime


class CrawledSource(Wire):
    """One permanent page. `quality` is in lines, or nothing where the page lists several."""

    url: str
    definition: str
    quality: int | None = None
    language: str | None = None


class CrawledEpisode(Wire):
    """One episode as a catalogue shows it. `key` names it within the catalogue, whatever its host."""

    key: str
    season: int = 1
    number: Decimal
    name: str | None = None
    aired_on: date | None = None
    sources: tuple[CrawledSource, ...]


class CrawledTitle(Wire):
    """One title as a catalogue shows it. What the page does not say is nothing, and changes nothing.

    `key` names it within the catalogue, whatever its host. A title with very many episodes comes in several
    events, each with a part of them.
    """

    key: str
    url: str
    kind: Literal["series", "movie"] = "series"
    format: str | None = None
    title: str
    original_title: str | None = None
    synopsis: str | None = None
    poster_url: str | None = None
    genres: tuple[str, ...] = ()
    score: Decimal | None = None
    producer: str | None = None
    studio: str | None = None
    status: Literal["ongoing", "completed"] | None = None
    total_episodes: int | None = None
    duration: str | None = None
    released_on: date | None = None
    year: int | None = None
    language: str | None = None
    imdb_id: str | None = None
    tmdb_id: str | None = None
    anilist_id: str | None = None
    episodes: tuple[CrawledEpisode, ...] = ()


class CatalogCrawled(Event):
    """Titles that a crawl found new or changed. At most 200 KiB of them."""

    subject: ClassVar[str] = "catalog.crawled"

    job_id: UUID
    catalogue_id: int
    definition: str
    titles: tuple[CrawledTitle, ...]


class CrawlCounts(Wire):
    """What a crawl did. `unchanged` titles were not read again, or read and found as they were."""

    lists: int = 0
    titles: int = 0
    unchanged: int = 0
    failed: int = 0
    pages: int = 0


class CrawlFinished(Event):
    """A crawl has ended: well, in part, or with a failure that `code` names.

    `moved_to` is the address under which the catalogue answers now, where that is not the first one asked.
    """

    subject: ClassVar[str] = "crawl.finished"

    job_id: UUID
    catalogue_id: int
    attempt: int
    started_at: datetime
    finished_at: datetime
    counts: CrawlCounts
    problems: tuple[Problem, ...] = ()
    code: str | None = None
    detail: str | None = None
    retryable: bool = False
    moved_to: str | None = None


class CrawlStep(Event):
    """Where a running crawl is, for the people who watch it. Never stored, fine to lose."""

    subject: ClassVar[str] = "live.crawl"

    job_id: UUID
    catalogue_id: int
    at: datetime
    step: str
    title: str | None = None
    counts: CrawlCounts

    def routing(self) -> str:
        """Return the subject with the catalogue, so that a page can listen to its own."""
        return f"{self.subject}.{self.catalogue_id}"
