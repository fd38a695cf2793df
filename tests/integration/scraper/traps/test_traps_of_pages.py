"""What Wellspring does about the traps of the page behind a token."""

import pytest

from tests.integration.scraper.door import Scraper
from wellspring_demo.domain.catalogue import Source
from wellspring_demo.domain.issuing import DEAD_PIXEL
from wellspring_demo.world import World

from .conftest import ScraperWith
from .reports import SERVERS, failure, links, problems, ref, vcloud_with


async def test_a_worn_out_token_is_named_and_asked_for_once_more(
    world: World, scraper: Scraper, source: Source
) -> None:
    world.state.settings.lifetimes["token"] = 0.0
    assert failure(await scraper.scrape(ref(world, source))) == ("soft_expired", True)
    assert len(world.log.entries("site")) == len(world.log.entries("generator")) == 2


async def test_the_minute_is_appended_as_the_pages_script_would(
    world: World, scraper: Scraper, source: Source
) -> None:
    link = links(await scraper.scrape(ref(world, source)))["fsl"]
    token = link.url.rpartition("token=")[2]
    assert len(token) > 10
    assert token[10] == "1"
    assert link.verified


async def test_a_decoy_id_is_never_asked_for(world: World, scraper: Scraper, source: Source) -> None:
    other = world.mint("Trap", quality=720, stock=True)
    report = await scraper.scrape(ref(world, source), ref(world, other, 2))
    pixels = [links(report, at)["pixel"].url for at in (0, 1)]
    assert len(set(pixels)) == 2
    assert not [entry for entry in world.log.entries() if DEAD_PIXEL in entry.path]


async def test_junk_buttons_lead_to_no_link_and_no_request(
    world: World, scraper: Scraper, source: Source
) -> None:
    report = await scraper.scrape(ref(world, source))
    assert set(links(report)) == SERVERS
    assert problems(report) == set()


@pytest.mark.parametrize("servers", [["fsl"], ["pixel", "10gbps"], ["10gbps"]])
async def test_whatever_servers_there_are_are_found(
    world: World, scraper: Scraper, servers: list[str]
) -> None:
    varied = world.mint("Varied", servers=servers, stock=True)
    report = await scraper.scrape(ref(world, varied))
    assert set(links(report)) == set(servers)
    assert problems(report) == set()


async def test_of_two_elements_with_one_id_the_first_is_read(
    world: World, scraper_with: ScraperWith, source: Source
) -> None:
    # a file that nobody may look at: its size is what the page says
    scraper = scraper_with(vcloud_with(fsl={"refresh_class": "single_use"}))
    link = links(await scraper.scrape(ref(world, source)))["fsl"]
    assert not link.verified
    assert link.size_bytes == pytest.approx(world.state.size_of(source), rel=0.1)


async def test_a_dead_token_host_is_replaced_by_the_pages_own(
    world: World, scraper: Scraper, source: Source
) -> None:
    world.state.settings.update({"token_host_dead": True})
    report = await scraper.scrape(ref(world, source))
    assert set(links(report)) == SERVERS
    assert [entry.path.partition("?")[0] for entry in world.log.entries("site")][-1] == "/vcloud.php"
    assert world.log.entries("generator") == []


@pytest.mark.parametrize("host", ["site", "generator"])
async def test_a_redesign_is_drift_and_no_empty_success(
    world: World, scraper: Scraper, source: Source, host: str
) -> None:
    world.fault(host, "drift")
    assert failure(await scraper.scrape(ref(world, source))) == ("drift", False)


@pytest.mark.parametrize("host", ["site", "generator"])
async def test_a_challenge_is_reported_and_not_fought(
    world: World, scraper: Scraper, source: Source, host: str
) -> None:
    world.fault(host, "challenge")
    code, _ = failure(await scraper.scrape(ref(world, source)))
    assert code == "blocked"
    assert len(world.log.entries(host)) == 1


async def test_a_host_that_throttles_is_left_alone_for_as_long_as_it_said(
    world: World, scraper: Scraper, source: Source
) -> None:
    world.fault("site", "status", status=429, retry_after=60, times=1)
    assert failure(await scraper.scrape(ref(world, source))) == ("throttled", True)
    assert failure(await scraper.scrape(ref(world, source))) == ("throttled", True)
    assert len(world.log.entries("site")) == 1
