"""What Wellspring does about hosts whose files are not what they seem, or not for everybody."""

import aiohttp
import pytest

from tests.integration.fetch.servers import WAYS
from tests.integration.scraper.door import Scraper
from wellspring_common.events.scrape import Container, FoundLink, LinkKind, RefreshClass
from wellspring_demo.domain.catalogue import Source
from wellspring_demo.world import World

from .conftest import ScraperWith
from .reports import SERVERS, links, problems, ref, vcloud_with


@pytest.fixture(params=WAYS)
def lean(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == WAYS[0])


async def played(link: FoundLink, *, local: str = "127.0.0.1") -> int:
    """The status that a player gets at this address of ours."""
    connector = aiohttp.TCPConnector(local_addr=(local, 0))
    headers = {**link.headers, "Range": "bytes=0-99"}
    async with (
        aiohttp.ClientSession(connector=connector) as player,
        player.get(link.url, headers=headers) as answer,
    ):
        return answer.status


async def test_a_host_that_refuses_head_is_looked_at_by_get(
    world: World, scraper: Scraper, source: Source
) -> None:
    world.fault("fsl", "head_rejected")
    assert links(await scraper.scrape(ref(world, source)))["fsl"].verified
    assert [entry.method for entry in world.log.entries("fsl")] == ["GET"]


async def test_a_host_that_ignores_ranges_is_not_read_to_the_end(
    world: World, scraper: Scraper, source: Source
) -> None:
    await scraper.scrape(ref(world, source))
    world.log.clear()
    world.fault("fsl", "range_ignored")
    link = links(await scraper.scrape(ref(world, source)))["fsl"]
    assert (link.verified, link.container, link.http_status) == (True, Container.MP4, 200)
    assert link.size_bytes == world.state.size_of(source)


async def test_a_server_without_resume_is_a_download_where_ranges_are_ignored(
    world: World, scraper: Scraper, source: Source
) -> None:
    world.fault("10gbps", "range_ignored")
    found = links(await scraper.scrape(ref(world, source)))
    assert found["10gbps"].kind is LinkKind.DOWNLOAD
    assert found["pixel"].kind is LinkKind.STREAM


@pytest.mark.parametrize("server", sorted(SERVERS))
async def test_a_video_that_says_there_is_none_is_not_taken_for_the_episode(
    world: World, scraper: Scraper, source: Source, server: str
) -> None:
    # once, so that the page knows the size of the file
    await scraper.scrape(ref(world, source))
    world.fault(server, "error_video")
    report = await scraper.scrape(ref(world, source))
    assert set(links(report)) == SERVERS - {server}
    assert problems(report) == {(server, "wrong_size")}


async def test_a_page_where_a_film_should_be_is_no_link(
    world: World, scraper: Scraper, source: Source
) -> None:
    world.fault("fsl", "html_as_video")
    report = await scraper.scrape(ref(world, source))
    assert set(links(report)) == SERVERS - {"fsl"}
    assert problems(report) == {("fsl", "html_body")}


async def test_a_tiny_file_is_no_link(world: World, scraper: Scraper, source: Source) -> None:
    world.fault("fsl", "tiny")
    report = await scraper.scrape(ref(world, source))
    assert set(links(report)) == SERVERS - {"fsl"}
    assert problems(report) == {("fsl", "too_small")}


async def test_a_link_that_dies_of_the_next_one_says_so_and_is_made_once(
    world: World, scraper_with: ScraperWith, source: Source
) -> None:
    world.state.settings.update({"habits": {"fsl": ["kills_old"]}})
    scraper = scraper_with(vcloud_with(fsl={"refresh_class": "kills_old"}))
    first = links(await scraper.scrape(ref(world, source)))["fsl"]
    assert (first.refresh_class, first.verified) == (RefreshClass.KILLS_OLD, True)
    assert await played(first) == 206
    second = links(await scraper.scrape(ref(world, source)))["fsl"]
    assert second.verified
    assert (await played(first), await played(second)) == (509, 206)


async def test_a_link_bound_to_an_address_says_so(
    world: World, scraper_with: ScraperWith, source: Source
) -> None:
    world.state.settings.update({"habits": {"fsl": ["ip_bound"]}})
    scraper = scraper_with(vcloud_with(fsl={"refresh_class": "ip_bound"}))
    link = links(await scraper.scrape(ref(world, source)))["fsl"]
    assert (link.refresh_class, link.verified) == (RefreshClass.IP_BOUND, True)
    assert (await played(link), await played(link, local="127.0.0.2")) == (206, 403)


async def test_a_file_that_wants_a_referer_gets_it_from_whoever_plays(
    world: World, scraper_with: ScraperWith, source: Source
) -> None:
    world.state.settings.update({"habits": {"fsl": ["referer"]}})
    scraper = scraper_with(vcloud_with(fsl={"headers": {"Referer": "{{ .Source.Url }}"}}))
    link = links(await scraper.scrape(ref(world, source)))["fsl"]
    assert link.verified
    assert link.headers == {"Referer": world.page_url(source)}
    assert await played(link) == 206


async def test_a_referer_that_nobody_told_of_costs_the_link_and_is_named(
    world: World, scraper: Scraper, source: Source
) -> None:
    world.state.settings.update({"habits": {"fsl": ["referer"]}})
    report = await scraper.scrape(ref(world, source))
    assert set(links(report)) == SERVERS - {"fsl"}
    assert problems(report) == {("fsl", "forbidden")}
