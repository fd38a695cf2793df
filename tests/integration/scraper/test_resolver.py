"""yt-dlp as it is, on pages of loopback."""

import asyncio
import os
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from aiohttp import web

from tests.support.serving import serving
from tests.unit.scraper.fakes import Broker, MemoryBus, delivery_of, request_for
from wellspring_common.clock import SystemClock
from wellspring_common.events.scrape import Container, LinksScraped, Rung, ScrapeFailed, SourceRef
from wellspring_common.fetch.fetcher import Fetcher
from wellspring_common.fetch.guard import Guard
from wellspring_common.testing.kv import MemoryValues
from wellspring_scraper.adapters.definition_files import DefinitionFiles
from wellspring_scraper.adapters.ladder import Habits, Ladder
from wellspring_scraper.adapters.resolver import ResolverRung
from wellspring_scraper.adapters.static import StaticRung
from wellspring_scraper.handlers import Handlers

FILM = b"\x00\x00\x00\x20ftypisom" + bytes(200_000)
PAGE = (
    "<html><head><title>A film</title></head><body><video src='/film.mp4' height=360></video></body></html>"
)
EMPTY = "<html><body><p>No film here.</p></body></html>"


class Pages:
    """A host with a page that has a video on it, and what it was asked."""

    def __init__(self) -> None:
        self.port, self.asked, self.go_on = 0, list[str](), asyncio.Event()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    async def film(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        if "Range" in request.headers:
            headers = {"Content-Range": f"bytes 0-511/{len(FILM)}"}
            return web.Response(status=206, body=FILM[:512], content_type="video/mp4", headers=headers)
        return web.Response(body=FILM, content_type="video/mp4")

    async def page(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        return web.Response(text=PAGE if request.path == "/watch" else EMPTY, content_type="text/html")

    async def hang(self, _: web.Request) -> web.Response:
        await self.go_on.wait()
        return web.Response(text=EMPTY)


@pytest.fixture
async def pages() -> AsyncGenerator[Pages]:
    pages, app = Pages(), web.Application()
    app.add_routes([web.get("/film.mp4", pages.film), web.get("/watch", pages.page)])
    app.add_routes([web.get("/empty", pages.page), web.get("/hang", pages.hang)])
    async with serving(app, patience_s=0.1) as pages.port:
        yield pages
        pages.go_on.set()


class Scraper:
    """A scraper with yt-dlp, which may reach one host of loopback."""

    def __init__(self, fetcher: Fetcher, guard: Guard) -> None:
        clock = SystemClock()
        static = StaticRung(fetcher=fetcher, find=DefinitionFiles().find, clock=clock, ttl_s=lambda: 3600)
        self.resolver = ResolverRung(static, guard, asyncio.Semaphore(1), wall_s=15.0)
        self.static, self.clock = static, clock

    async def scrape(self, url: str, *, resolver: ResolverRung | None = None) -> LinksScraped | ScrapeFailed:
        habits = Habits(MemoryValues(), self.clock)
        ladder = Ladder(self.static, resolver or self.resolver, None, habits, at_least=lambda: 2)
        bus = MemoryBus()
        handlers = Handlers(bus, ladder, self.clock, 60.0, next_rung=ladder)
        source = SourceRef(source_id=1, quality=None, url=url, definition="yt-dlp")
        await handlers.on_scrape_requested(delivery_of(request_for(source), Broker()))
        event = bus.published[-1][0]
        assert isinstance(event, LinksScraped | ScrapeFailed)
        return event


@pytest.fixture
async def scraper(pages: Pages) -> AsyncGenerator[Scraper]:
    guard = Guard(frozenset({f"127.0.0.1:{pages.port}"}))
    async with Fetcher(guard) as fetcher:
        yield Scraper(fetcher, guard)


def children() -> list[str]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            text = entry.read_text().replace("\0", " ")
            status = (entry.parent / "status").read_text()
        except OSError:
            continue
        if "yt_dlp" in text and f"PPid:\t{os.getpid()}\n" in status:
            found.append(text)
    return found


async def test_a_video_on_a_page_is_a_link_that_was_seen(scraper: Scraper, pages: Pages) -> None:
    event = await scraper.scrape(pages.url("/watch"))
    assert isinstance(event, LinksScraped), event
    (link,) = event.results[0].links
    assert (link.url, link.server, link.verified) == (pages.url("/film.mp4"), "yt-dlp", True)
    assert (link.container, link.size_bytes, event.results[0].rung) == (
        Container.MP4,
        len(FILM),
        Rung.RESOLVER,
    )
    assert children() == []


async def test_a_page_without_a_video_is_drift(scraper: Scraper, pages: Pages) -> None:
    event = await scraper.scrape(pages.url("/empty"))
    assert isinstance(event, ScrapeFailed)
    assert event.code == "drift"


async def test_an_inner_address_is_reached_by_nobody(scraper: Scraper, pages: Pages) -> None:
    event = await scraper.scrape(f"http://127.0.0.2:{pages.port}/watch")
    assert isinstance(event, ScrapeFailed)
    assert (event.code, pages.asked) == ("blocked_address", [])


async def test_a_page_that_never_ends_takes_its_time_and_no_more(scraper: Scraper, pages: Pages) -> None:
    hasty = ResolverRung(scraper.static, scraper.resolver.guard, asyncio.Semaphore(1), wall_s=1.5)
    async with asyncio.timeout(10):
        event = await scraper.scrape(pages.url("/hang"), resolver=hasty)
    assert isinstance(event, ScrapeFailed)
    assert (event.code, event.retryable) == ("timeout", True)
    assert children() == []


async def test_without_yt_dlp_it_says_how_to_get_it(scraper: Scraper, pages: Pages) -> None:
    without = ResolverRung(
        scraper.static, scraper.resolver.guard, asyncio.Semaphore(1), is_installed=lambda: False
    )
    event = await scraper.scrape(pages.url("/watch"), resolver=without)
    assert isinstance(event, ScrapeFailed)
    assert (event.code, event.retryable, pages.asked) == ("resolver_unavailable", False, [])
    assert "extra `ytdlp`" in event.detail


async def test_it_never_runs_beside_a_browser(scraper: Scraper, pages: Pages) -> None:
    turn = asyncio.Semaphore(1)
    await turn.acquire()
    waiting = ResolverRung(scraper.static, scraper.resolver.guard, turn)
    task = asyncio.create_task(scraper.scrape(pages.url("/watch"), resolver=waiting))
    await asyncio.sleep(0.3)
    assert (children(), pages.asked) == ([], [])
    turn.release()
    assert isinstance(await task, LinksScraped)
