"""A job that is cancelled while its browser waits for a page: the browser goes with it."""

import asyncio

import pytest

from tests.integration.scraper.browsing import Site, of_a_browser
from tests.support.gateway import eventually
from tests.unit.scraper.fakes import JOB, NOW, MemoryBus, delivery_of, request_for
from wellspring_cli.chromium import ensure_chromium
from wellspring_common.clock import SystemClock
from wellspring_common.events.jobs import JobCancelled
from wellspring_common.events.scrape import ScrapeStarted, SourceRef
from wellspring_common.fetch.fetcher import Fetcher
from wellspring_common.fetch.guard import Guard
from wellspring_common.testing.kv import MemoryValues
from wellspring_scraper.adapters.browser import PlaywrightBrowsers
from wellspring_scraper.adapters.climb import BrowserRung
from wellspring_scraper.adapters.definition_files import DefinitionFiles
from wellspring_scraper.adapters.static import StaticRung
from wellspring_scraper.adapters.work import Work, WorkNotes
from wellspring_scraper.handlers import Handlers

pytestmark = pytest.mark.usefixtures("nothing_stays")

OPENED_TWICE = 2
"""By the fetcher, and by the browser."""


async def test_no_process_outlives_a_cancelled_job(site: Site) -> None:
    guard, clock, bus = Guard(frozenset({site.host})), SystemClock(), MemoryBus()
    url, work = site.page("<p>Soon there will be servers here."), Work(WorkNotes(MemoryValues()))
    job = delivery_of(request_for(SourceRef(source_id=1, quality=480, url=url, definition="vcloud")))
    cancellation = delivery_of(JobCancelled(job_id=JOB, cancelled_by="test", cancelled_at=NOW))
    async with Fetcher(guard) as fetcher:
        rung = StaticRung(fetcher=fetcher, find=DefinitionFiles().find, clock=clock, ttl_s=lambda: 21_600)
        browser = BrowserRung(rung, PlaywrightBrowsers(guard, ensure_chromium()), at_least=lambda: 2)
        handlers = Handlers(bus=bus, rung=rung, clock=clock, job_deadline_s=120, next_rung=browser)
        running = asyncio.ensure_future(work.once(handlers.on_scrape_requested)(job))

        async def opened() -> int:
            return site.asked.count("/page")

        await eventually(opened, lambda times: times >= OPENED_TWICE, patience_s=30)
        assert of_a_browser() != set()
        await work.on_job_cancelled(cancellation)
        async with asyncio.timeout(5):
            await running
    assert [type(event) for event, _ in bus.published] == [ScrapeStarted]
