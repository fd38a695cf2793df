"""The demo's anime catalogue, crawled as an operator would have it crawled."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.unit.scraper.fakes import Broker, delivery_of
from wellspring_common.clock import SystemClock
from wellspring_common.events.crawl import (
    CatalogCrawled,
    CrawledTitle,
    CrawlFinished,
    CrawlRequested,
    CrawlScope,
)
from wellspring_common.fetch.fetcher import Fetcher
from wellspring_common.fetch.guard import Guard
from wellspring_common.fetch.pace import PaceRule
from wellspring_common.ids import uuid7
from wellspring_common.kept_pages import kept_pages
from wellspring_common.testing.bus import MemoryBus
from wellspring_common.testing.kv import MemoryValues
from wellspring_demo.world import World, running_world
from wellspring_scraper.adapters.definition_files import DefinitionFiles
from wellspring_scraper.adapters.kept_pages import PageKeeper
from wellspring_scraper.adapters.robots import RobotsTxt
from wellspring_scraper.adapters.seen import SeenBucket
from wellspring_scraper.crawling.handler import CrawlHandlers
from wellspring_scraper.sites import catalog

EAGER = PaceRule(concurrency=8, burst=1000, rate_per_s=2000)


@dataclass
class Crawler:
    """A scraper that crawls one catalogue, again and again."""

    world: World
    fetcher: Fetcher
    bus: MemoryBus = field(default_factory=MemoryBus)
    values: MemoryValues = field(default_factory=MemoryValues)

    async def crawl(self, scope: CrawlScope = CrawlScope.ALL, **more: object) -> CrawlFinished:
        clock = SystemClock()
        handlers = CrawlHandlers(
            bus=self.bus,
            fetcher=self.fetcher,
            robots=RobotsTxt(self.fetcher, self.fetcher.user_agent, clock),
            find=DefinitionFiles().find,
            catalogue=catalog,
            seen=SeenBucket(self.values),
            clock=clock,
            pages_kept=PageKeeper(self.bus, clock),
        )
        given: dict[str, object] = {
            "job_id": uuid7(),
            "catalogue_id": 1,
            "definition": "otakudesu",
            "base_urls": (self.world.addresses["anime"], self.world.addresses["anime2"]),
            "scope": scope,
            "reason": "test",
            "requested_at": datetime.now(UTC),  # noqa: TID251  (an event's real time)
            **more,
        }
        await handlers.on_crawl_requested(delivery_of(CrawlRequested.model_validate(given), Broker()))
        (*_, end) = (one.payload for one in self.bus.stored if one.subject == CrawlFinished.subject)
        return CrawlFinished.model_validate_json(end)

    def take(self) -> list[CrawledTitle]:
        """Return the titles that were told since the last time."""
        events = [one.payload for one in self.bus.stored if one.subject == CatalogCrawled.subject]
        self.bus.stored.clear()
        return [title for event in events for title in CatalogCrawled.model_validate_json(event).titles]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with running_world(tmp_path / "world") as running:
        yield running


@pytest.fixture
async def crawler(world: World) -> AsyncGenerator[Crawler]:
    async with Fetcher(Guard(frozenset(world.hosts)), pace=EAGER) as fetcher:
        yield Crawler(world, fetcher)


async def test_the_whole_catalogue_is_read_once_and_then_nothing_is_new(crawler: Crawler) -> None:
    first = await crawler.crawl()
    titles = crawler.take()
    assert (first.code, first.counts.failed, first.moved_to) == (None, 0, None), first.problems
    assert len(titles) == len({one.key for one in titles}) == first.counts.titles >= 200
    assert sum(len(one.episodes) for one in titles) >= 3000
    assert all(source.definition for one in titles for each in one.episodes for source in each.sources)
    second = await crawler.crawl()
    assert (second.counts.titles, second.counts.unchanged) == (0, first.counts.titles)
    assert crawler.take() == []
    assert second.counts.pages <= first.counts.pages


async def test_the_ongoing_list_costs_one_page_a_list_when_nothing_is_new(crawler: Crawler) -> None:
    first = await crawler.crawl(CrawlScope.ONGOING)
    second = await crawler.crawl(CrawlScope.ONGOING)
    assert first.counts.titles == second.counts.unchanged > 0
    assert second.counts.pages == second.counts.lists + 1  # and the front page


async def test_a_new_episode_is_told_and_nothing_else(crawler: Crawler) -> None:
    await crawler.crawl(CrawlScope.ONGOING)
    before = {one.key: len(one.episodes) for one in crawler.take()}
    airing = next(one for one in crawler.world.anime.titles() if f"p={one.post_id}" in before)
    crawler.world.happen("release", airing.slug)
    end = await crawler.crawl(CrawlScope.ONGOING)
    (told,) = crawler.take()
    assert (told.key, end.counts.titles) == (f"p={airing.post_id}", 1)
    assert len(told.episodes) == before[told.key] + 1


async def test_one_title_is_read_by_its_key(crawler: Crawler) -> None:
    await crawler.crawl(CrawlScope.ONGOING, limit=1)
    (wanted,) = crawler.take()
    end = await crawler.crawl(CrawlScope.TITLE, query=wanted.key, thorough=True)
    assert ([one.key for one in crawler.take()], end.counts.lists) == ([wanted.key], 0)


@pytest.mark.parametrize("how", ["redirect", "gone"])
async def test_a_catalogue_that_moved_is_followed(crawler: Crawler, how: str) -> None:
    await crawler.crawl(CrawlScope.ONGOING, limit=5)
    before = {one.key for one in crawler.take()}
    await crawler.world.move(how)
    end = await crawler.crawl(CrawlScope.ONGOING, limit=5)
    assert (end.code, end.moved_to) == (None, crawler.world.addresses["anime2"])
    assert {one.key for one in crawler.take()} == before


async def test_a_catalogue_that_wants_no_robots_is_left_alone(crawler: Crawler) -> None:
    crawler.world.state.settings.robots_allowed = False
    end = await crawler.crawl()
    assert (end.code, end.counts.titles) == ("robots_denied", 0)


async def test_a_list_whose_pages_have_changed_is_drift_and_kept(crawler: Crawler) -> None:
    crawler.world.fault("anime", "drift")
    end = await crawler.crawl()
    assert (end.code, end.retryable) == ("drift", False)
    (page,) = await kept_pages(crawler.bus)
    assert (page.definition, page.code, page.status) == ("otakudesu", "drift", 200)
    assert page.url.endswith("/anime-list/")
    assert b"<html" in page.body.lower()
