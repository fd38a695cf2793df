"""What a definition wishes for its requests."""

from tests.unit.scraper.crawl_world import DEFINITION, World
from wellspring_common.fetch.page import Request
from wellspring_scraper.sites.definition import Definition
from wellspring_scraper.sites.wishes import as_wanted

ASKED = Request("https://shows.example/x", headers={"Referer": "https://a.example"})


def wishing(**more: object) -> Definition:
    return Definition.model_validate({**DEFINITION, **more})


def test_a_definition_says_who_we_are() -> None:
    told = as_wanted(wishing(user_agent="Reader/2"), ASKED, None)
    assert told.headers == {"Referer": "https://a.example", "User-Agent": "Reader/2"}


def test_what_a_step_says_itself_stays() -> None:
    own = Request(ASKED.url, headers={"user-agent": "Own/1"})
    assert as_wanted(wishing(user_agent="Reader/2"), own, None) == own


def test_a_definition_that_wishes_nothing_changes_nothing() -> None:
    slowed: list[tuple[str, float]] = []
    assert as_wanted(wishing(), ASKED, lambda host, seconds: slowed.append((host, seconds))) == ASKED
    assert slowed == []


def test_every_host_of_a_slow_definition_is_asked_slowly() -> None:
    slowed: list[tuple[str, float]] = []
    as_wanted(wishing(requestDelay=2.5), ASKED, lambda host, seconds: slowed.append((host, seconds)))
    assert slowed == [("shows.example:443", 2.5)]


async def test_a_crawl_asks_as_its_definition_wants() -> None:
    world = World()
    world.fill(1)
    world.definition = wishing(robots="ignore")
    world.site.pages["robots.txt"] = "User-agent: *\nDisallow: /\n"
    end = await world.crawl()
    assert (end.counts.titles, end.code) == (1, None)
    assert not any(url.endswith("robots.txt") for url in world.site.asked)
