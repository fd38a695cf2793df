"""What the scraper needs from others."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

import aiohttp

from wellspring_common.events.live import Step
from wellspring_common.events.scrape import SourceRef, SourceResult
from wellspring_common.fetch.page import Page, Probe, Request


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
    """Hears what a scrape is doing, step by step."""

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
