"""The whole of the demo's catalogue is read once, and after that only what changed."""

import pytest

from wellspring_common.events.crawl import CrawlScope
from wellspring_common.fetch.fetcher import Fetcher
from wellspring_demo.world import World

from .crawler import Crawler


@pytest.fixture
def crawler(fetcher: Fetcher) -> Crawler:
    return Crawler(fetcher)


async def test_every_title_and_episode_is_told_once(world: World, crawler: Crawler) -> None:
    there = world.anime.described()
    end, told = await crawler.crawl(world.addresses["anime"], scope=CrawlScope.ALL)
    assert (end.code, end.problems) == (None, ())
    assert len(told) == end.counts.titles == there["titles"] >= 200
    assert sum(len(found.episodes) for found in told.values()) == there["episodes"] >= 3_000
    for scope in (CrawlScope.ALL, CrawlScope.ONGOING, CrawlScope.COMPLETE):
        end, told = await crawler.crawl(world.addresses["anime"], scope=scope)
        assert (end.code, end.counts.titles, end.counts.failed, told) == (None, 0, 0, {})


async def test_a_new_episode_is_told_and_nothing_else_is(world: World, crawler: Crawler) -> None:
    _, before = await crawler.crawl(world.addresses["anime"])
    anime = world.anime.specimen("ongoing")
    world.happen("release", anime.slug)
    world.log.clear()
    end, told = await crawler.crawl(world.addresses["anime"])
    ((key, found),) = told.items()
    assert end.counts.titles == 1
    assert found.title == anime.title
    assert len(found.episodes) == len(before[key].episodes) + 1
    pages = [entry.path for entry in world.log.entries("anime") if entry.path.startswith("/anime/")]
    assert pages == [f"/anime/{anime.slug}/"]


async def test_a_renamed_title_keeps_its_key_and_those_of_its_episodes(
    world: World, crawler: Crawler
) -> None:
    _, before = await crawler.crawl(world.addresses["anime"])
    anime = world.anime.specimen("ongoing")
    world.happen("rename", anime.slug, to="harusame-sub-indo", episodes=True)
    _, told = await crawler.crawl(world.addresses["anime"])
    ((key, found),) = told.items()
    assert found.url.endswith("/anime/harusame-sub-indo/")
    assert {one.key for one in found.episodes} == {one.key for one in before[key].episodes}


async def test_a_changed_fact_is_found_by_a_search(world: World, crawler: Crawler) -> None:
    anime = world.anime.specimen("ongoing")
    words = anime.title.split()[0]
    _, before = await crawler.crawl(world.addresses["anime"], scope=CrawlScope.SEARCH, query=words)
    assert len(before) > 1
    world.happen("change", anime.slug, facts={"synopsis": "Semua berubah."})
    end, told = await crawler.crawl(world.addresses["anime"], scope=CrawlScope.SEARCH, query=words)
    assert [found.synopsis for found in told.values()] == ["Semua berubah."]
    assert end.counts.unchanged == len(before) - 1


async def test_robots_are_obeyed(world: World, crawler: Crawler) -> None:
    world.state.settings.update({"robots_allowed": False})
    end, told = await crawler.crawl(world.addresses["anime"])
    assert (end.code, told) == ("robots_denied", {})
    assert {entry.path for entry in world.log.entries("anime")} == {"/robots.txt"}
