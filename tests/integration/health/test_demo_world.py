"""The demo world's faults as health sees them: what kills, what is an outage, how politely it asks."""

import asyncio
import time
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.integration.health.demo import SERVERS, Outside
from tests.integration.health.shelf import Shelf
from wellspring_common.events.links import LinksDied
from wellspring_common.fetch.pace import PaceRule
from wellspring_demo.world import running_world

HOUR = timedelta(hours=1)


@pytest.fixture
async def outside(shelf: Shelf, tmp_path: Path, media_dir: Path) -> AsyncGenerator[Outside]:
    """Run a world with six titles on three servers, all seen alive."""
    async with running_world(tmp_path / "world", media_dir=media_dir, clip_seconds=6) as world:
        held = Outside(world, shelf)
        await held.stock(titles=6)
        await held.pass_time()
        assert await shelf.states() == {"alive": 18}
        yield held


@pytest.mark.parametrize("kind", ["reset", "closed"])
async def test_the_network_is_unplugged_and_nothing_is_marked_dead(outside: Outside, kind: str) -> None:
    for server in SERVERS:
        if kind == "reset":
            outside.world.fault(server, "reset")
        else:
            await outside.world.state.doors[server].close()
    await outside.pass_time(steps=25, step=3 * HOUR)
    assert await outside.shelf.states() == {"alive": 18}, "no verdict at all while nothing answers"
    _, own = await outside.shelf.store.breakers()
    assert own.is_down
    assert await outside.shelf.told() == []
    assert await outside.shelf.starved() == []
    outside.world.faults.clear()
    for server in SERVERS:
        if kind == "closed":
            await outside.world.state.doors[server].open()
    await outside.pass_time(steps=3)
    _, own = await outside.shelf.store.breakers()
    assert not own.is_down
    assert await outside.shelf.states() == {"alive": 18}


@pytest.mark.parametrize(
    ("kind", "details"),
    [("reset", {}), ("status", {"status": 500}), ("status", {"status": 403}), ("challenge", {})],
    ids=["reset", "500", "403", "challenge"],
)
async def test_one_host_that_is_down_kills_nothing_and_holds_nobody_up(
    outside: Outside, kind: str, details: dict[str, int]
) -> None:
    outside.world.fault("fsl", kind, **details)
    await outside.pass_time(steps=20, step=7 * HOUR)
    assert await outside.states("fsl") == {"suspect"}
    assert await outside.states("pixel") == await outside.states("10gbps") == {"alive"}
    assert await outside.shelf.told() == []
    positions, own = await outside.shelf.store.breakers()
    assert set(positions) == (set() if kind == "challenge" else {outside.host("fsl")})
    assert not own.is_down
    outside.world.faults.clear()
    await outside.pass_time(steps=4)
    assert await outside.shelf.states() == {"alive": 18}
    assert await outside.shelf.store.breakers() == ({}, (await outside.shelf.store.breakers())[1])


@pytest.mark.parametrize(("kind", "reason"), [("html_as_video", "html_body"), ("tiny", "too_small")])
async def test_what_is_served_in_place_of_a_film_is_seen_through(
    outside: Outside, kind: str, reason: str
) -> None:
    outside.world.fault("fsl", kind)
    await outside.pass_time()
    assert await outside.states("fsl") == {"suspect"}
    await outside.pass_time()
    assert await outside.states("fsl") == {"dead"}
    assert await outside.reasons("fsl") == {reason}
    died = await outside.shelf.told()
    assert {event.subject for event in died} == {"links.died"}
    assert all(isinstance(event, LinksDied) and event.links[0].ok_at is not None for event in died)
    assert await outside.states("pixel") == {"alive"}
    outside.world.faults.clear()
    await outside.pass_time(steps=3)
    assert await outside.states("fsl") == {"alive"}
    assert {event.subject for event in await outside.shelf.told()} == {"links.died", "links.revived"}


async def test_an_error_video_is_told_by_its_fingerprint(outside: Outside) -> None:
    await outside.shelf.admin.execute("update health.link_health set size_bytes = null")
    outside.world.fault("fsl", "error_video")
    await outside.pass_time(steps=3)
    assert await outside.states("fsl") == {"dead"}
    assert await outside.reasons("fsl") == {"error_asset"}
    assert await outside.states("pixel") == {"alive"}


async def test_links_that_were_killed_die_at_once_and_their_episodes_starve(outside: Outside) -> None:
    outside.world.fault("fsl", "kill_links")
    await outside.pass_time()
    assert await outside.states("fsl") == {"dead"}, "this server says 410, which is said on purpose"
    assert await outside.shelf.store.breakers() == ({}, (await outside.shelf.store.breakers())[1])
    starved = await outside.shelf.starved()
    assert {(event.offered, event.minimum) for event in starved} == {(2, 6)}
    assert len(starved) == 6
    await outside.pass_time(steps=2)
    assert len(await outside.shelf.starved()) == 6


async def test_a_slow_host_times_out_and_is_asked_less(outside: Outside) -> None:
    outside.world.fault("fsl", "slow", delay_s=30)
    await outside.pass_time()
    assert await outside.reasons("fsl") == {"timeout"}
    assert await outside.states("fsl") == {"suspect"}
    assert await outside.states("pixel") == {"alive"}


async def test_no_host_sees_more_than_its_allowance(outside: Outside) -> None:
    """A host with far more due links than it may be asked for, beside two that have few."""
    shelf, rule = outside.shelf, PaceRule()
    (first, *_) = outside.refs["pixel"]
    url = await shelf.admin.fetchval("select url from links.links where id = $1", first.link_id)
    refs = [await shelf.add(f"copy{number}", url=f"{url}&copy={number}") for number in range(60)]
    await shelf.learn(*refs)
    await shelf.admin.execute("update health.link_health set next_check_at = $1", shelf.clock.now())
    outside.world.log.clear()
    async with outside.fetcher(rule) as fetcher:
        sweeps = outside.sweeps(fetcher)
        until = time.monotonic() + 6
        while time.monotonic() < until:
            await sweeps.sweep_once()
            shelf.clock.advance(timedelta(milliseconds=250))
            await asyncio.sleep(0.25)
    for server in SERVERS:
        log = outside.world.log.entries(server)
        assert max(entry.open for entry in log) <= rule.concurrency
        times = [entry.monotonic for entry in log]
        for start in range(len(times)):
            for end in range(start, len(times)):
                allowed = rule.burst + rule.rate_per_s * (times[end] - times[start]) + 1
                assert end - start + 1 <= allowed
    assert len(outside.world.log.entries("pixel")) >= 8, "it is asked all the same"
    assert len(outside.world.log.entries("fsl")) == 6, "and nobody else waits for it"
    left = await shelf.admin.fetchval("select count(*) from health.link_health where state = 'unknown'")
    assert left > 20
    assert "suspect" not in await shelf.states(), "a link that waits for its host is not judged"
