"""Where a catalogue answers, and what its robots.txt allows."""

from dataclasses import replace

import pytest

from tests.unit.scraper.crawl_world import BASE, MIRROR, World
from tests.unit.scraper.fakes import delivery_of
from wellspring_common.errors import Permanent, Throttled, Transient
from wellspring_scraper.adapters.robots import LARGEST


@pytest.fixture
def world() -> World:
    world = World()
    world.fill(2)
    return world


@pytest.mark.parametrize("code", ["dns", "connect", "tls", "timeout"])
async def test_a_catalogue_that_is_gone_is_read_at_its_mirror(world: World, code: str) -> None:
    world.site.gone["shows.example"] = Transient("gone", code=code)
    end = await world.crawl()
    assert (end.counts.titles, end.moved_to, end.code) == (2, MIRROR, None)
    assert all(url.startswith(MIRROR) for url in world.site.asked[-3:])


async def test_where_all_are_gone_the_first_one_says_why(world: World) -> None:
    world.site.gone["shows.example"] = Transient("no such name", code="dns")
    world.site.gone["shows.other.example"] = Transient("closed", code="connect")
    end = await world.crawl()
    assert (end.code, end.detail, end.retryable, end.moved_to) == ("dns", "no such name", True, None)


async def test_a_catalogue_without_a_front_page_is_read_all_the_same(world: World) -> None:
    del world.site.pages[""]
    end = await world.crawl(world.request(base_urls=(BASE,)))
    assert (end.counts.titles, end.moved_to) == (2, None)


async def test_a_bot_wall_at_the_door_is_no_reason_to_try_a_mirror(world: World) -> None:
    world.site.troubles[""] = Permanent("A bot wall.", code="blocked")
    end = await world.crawl()
    assert end.code == "blocked"
    assert not any(url.startswith(MIRROR) for url in world.site.asked)


async def test_a_catalogue_that_moved_is_followed_and_told(world: World) -> None:
    world.site.moved = {
        "shows.example": "https://shows.new.example/welcome",
        "shows.new.example": "//shows.newest.example/",
    }
    end = await world.crawl()
    assert (end.moved_to, end.counts.titles) == ("https://shows.newest.example", 2)


async def test_a_front_page_that_leads_elsewhere_on_its_host_has_not_moved(world: World) -> None:
    world.site.moved = {"shows.example": "/home"}
    assert (await world.crawl()).moved_to is None


async def test_catalogues_that_move_in_circles_end(world: World) -> None:
    world.site.moved = {"shows.example": MIRROR, "shows.other.example": BASE}
    end = await world.crawl()
    assert end.code == "too_many_redirects"


async def test_what_robots_txt_denies_is_not_asked_for(world: World) -> None:
    world.site.pages["robots.txt"] = "User-agent: wellspring\nDisallow: /t/k1\n"
    end = await world.crawl()
    assert (world.titles(), end.counts.failed) == (["k0"], 1)
    assert [one.code for one in end.problems] == ["robots_denied"]
    assert "t/k1" not in world.site.take()
    assert world.site.asked == []


async def test_a_host_that_wants_no_robots_is_not_crawled(world: World) -> None:
    world.site.pages["robots.txt"] = "User-agent: *\nDisallow: /\n"
    end = await world.crawl()
    assert (end.code, end.retryable) == ("robots_denied", False)
    assert {url for url in world.site.asked if not url.endswith("robots.txt")} == set()


async def test_what_robots_txt_says_to_others_is_not_for_us(world: World) -> None:
    world.site.pages["robots.txt"] = "User-agent: other\nDisallow: /\n"
    assert (await world.crawl()).counts.titles == 2


async def test_robots_txt_is_asked_for_once_a_day(world: World) -> None:
    world.site.pages["robots.txt"] = "User-agent: *\nDisallow:\n"
    await world.crawl()
    await world.crawl()
    assert sum(url.endswith("robots.txt") for url in world.site.asked) == 1
    world.later(hours=25)
    await world.crawl()
    assert sum(url.endswith("robots.txt") for url in world.site.asked) == 2


async def test_a_host_that_cannot_show_its_rules_is_left_alone_for_now(world: World) -> None:
    world.site.troubles["robots.txt"] = Transient("500", code="server_error")
    end = await world.crawl()
    assert (end.code, end.retryable) == ("robots_unavailable", True)
    del world.site.troubles["robots.txt"]
    world.later(minutes=11)
    assert (await world.crawl()).counts.titles == 2


async def test_a_crawl_delay_is_kept(world: World) -> None:
    world.site.pages["robots.txt"] = "User-agent: *\nCrawl-delay: 7\n"
    end = await world.crawl()
    assert end.counts.pages == 4
    assert sum(world.waited) == pytest.approx(3 * 7 + 2 * 7 + 7, abs=0.5)


async def test_a_host_that_wants_a_rest_before_it_shows_its_rules_gets_it(world: World) -> None:
    rest = [Throttled("rest", retry_after=3.0)]

    def once(url: str) -> None:
        if url.endswith("robots.txt") and rest:
            raise rest.pop()

    world.site.on_fetch = once
    assert (await world.crawl()).counts.titles == 2
    assert world.waited == [3.0]


async def test_an_enormous_robots_txt_is_read_as_far_as_it_may_be(world: World) -> None:
    lines = "User-agent: *\nDisallow: /t/k1\n" + "# nothing\n" * 70_000
    world.site.pages["robots.txt"] = lines
    assert len(lines) > LARGEST
    end = await world.crawl()
    assert (world.titles(), end.counts.failed) == (["k0"], 1)


async def test_a_crawl_holds_back_for_those_who_are_waited_for(world: World) -> None:
    held: list[str] = []

    def holds_back(host: str) -> float:
        held.append(host)
        return 1.5

    handlers = replace(world.handlers, holds_back=holds_back)
    await handlers.on_crawl_requested(delivery_of(world.request()))
    assert held == ["shows.example:443"] * 4
    assert world.waited == [1.5] * 4
    assert world.titles() == ["k0", "k1"]
