"""The whole scrape of the demo's sources, traps included, by the real fetcher over real sockets."""

import time
from collections.abc import AsyncGenerator

import aiohttp
import pytest

from tests.integration.scraper.door import Scraper
from tests.unit.scraper.fakes import MemoryBus
from wellspring_common.clock import SystemClock
from wellspring_common.events.scrape import (
    Container,
    ExpiryBasis,
    FoundLink,
    LinksScraped,
    ScrapeFailed,
    SourceRef,
)
from wellspring_common.fetch.fetcher import Fetcher
from wellspring_common.fetch.guard import Guard
from wellspring_common.fetch.limits import Limits
from wellspring_common.fetch.pace import PaceRule
from wellspring_demo.domain.catalogue import Source
from wellspring_demo.domain.issuing import DEAD_PIXEL
from wellspring_demo.world import World
from wellspring_scraper.adapters.definition_files import DefinitionFiles
from wellspring_scraper.adapters.source_run import Patience
from wellspring_scraper.adapters.static import StaticRung
from wellspring_scraper.handlers import Handlers

SERVERS = {"pixel", "fsl", "10gbps"}


@pytest.fixture
async def fetcher(world: World) -> AsyncGenerator[Fetcher]:
    limits = Limits(first_byte_s=60)
    pace = PaceRule(concurrency=4, burst=40, rate_per_s=20)
    async with Fetcher(Guard(frozenset(world.hosts)), pace=pace, limits=limits) as found:
        yield found


@pytest.fixture
def scraper(fetcher: Fetcher) -> Scraper:
    clock = SystemClock()
    rung = StaticRung(
        fetcher=fetcher,
        find=DefinitionFiles().find,
        clock=clock,
        ttl_s=lambda: 21_600,
        # the first look at a clip waits for its making
        patience=Patience(page_s=5, probe_s=60),
    )
    bus = MemoryBus()
    return Scraper(Handlers(bus=bus, rung=rung, clock=clock, job_deadline_s=120), bus)


def ref(world: World, source: Source, number: int = 1, *, quality: int | None = None) -> SourceRef:
    return SourceRef(
        source_id=number, quality=quality or source.quality, url=world.page_url(source), definition="vcloud"
    )


def links_of(event: LinksScraped | ScrapeFailed, at: int = 0) -> dict[str, FoundLink]:
    assert isinstance(event, LinksScraped), event
    return {link.server: link for link in event.results[at].links}


@pytest.fixture
def source(world: World) -> Source:
    return world.mint("Trouble", stock=True)


async def test_an_episode_gives_three_servers_in_three_qualities(world: World, scraper: Scraper) -> None:
    sources = [world.mint("Nine Links", quality=quality, stock=True) for quality in (480, 720, 1080)]
    refs = [ref(world, one, number) for number, one in enumerate(sources, start=1)]
    await scraper.scrape(*refs)
    started = time.perf_counter()
    event = await scraper.scrape(*refs)
    elapsed = time.perf_counter() - started
    assert isinstance(event, LinksScraped)
    assert [{link.server for link in one.links} for one in event.results] == [SERVERS] * 3
    assert [one.problems for one in event.results] == [()] * 3
    for one in event.results:
        for link in one.links:
            assert (link.verified, link.container, link.quality) == (True, Container.MP4, one.quality)
            assert link.size_bytes is not None
    assert elapsed < 3


async def test_every_link_plays_as_a_player_would_ask_for_it(
    world: World, scraper: Scraper, source: Source
) -> None:
    links = links_of(await scraper.scrape(ref(world, source)))
    assert set(links) == SERVERS
    async with aiohttp.ClientSession() as player:
        for link in links.values():
            headers = {**link.headers, "Range": "bytes=0-99"}
            async with player.get(link.url, headers=headers) as answer:
                assert answer.status == 206, link
                assert (await answer.read())[4:8] == b"ftyp"
                assert int(answer.headers["Content-Range"].rpartition("/")[2]) == link.size_bytes


async def test_expiry_is_what_the_world_will_do(world: World, scraper: Scraper, source: Source) -> None:
    now = world.clock.now()
    links = links_of(await scraper.scrape(ref(world, source)))
    for server, basis in (("fsl", ExpiryBasis.PARAMETER), ("10gbps", ExpiryBasis.PARAMETER)):
        link = links[server]
        assert link.expires_at is not None
        assert link.expiry_basis is basis
        assert abs(link.expires_at.timestamp() - now - world.state.settings.lifetimes[server]) < 60
    assert links["pixel"].expiry_basis is ExpiryBasis.DEFAULT


async def test_decoys_are_never_touched_and_one_look_is_enough(
    world: World, scraper: Scraper, source: Source
) -> None:
    links = links_of(await scraper.scrape(ref(world, source)))
    assert DEAD_PIXEL not in links["pixel"].url
    asked = world.log.entries()
    assert not [entry for entry in asked if DEAD_PIXEL in entry.path]
    assert len([entry for entry in asked if entry.target == "pixel"]) == 1
    assert len([entry for entry in asked if entry.target == "fsl"]) == 1
    assert len([entry for entry in asked if entry.target == "generator"]) == 1
    assert {entry.method for entry in asked} == {"GET"}
    looks = [entry for entry in asked if entry.range is not None]
    assert {entry.range for entry in looks} == {"bytes=0-511"}
    assert all((entry.user_agent or "").startswith("Wellspring/") for entry in asked)


async def test_the_minute_is_the_pages_own_under_any_clock(
    world: World, scraper: Scraper, source: Source
) -> None:
    world.clock.advance(17 * 60)
    assert "fsl" in links_of(await scraper.scrape(ref(world, source)))


async def test_a_token_that_wears_out_is_asked_for_once_more(
    world: World, scraper: Scraper, source: Source
) -> None:
    world.fault("generator", "status", status=502, times=1)
    assert set(links_of(await scraper.scrape(ref(world, source)))) == SERVERS
    world.state.settings.lifetimes["token"] = 0.0
    event = await scraper.scrape(ref(world, source))
    assert isinstance(event, ScrapeFailed)
    assert (event.code, event.retryable) == ("soft_expired", True)
    assert event.results[0].pages == 4


async def test_missing_servers_leave_the_others(world: World, scraper: Scraper, source: Source) -> None:
    world.fault("generator", "only_servers", servers=["fsl"], times=1)
    assert set(links_of(await scraper.scrape(ref(world, source)))) == {"fsl"}


@pytest.mark.parametrize(
    ("trap", "code"),
    [
        (("site", "status", {"status": 404}), "not_found"),
        (("site", "status", {"status": 403}), "forbidden"),
        (("site", "status", {"status": 500}), "server_error"),
        (("site", "status", {"status": 429, "retry_after": 30}), "throttled"),
        (("site", "challenge", {}), "blocked"),
        (("site", "endless", {}), "too_large"),
        (("site", "gzip_bomb", {}), "too_large"),
        (("site", "drip", {"interval_s": 0.01}), "timeout"),
        (("site", "reset", {}), "connect"),
        (("site", "drift", {}), "drift"),
        (("site", "redirect_to", {"url": "http://127.0.0.1:22/"}), "blocked_address"),
        (("site", "redirect_to", {"url": "http://169.254.169.254/latest/"}), "blocked_address"),
        (("generator", "drift", {}), "drift"),
        (("generator", "no_servers", {}), "drift"),
        (("generator", "challenge", {}), "blocked"),
    ],
)
async def test_every_trap_of_the_pages_has_its_name(
    world: World,
    scraper: Scraper,
    source: Source,
    trap: tuple[str, str, dict[str, object]],
    code: str,
) -> None:
    target, kind, details = trap
    world.fault(target, kind, **details)
    event = await scraper.scrape(ref(world, source))
    assert isinstance(event, ScrapeFailed)
    assert event.code == code


async def test_garbage_instead_of_a_page_is_named(world: World, scraper: Scraper, source: Source) -> None:
    world.fault("site", "garbage")
    event = await scraper.scrape(ref(world, source))
    assert isinstance(event, ScrapeFailed)
    assert event.code in {"not_html", "drift"}


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        (("html_as_video", {}), "html_body"),
        (("tiny", {}), "too_small"),
        (("challenge", {}), "blocked"),
        (("garbage", {}), "wrong_type"),
        (("status", {"status": 404}), "not_found"),
        (("status", {"status": 500}), "server_error"),
        (("reset", {}), "connect"),
        (("redirect_to", {"url": "http://10.0.0.1/"}), "blocked_address"),
    ],
)
async def test_a_file_host_in_trouble_costs_its_own_link_only(
    world: World,
    scraper: Scraper,
    source: Source,
    trouble: tuple[str, dict[str, object]],
    code: str,
) -> None:
    kind, details = trouble
    world.fault("fsl", kind, **details)
    event = await scraper.scrape(ref(world, source))
    assert set(links_of(event)) == {"pixel", "10gbps"}
    assert [(one.server, one.code) for one in event.results[0].problems] == [("fsl", code)]


async def test_hosts_with_odd_habits_keep_their_links(world: World, scraper: Scraper, source: Source) -> None:
    world.fault("fsl", "range_ignored")
    world.fault("pixel", "head_rejected")
    world.fault("10gbps", "slow", delay_s=0.1)
    assert set(links_of(await scraper.scrape(ref(world, source)))) == SERVERS


async def test_a_file_host_that_throttles_keeps_its_link_unseen(
    world: World, scraper: Scraper, source: Source
) -> None:
    world.fault("fsl", "status", status=429, retry_after=60)
    links = links_of(await scraper.scrape(ref(world, source)))
    assert {server: link.verified for server, link in links.items()} == {
        "fsl": False,
        "pixel": True,
        "10gbps": True,
    }


async def test_a_world_outside_the_allow_list_is_not_reached(world: World, source: Source) -> None:
    clock = SystemClock()
    async with Fetcher(Guard()) as careful:
        rung = StaticRung(fetcher=careful, find=DefinitionFiles().find, clock=clock, ttl_s=lambda: 21_600)
        bus = MemoryBus()
        outside = Scraper(Handlers(bus=bus, rung=rung, clock=clock, job_deadline_s=10), bus)
        event = await outside.scrape(ref(world, source))
    assert isinstance(event, ScrapeFailed)
    assert event.code == "blocked_address"
    assert world.log.entries() == []
