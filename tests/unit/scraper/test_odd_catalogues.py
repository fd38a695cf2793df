"""Sites that answer as no honest one does: a crawl believes none of it and ends as any other."""

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
