"""What the scraper needs from others."""

from collections.abc import Mapping
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


class Rung(Protocol):
    """One way of finding the links of a source."""

    async def scrape(self, source: SourceRef, watch: Watch, until: float) -> Scraped:
        """Return links and problems by the loop's time `until`, whatever is wrong with the page."""
        ...
