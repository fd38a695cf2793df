"""What Wellspring does about catalogues that move, change their looks, or list what is no episode."""

from decimal import Decimal

import pytest

from wellspring_common.events.crawl import CrawledTitle, CrawlScope
from wellspring_common.fetch.fetcher import Fetcher
from wellspring_demo.world import World

from .crawler import Crawler

DEAD = "http://anime-old.example.invalid"


@pytest.fixture
def crawler(fetcher: Fetcher) -> Crawler:
    return Crawler(fetcher)


async def title(world: World, crawler: Crawler, habit: str) -> CrawledTitle:
    slug = world.anime.specimen(habit).slug
    end, told = await crawler.crawl(world.addresses["anime"], scope=CrawlScope.TITLE, query=slug)
    assert end.code is None
    (found,) = told.values()
    return found


async def test_a_redirect_for_good_is_followed_and_told(world: World, crawler: Crawler) -> None:
    _, before = await crawler.crawl(world.addresses["anime"], limit=4)
    await world.move("redirect")
    end, after = await crawler.crawl(world.addresses["anime"], limit=4)
    assert (end.code, end.moved_to) == (None, world.addresses["anime2"])
    assert after
    assert set(after) <= set(before)
    for key, found in after.items():
        assert found.url.startswith(world.addresses["anime2"])
        assert [one.key for one in found.episodes] == [one.key for one in before[key].episodes]


async def test_a_name_that_is_gone_gives_way_to_the_next_address(world: World, crawler: Crawler) -> None:
    end, told = await crawler.crawl(DEAD, world.addresses["anime2"], limit=3)
    assert (end.code, end.moved_to, len(told)) == (None, world.addresses["anime2"], 3)
    end, _ = await crawler.crawl(DEAD)
    assert (end.code, end.retryable, end.moved_to) == ("dns", True, None)


async def test_a_closed_port_gives_way_to_the_next_address(world: World, crawler: Crawler) -> None:
    await world.move("gone")
    first, second = world.addresses["anime"], world.addresses["anime2"]
    end, told = await crawler.crawl(first, second, limit=3)
    assert (end.code, end.moved_to, len(told)) == (None, second, 3)
    end, _ = await crawler.crawl(first)
    assert (end.code, end.retryable) == ("connect", True)


async def test_a_redesigned_list_is_drift_and_no_empty_catalogue(world: World, crawler: Crawler) -> None:
    world.fault("anime", "drift")
    end, told = await crawler.crawl(world.addresses["anime"])
    assert (end.code, end.counts.titles, told) == ("drift", 0, {})


async def test_a_redesigned_title_costs_that_title_and_is_named(world: World, crawler: Crawler) -> None:
    lost = world.anime.listed(ongoing=True)[1]
    world.fault("anime", "drift", path_prefix=f"/anime/{lost.slug}/")
    end, told = await crawler.crawl(world.addresses["anime"], limit=3)
    assert (end.code, len(told), end.counts.failed) == (None, 2, 1)
    assert [one.code for one in end.problems] == ["drift"]


async def test_a_challenge_ends_the_crawl_at_once(world: World, crawler: Crawler) -> None:
    world.fault("anime", "challenge")
    end, _ = await crawler.crawl(world.addresses["anime"])
    assert end.code == "blocked"
    assert len(world.log.entries("anime")) <= 2


async def test_a_throttled_crawl_waits_as_long_as_it_was_told(world: World, crawler: Crawler) -> None:
    world.fault("anime", "status", status=429, retry_after=1, times=1, path_prefix="/ongoing-anime/")
    end, told = await crawler.crawl(world.addresses["anime"], limit=2)
    assert (end.code, len(told)) == (None, 2)
    assert sum(crawler.waited) >= 1
    asked = [entry for entry in world.log.entries("anime") if entry.path.startswith("/ongoing-anime/")]
    assert [entry.status for entry in asked] == [429, 200]
    assert asked[1].monotonic - asked[0].monotonic >= 1


async def test_a_series_may_start_at_episode_nought(world: World, crawler: Crawler) -> None:
    found = await title(world, crawler, "from_zero")
    assert sorted(one.number for one in found.episodes) == list(range(13))


async def test_half_an_episode_is_one_of_its_own(world: World, crawler: Crawler) -> None:
    found = await title(world, crawler, "half")
    numbers = [one.number for one in found.episodes]
    assert len(set(numbers)) == len(numbers) == 14
    assert Decimal("7.5") in numbers


async def test_a_separator_is_no_episode(world: World, crawler: Crawler) -> None:
    found = await title(world, crawler, "separated")
    assert sorted(one.number for one in found.episodes) == list(range(1, 25))
    assert not [one for one in found.episodes if "pembatas" in one.key or "pembatas" in one.sources[0].url]


async def test_a_series_in_one_file_is_told_without_episodes(world: World, crawler: Crawler) -> None:
    found = await title(world, crawler, "batch_only")
    assert found.episodes == ()
    assert (found.status, found.total_episodes) == ("completed", 26)


async def test_batch_and_complete_pages_are_no_episodes(world: World, crawler: Crawler) -> None:
    anime = world.anime.specimen("lengkap")
    found = await title(world, crawler, "lengkap")
    assert len(found.episodes) == len(anime.episodes)
