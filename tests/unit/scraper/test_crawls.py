import pytest

from tests.unit.scraper.crawl_world import BASE, NOW, World, episode
from wellspring_common.errors import Permanent, Transient
from wellspring_common.events.crawl import CatalogCrawled, CrawledTitle, CrawlScope, CrawlStarted
from wellspring_scraper.domain.batches import MOST_BYTES, parts, weight
from wellspring_scraper.domain.crawl_memory import Remembered, need_not_ask


@pytest.fixture
def world() -> World:
    return World()


async def test_a_first_crawl_tells_every_title_of_every_list_once(world: World) -> None:
    world.fill(35)
    end = await world.crawl()
    assert sorted(world.titles()) == sorted(f"k{number}" for number in range(35))
    assert (end.code, end.counts.lists, end.counts.titles, end.counts.unchanged) == (None, 4, 35, 0)
    assert end.moved_to is None
    event = CatalogCrawled.model_validate_json(world.said(CatalogCrawled.subject)[0])
    assert event.titles[0].episodes == (episode(BASE, "k0", "1"), episode(BASE, "k0", "2"))
    started = CrawlStarted.model_validate_json(world.said(CrawlStarted.subject)[0])
    assert (started.job_id, started.attempt) == (end.job_id, 1)


async def test_a_second_crawl_of_the_same_tells_nothing(world: World) -> None:
    world.fill(12)
    await world.crawl()
    told = len(world.titles())
    end = await world.crawl()
    assert (end.counts.titles, end.counts.unchanged, len(world.titles())) == (0, 12, told)


async def test_a_host_that_knows_no_validators_is_read_and_found_unchanged(world: World) -> None:
    world.fill(5)
    world.site.etags = False
    await world.crawl()
    end = await world.crawl()
    assert (end.counts.titles, end.counts.unchanged) == (0, 5)
    assert world.site.take().count("t/k1") == 2


async def test_what_changed_is_told_and_nothing_else(world: World) -> None:
    world.fill(12)
    await world.crawl()
    before = len(world.titles())
    world.site.pages["t/k7"] = "Title 7|1,2,3"
    end = await world.crawl()
    assert world.titles()[before:] == ["k7"]
    assert (end.counts.titles, end.counts.unchanged) == (1, 11)


async def test_a_title_whose_mark_stands_is_not_asked_for_but_once_a_week(world: World) -> None:
    world.fill(3, mark="Episode 2")
    await world.crawl()
    world.site.take()
    await world.crawl()
    assert world.site.take() == ["all"]
    world.later(days=7)
    end = await world.crawl()
    assert world.site.take() == ["all", "t/k0", "t/k1", "t/k2"]
    assert (end.counts.titles, end.counts.unchanged) == (0, 3)
    await world.crawl()  # it was as it was, and is trusted again
    assert world.site.take() == ["all"]


async def test_a_new_mark_is_a_reason_to_ask(world: World) -> None:
    world.fill(2, mark="Episode 2")
    await world.crawl()
    world.site.take()
    world.site.pages["all"] = "k0|Title 0|Episode 3\nk1|Title 1|Episode 2"
    await world.crawl()
    assert world.site.take() == ["all", "t/k0"]


async def test_a_thorough_crawl_asks_for_everything_and_tells_it(world: World) -> None:
    world.fill(4, mark="same")
    await world.crawl()
    end = await world.crawl(world.request(thorough=True))
    assert (end.counts.titles, end.counts.unchanged) == (4, 0)


async def test_another_definition_believes_nothing_of_what_the_old_one_read(world: World) -> None:
    world.fill(4, mark="same")
    await world.crawl()
    world.definition = world.definition.model_copy(update={"description": "mended"})
    end = await world.crawl()
    assert (end.counts.titles, end.counts.unchanged) == (4, 0)


async def test_a_limit_is_kept_and_asks_for_no_more_lists_than_it_needs(world: World) -> None:
    world.fill(30)
    end = await world.crawl(world.request(limit=10))
    assert (end.counts.titles, end.counts.lists) == (10, 1)


async def test_one_title_is_read_without_any_list(world: World) -> None:
    world.fill(3)
    end = await world.crawl(world.request(CrawlScope.TITLE, query="k2"))
    assert (world.titles(), end.counts.lists) == (["k2"], 0)


async def test_a_list_that_leads_to_itself_ends(world: World) -> None:
    world.site.pages |= {"all": "a|A\nnext|all2", "all2": "b|B\nnext|all2", "t/a": "A|1", "t/b": "B|1"}
    end = await world.crawl()
    assert (end.counts.lists, world.titles()) == (2, ["a", "b"])


async def test_one_failed_title_ends_nothing(world: World) -> None:
    world.fill(5)
    world.site.pages["t/k2"] = ""
    del world.site.pages["t/k3"]
    end = await world.crawl()
    assert (end.code, end.counts.titles, end.counts.failed) == (None, 3, 2)
    assert {(one.code, one.url) for one in end.problems} == {
        ("drift", f"{BASE}/t/k2"),
        ("not_found", f"{BASE}/t/k3"),
    }
    world.site.pages["t/k2"] = "Title 2|1"
    await world.crawl()
    assert world.titles()[-1] == "k2"  # what failed was not remembered as read


async def test_not_all_problems_of_a_bad_day_are_kept(world: World) -> None:
    world.fill(40)
    for number in range(40):
        if number % 5:
            del world.site.pages[f"t/k{number}"]
    end = await world.crawl()
    assert (end.counts.failed, len(end.problems)) == (32, 20)


async def test_a_site_whose_titles_all_fail_is_left_alone(world: World) -> None:
    world.fill(40)
    world.site.troubles = {f"t/k{number}": Permanent("changed", code="drift") for number in range(2, 40)}
    end = await world.crawl()
    assert (end.code, end.counts.titles, end.counts.failed) == (None, 2, 10)
    assert end.problems[0].code == "drift"


async def test_a_bot_wall_ends_the_crawl_and_what_was_read_stays(world: World) -> None:
    world.fill(5)
    world.site.troubles["t/k2"] = Permanent("A bot wall.", code="blocked")
    end = await world.crawl()
    assert (world.titles(), end.code, end.counts.failed) == (["k0", "k1"], None, 1)
    assert [one.code for one in end.problems] == ["blocked"]


async def test_a_list_without_titles_is_drift(world: World) -> None:
    world.site.pages["all"] = ""
    end = await world.crawl()
    assert (end.code, end.retryable, end.counts.lists) == ("drift", False, 1)


async def test_a_later_list_that_fails_leaves_a_part(world: World) -> None:
    world.fill(20)
    world.site.pages["all10"] = ""
    end = await world.crawl()
    assert (end.code, end.counts.titles, [one.code for one in end.problems]) == (None, 10, ["drift"])


async def test_a_catalogue_that_no_definition_reads_says_so(world: World) -> None:
    world.site.pages["all"] = "a|A"
    world.site.troubles["all"] = Permanent("no lists", code="unsupported_scope")
    end = await world.crawl()
    assert (end.code, end.detail) == ("unsupported_scope", "no lists")


async def test_nobody_makes_up_for_a_crawl_of_yesterday(world: World) -> None:
    world.fill(2)
    job = world.request()
    world.later(days=2)
    end = await world.crawl(job)
    assert (end.code, end.retryable, world.site.asked) == ("too_late", True, [])


async def test_when_the_time_is_over_what_was_read_is_told(world: World) -> None:
    world.fill(5)
    world.site.troubles["t/k3"] = Transient("The time for this crawl is over.", code="crawl_timeout")
    end = await world.crawl()
    assert (world.titles(), end.code) == (["k0", "k1", "k2"], None)
    assert (end.problems[0].code, end.retryable) == ("crawl_timeout", True)


def test_a_long_title_comes_in_parts_that_fit_and_lose_nothing() -> None:
    episodes = tuple(episode(BASE, "long", str(number)) for number in range(4000))
    title = CrawledTitle(key="long", url=BASE, title="Long", episodes=episodes)
    pieces = list(parts(title))
    assert len(pieces) > 1
    assert all(weight(piece) <= MOST_BYTES for piece in pieces)
    assert tuple(one for piece in pieces for one in piece.episodes) == episodes
    assert {piece.title for piece in pieces} == {"Long"}


def test_a_title_that_cannot_be_carried_is_refused() -> None:
    with pytest.raises(Permanent) as caught:
        list(parts(CrawledTitle(key="a", url=BASE, title="A", synopsis="x" * MOST_BYTES)))
    assert caught.value.code == "too_large"


def test_an_empty_mark_saves_nothing() -> None:
    known = Remembered("d", BASE, "x", "", NOW)
    assert not need_not_ask(known, "", NOW)
    assert not need_not_ask(None, "Episode 1", NOW)
