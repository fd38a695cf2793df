"""What Wellspring does about players that are exchanged for a nonce, and about the files behind them."""

from tests.integration.scraper.door import Scraper
from wellspring_common.events.scrape import LinkKind, RefreshClass, SourceRef
from wellspring_demo.domain.anime.places import Places
from wellspring_demo.world import World

from .reports import Report, links


def episode(world: World, number: int = 0) -> SourceRef:
    """One of the episodes of a long series."""
    anime = world.anime.specimen("long")
    url = Places(world.addresses["anime"]).episode(anime, anime.episodes[number])
    return SourceRef(source_id=1, quality=None, url=url, definition="otakudesu")


def exchanges(world: World) -> list[int]:
    """The status of every answer of the exchange."""
    return [entry.status for entry in world.log.entries("anime") if "admin-ajax" in entry.path]


async def links_with(world: World, scraper: Scraper, server: str) -> Report:
    """The report on the first episode that has this server."""
    for number in range(20):
        report = await scraper.scrape(episode(world, number))
        if server in links(report):
            return report
    raise AssertionError(f"no {server} among twenty episodes")


async def test_every_exchange_has_a_nonce_of_its_own(world: World, scraper: Scraper) -> None:
    found = links(await scraper.scrape(episode(world)))
    assert len(found) >= 2
    answers = exchanges(world)
    assert len(answers) >= 2
    assert set(answers) == {200}
    assert len(answers) % 2 == 0


async def test_actions_are_read_from_the_page_each_time(world: World, scraper: Scraper) -> None:
    before = links(await scraper.scrape(episode(world)))
    world.state.exchange.rotate()
    world.log.clear()
    after = links(await scraper.scrape(episode(world)))
    assert set(after) == set(before)
    assert set(exchanges(world)) == {200}


async def test_qualities_and_servers_vary_from_episode_to_episode(world: World, scraper: Scraper) -> None:
    sets = []
    for number in range(3):
        report = await scraper.scrape(episode(world, number))
        links(report)
        sets.append({(one.server, one.quality) for one in report.results[0].links})
    assert len({frozenset(one) for one in sets}) == 3
    assert {quality for one in sets for _, quality in one} >= {360, 480, 720}


async def test_a_player_whose_file_wants_a_referer_hands_it_on(world: World, scraper: Scraper) -> None:
    link = links(await links_with(world, scraper, "vidhide"))["vidhide"]
    assert (link.kind, link.verified) == (LinkKind.STREAM, True)
    assert link.headers["Referer"].startswith(world.addresses["player"])


async def test_a_player_whose_file_is_for_one_address_says_so(world: World, scraper: Scraper) -> None:
    link = links(await links_with(world, scraper, "odstream"))["odstream"]
    assert (link.kind, link.verified) == (LinkKind.STREAM, True)
    assert link.refresh_class is RefreshClass.IP_BOUND


async def test_a_download_whose_links_are_counted_says_so(world: World, scraper: Scraper) -> None:
    link = links(await links_with(world, scraper, "acefile"))["acefile"]
    assert (link.kind, link.verified) == (LinkKind.DOWNLOAD, True)
    assert link.refresh_class is RefreshClass.KILLS_OLD
