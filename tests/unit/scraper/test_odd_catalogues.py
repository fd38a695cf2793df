"""Sites that answer as no honest one does: a crawl believes none of it and ends as any other."""

from dataclasses import replace

import pytest

from tests.unit.scraper.crawl_world import World
from wellspring_common.fetch.page import Page, Request


@pytest.fixture
def world() -> World:
    return World()


def answer_304_to(world: World, *paths: str) -> None:
    """Let a host say that pages are as they were, whoever asks."""
    honest = world.site.fetch

    async def fetch(request: Request, *, jar: object = None) -> Page:
        found = await honest(request)
        return Page(request.url, 304, {}) if request.url.endswith(paths) else found

    world.site.fetch = fetch  # type: ignore[method-assign]


async def test_a_title_that_is_said_to_be_as_before_without_having_been_read_is_not_remembered(
    world: World,
) -> None:
    world.fill(2, mark="Episode 2")
    honest = world.site.fetch
    answer_304_to(world, "/t/k1")
    end = await world.crawl()
    assert (world.titles(), end.counts.unchanged, end.counts.failed) == (["k0"], 0, 1)
    world.site.fetch = honest  # type: ignore[method-assign]
    await world.crawl()
    assert world.titles() == ["k0", "k1"]


async def test_a_list_that_is_said_to_be_as_before_without_having_been_read_is_drift(world: World) -> None:
    world.fill(2)
    answer_304_to(world, "/all")
    assert (await world.crawl()).code == "drift"


@pytest.mark.parametrize("robots", ["respect", "ignore"])
@pytest.mark.parametrize("address", ["https://shows.example:99999/all10", "https://shows.example:port/all10"])
async def test_a_next_page_that_is_no_address_ends_the_list_and_not_the_crawl(
    world: World, robots: str, address: str
) -> None:
    world.definition = world.definition.model_copy(update={"robots": robots})
    world.fill(10)
    world.site.pages["all"] += "\nnext|all10"
    world.catalogue.next_url = address
    end = await world.crawl()
    assert (len(world.titles()), end.code, [one.code for one in end.problems]) == (10, None, ["bad_url"])


async def test_an_address_under_which_nothing_could_be_read_is_not_told_as_the_new_one(world: World) -> None:
    world.fill(2)
    world.site.moved = {"shows.example": "https://parked.example/"}
    world.site.pages["all"] = ""
    end = await world.crawl()
    assert (end.code, end.moved_to) == ("drift", None)


async def test_a_page_that_lags_behind_its_list_is_asked_for_again(world: World) -> None:
    world.fill(1, mark="Episode 2")
    await world.crawl()
    world.site.pages["all"] = "k0|Title 0|Episode 3"
    assert (await world.crawl()).counts.unchanged == 1
    world.site.pages["t/k0"] = "Title 0|1,2,3"
    assert (await world.crawl()).counts.titles == 1
    world.site.take()
    await world.crawl()
    assert world.site.take() == ["all"]


async def test_a_front_page_that_moves_to_no_web_address_has_not_moved(world: World) -> None:
    world.fill(1)
    world.site.moved = {"shows.example": "ftp://shows.example/"}
    end = await world.crawl()
    assert (end.code, end.counts.titles, end.moved_to) == (None, 1, None)


def redirect(world: World, path: str, target: str) -> None:
    """Let a page lead to another one, as the fetcher follows it, and remember what was sent there."""
    honest = world.site.fetch

    async def fetch(request: Request, *, jar: object = None) -> Page:
        if not request.url.endswith(path) or request.url == target:
            return await honest(request)
        await honest(request)
        if request.stop_at is not None and request.stop_at(target):
            return Page(target, 0, {})
        return await honest(replace(request, url=target))

    world.site.fetch = fetch  # type: ignore[method-assign]


@pytest.mark.parametrize("robots", ["respect", "ignore"])
async def test_a_host_that_a_page_is_redirected_to_is_asked_what_it_wants(world: World, robots: str) -> None:
    world.definition = world.definition.model_copy(update={"robots": robots})
    world.fill(2)
    world.site.pages |= {"elsewhere": "Title 1|1,2,3", "robots.txt": "User-agent: *\nDisallow: /elsewhere\n"}
    redirect(world, "/t/k1", "https://other.example/elsewhere")
    end = await world.crawl()
    asked = robots == "ignore"
    assert ("https://other.example/elsewhere" in world.site.asked) is asked
    assert ("https://other.example/robots.txt" in world.site.asked) is not asked
    assert [one.code for one in end.problems] == ([] if asked else ["robots_denied"])
    assert world.titles() == (["k0", "k1"] if asked else ["k0"])


async def test_a_page_on_another_host_is_read_where_that_host_allows_it(world: World) -> None:
    world.fill(2)
    world.site.pages["elsewhere"] = "Title 1|1,2,3"
    redirect(world, "/t/k1", "https://other.example/elsewhere")
    end = await world.crawl()
    assert (world.titles(), end.code, end.problems) == (["k0", "k1"], None, ())
    assert world.site.asked.count("https://other.example/elsewhere") == 1


async def test_pages_that_lead_from_host_to_host_end(world: World) -> None:
    world.fill(1)
    honest = world.site.fetch

    async def fetch(request: Request, *, jar: object = None) -> Page:
        host, _, path = request.url.removeprefix("https://").partition("/")
        if path != "t/k0":
            return await honest(request)
        assert "Authorization" not in request.headers or host == "shows.example"
        world.site.asked.append(request.url)
        return Page(f"https://a{host}/t/k0", 0, {})

    world.site.fetch = fetch  # type: ignore[method-assign]
    assert (await world.crawl()).code == "too_many_redirects"
