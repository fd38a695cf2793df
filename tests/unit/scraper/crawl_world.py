"""A catalogue in memory, and a scraper that crawls it."""

import asyncio
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import aiohttp

from tests.unit.scraper.fakes import Broker, delivery_of
from wellspring_common.errors import DependencyDown, Permanent, WellspringError
from wellspring_common.events.crawl import (
    CatalogCrawled,
    CrawledEpisode,
    CrawledSource,
    CrawledTitle,
    CrawlFinished,
    CrawlRequested,
    CrawlScope,
)
from wellspring_common.events.envelope import EVENT_ID, Envelope, Event
from wellspring_common.fetch.page import Page, Probe, Request
from wellspring_common.testing.bus import MemoryBus
from wellspring_common.testing.clock import FrozenClock
from wellspring_common.testing.kv import MemoryValues
from wellspring_scraper.adapters.robots import RobotsTxt
from wellspring_scraper.adapters.seen import SeenBucket
from wellspring_scraper.crawling.handler import CrawlHandlers, Patience
from wellspring_scraper.sites.catalog import Entry, Listing, Now, Place
from wellspring_scraper.sites.definition import Definition

BASE = "https://shows.example"
MIRROR = "https://shows.other.example"
JOB = UUID("01936b2e-0000-7000-8000-0000000000c1")
NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
DEFINITION = {
    "id": "shows",
    "name": "Shows",
    "resolve": {"servers": [{"key": "one", "url": "{{ .Source.Url }}"}]},
}


class LineCatalogue:
    """Reads lists of lines `key|title|mark` with `next|path`, and titles of `name|episode,episode`."""

    next_url: str | None = None
    """What a `next` leads to, whatever its path."""

    def listing(self, definition: Definition, place: Place, now: Now) -> Generator[Request, Page, Listing]:
        page = yield Request(place.page_url or f"{place.base_url}/{place.scope}{place.query}")
        entries, following = [], None
        for line in page.text().splitlines():
            key, *rest = line.split("|")
            if key == "next":
                following = self.next_url or f"{place.base_url}/{rest[0]}"
            else:
                entries.append(self._entry(place.base_url, key, *rest))
        if not entries:
            raise Permanent("No title on the list.", code="drift")
        return Listing(tuple(entries), following)

    def details(
        self, definition: Definition, base_url: str, entry: Entry, now: Now
    ) -> Generator[Request, Page, CrawledTitle]:
        page = yield Request(entry.url)
        name, _, episodes = page.text().partition("|")
        if not name:
            raise Permanent("No name on the page.", code="drift")
        return CrawledTitle(
            key=entry.key,
            url=entry.url,
            title=name,
            episodes=tuple(episode(base_url, entry.key, number) for number in episodes.split(",") if number),
        )

    def entry_of(self, definition: Definition, base_url: str, query: str) -> Entry:
        return self._entry(base_url, query, query)

    def _entry(self, base_url: str, key: str, title: str, mark: str = "") -> Entry:
        return Entry(key, f"{base_url}/t/{key}", title, mark)


def episode(base_url: str, key: str, number: str) -> CrawledEpisode:
    url = f"{base_url}/e/{key}-{number}"
    source = CrawledSource(url=url, definition="shows")
    return CrawledEpisode(key=f"{key}-{number}", number=Decimal(number), sources=(source,))


@dataclass
class Site:
    """Pages by path on any host. Each has an etag made of its text."""

    pages: dict[str, str] = field(default_factory=dict)
    troubles: dict[str, WellspringError] = field(default_factory=dict)
    gone: dict[str, WellspringError] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    etags: bool = True
    on_fetch: Callable[[str], None] = lambda _: None

    async def fetch(self, request: Request, *, jar: aiohttp.CookieJar | None = None) -> Page:
        await asyncio.sleep(0)
        host, _, path = request.url.removeprefix("https://").partition("/")
        self.asked.append(request.url)
        self.on_fetch(request.url)
        if host in self.gone:
            raise self.gone[host]
        if path in self.troubles:
            raise self.troubles[path]
        if path == "" and host in self.moved:
            return Page(request.url, 301, {"location": self.moved[host]})
        if path not in self.pages:
            raise Permanent("gone", code="not_found")
        text = self.pages[path]
        etag = f'"{hash(text)}"' if self.etags else ""
        if etag and request.headers.get("If-None-Match") == etag:
            return Page(request.url, 304, {"etag": etag})
        headers = {"content-type": "text/html"} | ({"etag": etag} if etag else {})
        return Page(request.url, 200, headers, text[: request.max_bytes].encode())

    async def probe(
        self, url: str, *, headers: Mapping[str, str] | None = None, deadline_s: float | None = None
    ) -> Probe:
        raise NotImplementedError

    def take(self) -> list[str]:
        """Return the paths that were asked for since the last time, without the way to the front page."""
        found = [url.removeprefix("https://").partition("/")[2] for url in self.asked]
        self.asked.clear()
        return [path for path in found if path not in {"", "robots.txt"}]


class FailingBus(MemoryBus):
    """A bus that dies at a call, before or after it has stored the event."""

    def __init__(self) -> None:
        super().__init__()
        self.dies_at: tuple[str, int] | None = None
        self.after = False

    async def publish(self, event: Event, envelope: Envelope, *, message_id: str | None = None) -> None:
        subject, left = self.dies_at or ("", 0)
        dies = subject == event.subject and left == 0
        if subject == event.subject:
            self.dies_at = None if dies else (subject, left - 1)
        if not dies or self.after:
            await super().publish(event, envelope, message_id=message_id)
        if dies:
            raise DependencyDown("killed")


@dataclass
class World:
    """A site, the scraper that crawls it, and all that came out."""

    site: Site = field(default_factory=Site)
    bus: FailingBus = field(default_factory=FailingBus)
    values: MemoryValues = field(default_factory=MemoryValues)
    clock: FrozenClock = field(default_factory=lambda: FrozenClock(NOW))
    definition: Definition = field(default_factory=lambda: Definition.model_validate(DEFINITION))
    waited: list[float] = field(default_factory=list)
    broker: Broker = field(default_factory=Broker)
    catalogue: LineCatalogue = field(default_factory=LineCatalogue)
    patience: Patience = field(default_factory=Patience)
    jobs: int = 0

    def __post_init__(self) -> None:
        self.site.pages[""] = "front"
        self.robots = RobotsTxt(self.site, "Wellspring/1", self.clock)

    @property
    def handlers(self) -> CrawlHandlers:
        async def pause(seconds: float) -> None:
            self.waited.append(seconds)

        return CrawlHandlers(
            bus=self.bus,
            fetcher=self.site,
            robots=self.robots,
            find=lambda _: self.definition,
            catalogue=self.catalogue,
            seen=SeenBucket(self.values),
            clock=self.clock,
            patience=self.patience,
            pause=pause,
        )

    def fill(self, titles: int, *, per_list: int = 10, mark: str = "") -> None:
        """Put titles on lists, each with two episodes."""
        for start in range(0, titles, per_list):
            numbers = range(start, min(start + per_list, titles))
            lines = [f"k{number}|Title {number}|{mark}" for number in numbers]
            lines += [f"next|all{start + per_list}"] if start + per_list < titles else []
            self.site.pages["all" if start == 0 else f"all{start}"] = "\n".join(lines)
            self.site.pages |= {f"t/k{number}": f"Title {number}|1,2" for number in numbers}

    def request(self, scope: CrawlScope = CrawlScope.ALL, **more: object) -> CrawlRequested:
        self.jobs += 1
        given: dict[str, object] = {
            "job_id": UUID(int=JOB.int + self.jobs),
            "catalogue_id": 3,
            "definition": "shows",
            "base_urls": (BASE, MIRROR),
            "scope": scope,
            "reason": "test",
            "requested_at": self.clock.now(),
            **more,
        }
        return CrawlRequested.model_validate(given)

    async def crawl(self, job: CrawlRequested | None = None, attempt: int = 1) -> CrawlFinished:
        """Crawl, and return how it ended."""
        delivery = delivery_of(job or self.request(), self.broker, attempt)
        await self.handlers.on_crawl_requested(delivery)
        (*_, end) = self.said(CrawlFinished.subject)
        return CrawlFinished.model_validate_json(end)

    def said(self, subject: str) -> list[bytes]:
        return [one.payload for one in self.bus.stored if one.subject == subject]

    def titles(self) -> list[str]:
        """Return the keys of all titles that were told, in order."""
        events = [CatalogCrawled.model_validate_json(one) for one in self.said(CatalogCrawled.subject)]
        return [title.key for event in events for title in event.titles]

    def event_ids(self) -> list[str]:
        return [one.headers[EVENT_ID] for one in self.bus.stored if one.subject == CatalogCrawled.subject]

    def later(self, **passed: float) -> None:
        self.clock.advance(timedelta(**passed))
