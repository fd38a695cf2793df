"""Downloads from the demo world's servers, whose links are signed, die and lie."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.integration.common.databases import opened
from tests.integration.common.library import Episode
from tests.integration.demo.visitor import files
from tests.integration.uploader.downloads.rig import Rig, at_work, rigged
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_demo.domain.faults import Fault
from wellspring_demo.world import World

SERVERS = ("pixel", "fsl", "10gbps")


@pytest.fixture
async def rig(
    database: FreshDatabase, admin: Any, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Rig]:
    monkeypatch.setenv("WELLSPRING_ALLOW_PRIVATE_HOSTS", ",".join(world.hosts))
    async with opened(database, "uploader") as held, rigged(held, admin, tmp_path / "media") as made:
        yield made


async def stocked(rig: Rig, world: World, *, servers: tuple[str, ...] = SERVERS) -> Episode:
    """Store an episode of the world with the links that its pages lead to."""
    async with aiohttp.ClientSession() as http:
        source = world.mint("Downloads", stock=True)
        found = await files(http, world.page_url(source))
    episode = await rig.episode()
    for server in servers:
        await rig.link(episode, found[server], server=server)
    world.log.clear()
    return episode


async def test_a_film_of_the_world_comes_home(rig: Rig, world: World) -> None:
    episode = await stocked(rig, world)
    row = await rig.bring(episode)
    assert (row["state"], row["error_code"]) == ("succeeded", None)
    film = await rig.film(episode)
    assert film["duration_s"] > 4
    assert film["size_bytes"] == (rig.folder / film["path"]).stat().st_size


async def test_links_that_expired_are_passed_over(rig: Rig, world: World) -> None:
    episode = await stocked(rig, world)
    world.clock.advance(5400)  # the 10gbps server's links live for one hour, those of fsl for two
    world.faults.add(Fault("pixel", "status", status=404))
    row = await rig.bring(episode)
    assert (row["state"], row["server"]) == ("succeeded", "fsl")


async def test_a_film_that_broke_off_waits_for_its_own_server_rather_than_mix(rig: Rig, world: World) -> None:
    # every server of the world has a film of its own of an episode: the tone differs
    episode = await stocked(rig, world, servers=("pixel", "fsl"))
    world.faults.add(Fault("pixel", "paced", pace=1.0))
    await rig.ask(episode)
    async with at_work(rig):
        async with asyncio.timeout(20):
            while not any(told.bytes_done for told in rig.bus.told):
                await asyncio.sleep(0.02)
        world.faults.add(Fault("pixel", "reset"))
        row = await rig.until(episode, "queued")
        assert row["error_code"] in {"connect", "waiting_for_links"}
        kept = row["bytes_done"]
        assert kept > 0
        world.log.clear()
        world.faults.clear()
        await rig.due_now(episode)
        row = await rig.until(episode, "succeeded")
    assert row["server"] == "pixel"
    film = await rig.film(episode)
    assert film["size_bytes"] == (rig.folder / film["path"]).stat().st_size
    rest = [entry.bytes for entry in world.log.entries("pixel")]
    assert max(rest) == film["size_bytes"] - kept
