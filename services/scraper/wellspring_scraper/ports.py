"""What the scraper needs from others."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

import aiohttp

from wellspring_common.events.crawl import CatalogCrawled, CrawlFinished
from wellspring_common.events.live import Step
from wellspring_common.events.scrape import SourceRef, SourceResult
from wellspring_common.fetch.page import Page, Probe, Request

from .domain.crawl_memory import Remembered, Validators


class Fetches(Protocol):
    """Brings pages and looks at files, as `wellspring_common.fetch.fetcher.Fetcher` does."""

    async def fetch(self, request: Request, *, jar: aiohttp.CookieJar | None = None) -> Page:
        """Return the page at the end of the redirects, or raise `Transient` or `Permanent`."""
        ...

    async def probe(
        self, url: str, *, headers: Mapping[str, str] | None = None, deadline_s: float | None = None
    ) -> Probe:
        """Return what one bounded look at a file showed, whatever its status."""
        ...


class Watch(Protocol):
    """Hears what a scrape is doing, step by step. `spared` are servers that it must not ask for a link."""

    @property
    def spared(self) -> frozenset[str]:
        """The servers whose stored links a new one would use up."""
        ...

    async def step(
        self,
        step: Step,
        source: SourceRef | None = None,
        *,
        server: str | None = None,
        host: str | None = None,
        count: int | None = None,
        code: str | None = None,
    ) -> None:
        """Take notice of a step that begins or has ended."""
        ...


@dataclass(frozen=True)
class Scraped:
    """What one rung got out of a source. `unique` are servers whose links fit one quality only."""

    result: SourceResult
    unique: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Cookie:
    """One cookie that a page left in the browser."""

    name: str
    value: str
    domain: str
    path: str
    secure: bool


@dataclass(frozen=True)
class Rendered:
    """A page after its scripts have run, and the cookies it left."""

    page: Page
    cookies: tuple[Cookie, ...] = ()


class OpenBrowser(Protocol):
    """A running browser. Every page gets a profile of its own."""

    async def render(self, url: str, *, wait_for: str, click: Sequence[str] = ()) -> Rendered:
        """Return the page once `wait_for` is on it.

        Raises `Permanent` and `Transient` with the codes of the fetcher and of the browser.
        """
        ...


class Browsers(Protocol):
    """Starts browsers, and leaves nothing of them behind."""

    def opened(self, reason: str) -> AbstractAsyncContextManager[OpenBrowser]:
        """Run a browser for as long as the block lasts.

        Raises `browser_unavailable`, `browser_crash`, `browser_timeout`.
        """
        ...


class NextRung(Protocol):
    """What is asked when the first rung found too little."""

    async def climb(
        self, sources: Sequence[SourceRef], scraped: Sequence[Scraped], watch: Watch, until: float
    ) -> list[Scraped]:
        """Return what is known of each source by the loop's time `until`, in their order."""
        ...


class Rung(Protocol):
    """One way of finding the links of a source."""

    async def scrape(self, source: SourceRef, watch: Watch, until: float) -> Scraped:
        """Return links and problems by the loop's time `until`, whatever is wrong with the page."""
        ...


class Robots(Protocol):
    """Knows what hosts ask of robots."""

    async def delay_for(self, url: str) -> float:
        """Return how many seconds the host wants between two requests.

        Raises `Permanent` with `robots_denied` where the URL may not be asked for, and `Transient` where the
        host's rules cannot be had for now.
        """
        ...


@dataclass(frozen=True)
class SeenList:
    """One page of a list as it was read last."""

    validators: Validators
    entries: tuple[tuple[str, str, str, str], ...]
    """Key, URL, title and mark of each title on it."""
    next_url: str | None


@dataclass(frozen=True)
class Progress:
    """How far a crawl's job is. `reported` and `unchanged` are short names of titles.

    `in_doubt` is an event that may or may not have been stored, `to_remember` what is known once it is.
    `finished` is the event that the job has ended with.
    """

    reported: frozenset[str] = frozenset()
    unchanged: frozenset[str] = frozenset()
    in_doubt: CatalogCrawled | None = None
    to_remember: Mapping[str, Remembered] = field(default_factory=dict)
    finished: CrawlFinished | None = None


class Seen(Protocol):
    """What crawls remember. All of it may be lost: then pages are read anew."""

    async def title(self, catalogue_id: int, key: str) -> Remembered | None:
        """Return what is known of a title. Raises `DependencyDown`."""
        ...

    async def remember_title(self, catalogue_id: int, key: str, known: Remembered) -> None:
        """Keep what is known of a title. Raises `DependencyDown`."""
        ...

    async def list_page(self, catalogue_id: int, name: str) -> SeenList | None:
        """Return what is known of one page of a list. Raises `DependencyDown`."""
        ...

    async def remember_list(self, catalogue_id: int, name: str, known: SeenList) -> None:
        """Keep what is known of one page of a list. Raises `DependencyDown`."""
        ...

    async def progress(self, job_id: UUID) -> Progress:
        """Return how far a job is. Raises `DependencyDown`."""
        ...

    async def keep_progress(self, job_id: UUID, progress: Progress) -> None:
        """Keep how far a job is. Raises `DependencyDown`."""
        ...


class KeepsPages(Protocol):
    """Keeps pages that a definition could not read, for whoever mends it."""

    async def keep(self, definition_id: str, page: Page, *, code: str, step: str) -> None:
        """Keep a page, if there is room for it. Never fails."""
        ...
