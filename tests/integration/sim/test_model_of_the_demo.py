"""The model of the demo's servers answers as those servers do, at every age of a link."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import aiohttp
import pytest

from tests.integration.demo.visitor import fetch, files
from wellspring_common.events.scrape import ExpiryBasis
from wellspring_common.fetch.media import sniff
from wellspring_common.fetch.page import Probe
from wellspring_demo.world import World as DemoWorld
from wellspring_scraper.domain.expiry import expiry_of
from wellspring_sim.library import Library
from wellspring_sim.servers import DEMO, HOUR
from wellspring_sim.shelf import TTL
from wellspring_sim.world import World, gone

AGES = (0.0, 0.5, 0.98, 1.02, 1.5, 1.98, 2.02, 4.0, 5.98, 6.02, 7.0)
"""Hours: on both sides of every death, and far from them."""
CALM = replace(
    DEMO, early_deaths=0.0, mirrors_failing=0.0, outage_every_days=1e6, source_outage_every_days=1e6
)
SERVERS = {server.key: server for server in CALM.servers}


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
        yield session


@pytest.fixture
def model() -> World:
    return World(1, Library(1, 10, CALM), days=2.0)


async def seen(http: aiohttp.ClientSession, link: str) -> tuple[str | None, int]:
    """What a bounded look at a link shows, read by the rules that probes are read by."""
    answer = await fetch(http, link, Range="bytes=0-511")
    size = answer.headers.get("Content-Range", "").rpartition("/")[2]
    kind = answer.headers.get("Content-Type", "").split(";")[0]
    probe = Probe(link, link, answer.status, kind, int(size) if size else None, answer.body[:512])
    return sniff(probe).reason, answer.status


async def test_links_are_alive_and_dead_when_the_model_says_so(
    world: DemoWorld, http: aiohttp.ClientSession, model: World
) -> None:
    links = await files(http, world.page_url(world.mint("Long Watched", stock=True)))
    assert set(links) == set(SERVERS)
    before = 0.0
    for age in AGES:
        world.clock.advance((age - before) * HOUR)
        before = age
        for key, link in links.items():
            dies_at = model.dies_at(3, SERVERS[key], 0.0, 1)
            expected = model.answer(3, SERVERS[key], dies_at, age * HOUR)
            reason, status = await seen(http, link)
            assert (key, age, reason, status) == (key, age, expected.reason, expected.http_status)


async def test_a_link_that_dies_early_answers_as_one_that_has_expired(
    world: DemoWorld, http: aiohttp.ClientSession
) -> None:
    links = await files(http, world.page_url(world.mint("Cut Short", stock=True)))
    for key, link in links.items():
        world.fault(key, "kill_links")
        expected = gone(SERVERS[key].gone_status)
        assert await seen(http, link) == (expected.reason, expected.http_status)


async def test_a_new_link_after_a_death_lives_as_long_again(
    world: DemoWorld, http: aiohttp.ClientSession
) -> None:
    page = world.page_url(world.mint("Twice", stock=True))
    await files(http, page)
    world.clock.advance(7 * HOUR)
    again = await files(http, page)
    assert {key: (await seen(http, link))[1] for key, link in again.items()} == dict.fromkeys(SERVERS, 206)


async def test_the_expiry_that_the_model_lets_policies_see_is_what_the_scraper_reads(
    world: DemoWorld, http: aiohttp.ClientSession
) -> None:
    links = await files(http, world.page_url(world.mint("Read", stock=True)))
    now = datetime.fromtimestamp(world.clock.now(), UTC)
    default = round(TTL.total_seconds())
    for key, link in links.items():
        found = expiry_of(link, now, issued_at=None, lifetime_s=None, default_ttl_s=default)
        server = SERVERS[key]
        assert (found.basis is ExpiryBasis.PARAMETER) is server.says_expiry
        life = server.longest if server.says_expiry else default
        assert abs((found.at - now).total_seconds() - life) < 10
