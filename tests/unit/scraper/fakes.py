"""Stand-ins for the scraper's ports."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import aiohttp

from wellspring_common.bus.port import Delivery, Graveyard, Reply, Subscription
from wellspring_common.errors import Permanent, WellspringError
from wellspring_common.events.envelope import Envelope, Event
from wellspring_common.events.live import ScrapeStep, Step
from wellspring_common.events.scrape import Lane, ScrapeRequested, SourceRef
from wellspring_common.fetch.page import Page, Probe, Request

NOW = datetime(2026, 11, 21, 8, 53, 10, tzinfo=UTC)
JOB = UUID("01936b2e-0000-7000-8000-000000000001")
FILM = b"\x00\x00\x00\x20ftypisom" + bytes(500)


class FixedClock:
    """A clock that stands still."""

    def now(self) -> datetime:
        return NOW


@dataclass
class MemoryBus:
    """Keeps what was said. `down` makes the next publications fail."""

    published: list[tuple[Event, Envelope]] = field(default_factory=list)
    told: list[ScrapeStep] = field(default_factory=list)
    down: WellspringError | None = None

    async def publish(self, event: Event, envelope: Envelope, *, message_id: str | None = None) -> None:
        if self.down is not None:
            raise self.down
        self.published.append((event, envelope))

    async def publish_raw(self, subject: str, payload: bytes, headers: Mapping[str, str]) -> None:
        raise NotImplementedError

    async def tell(self, event: Event) -> None:
        assert isinstance(event, ScrapeStep)
        self.told.append(event)

    def listen(self, *subjects: str) -> AbstractAsyncContextManager[AsyncIterator[tuple[str, bytes]]]:
        raise NotImplementedError

    async def consume(self, subscription: Subscription, graveyard: Graveyard) -> None:
        raise NotImplementedError

    async def ask(self, subject: str, question: bytes, *, patience_s: float) -> bytes:
        raise NotImplementedError

    async def answer(self, replies: Mapping[str, Reply]) -> None:
        raise NotImplementedError

    async def ping(self) -> None:
        return None

    @property
    def steps(self) -> list[Step]:
        return [one.step for one in self.told]


@dataclass
class MemoryWeb:
    """Pages and files by URL. What is not there is gone."""

    pages: dict[str, Page | WellspringError] = field(default_factory=dict)
    files: dict[str, Probe | WellspringError] = field(default_factory=dict)
    fetched: list[str] = field(default_factory=list)
    probed: list[str] = field(default_factory=list)
    flaky: dict[str, list[WellspringError]] = field(default_factory=dict)
    at_once: int = 0
    most_at_once: int = 0

    async def fetch(self, request: Request, *, jar: aiohttp.CookieJar | None = None) -> Page:
        self.fetched.append(request.url)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        if self.flaky.get(request.url):
            raise self.flaky[request.url].pop(0)
        found = self.pages.get(request.url, Permanent("gone", code="not_found"))
        if isinstance(found, WellspringError):
            raise found
        return found

    async def probe(
        self, url: str, *, headers: Mapping[str, str] | None = None, deadline_s: float | None = None
    ) -> Probe:
        self.probed.append(url)
        found = self.files.get(url, film(url))
        if isinstance(found, WellspringError):
            raise found
        return found


def film(url: str, *, size: int = 500_000_000, start: bytes = FILM, status: int = 206) -> Probe:
    return Probe(
        url=url,
        final_url=url,
        status=status,
        content_type="video/mp4",
        size=size,
        first_bytes=start,
        accept_ranges=status == 206,
        latency_ms=12,
    )


def html(url: str, body: str) -> Page:
    return Page(url=url, status=200, headers={"content-type": "text/html"}, body=body.encode())


@dataclass
class Broker:
    """Counts how often it was told that the work goes on."""

    told: int = 0

    async def working(self) -> None:
        self.told += 1


def request_for(*sources: SourceRef) -> ScrapeRequested:
    return ScrapeRequested(
        job_id=JOB,
        episode_id=7,
        lane=Lane.INTERACTIVE,
        reason="force",
        requested_at=NOW,
        sources=sources,
    )


def delivery_of(event: Event, broker: Broker | None = None, attempt: int = 1) -> Delivery:
    envelope = Envelope(event_id=JOB, emitted_at=NOW, correlation_id=JOB)
    told = broker or Broker()
    return Delivery(event, envelope, event.routing(), b"", attempt, told.working)
