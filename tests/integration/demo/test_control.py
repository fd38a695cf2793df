"""Tests and the launcher steer the world over HTTP, in their own process or from another."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from wellspring_cli.demo import HOSTS
from wellspring_demo.domain.faults import TARGETS
from wellspring_demo.world import World, running_world

from .visitor import fetch, files


async def test_the_catalogue_lists_titles_with_their_pages(world: World, http: aiohttp.ClientSession) -> None:
    catalog = await (await http.get(f"{world.control}/catalog")).json()
    assert len(catalog) == 6
    for title in catalog:
        wanted = {"show", "kind", "year", "genres", "synopsis", "language", "rights", "episodes"}
        assert wanted <= set(title)
        assert title["rights"] == "owned"
        for episode in title["episodes"]:
            assert set(episode["sources"]) == {"480", "720", "1080"}
            assert (await fetch(http, episode["sources"]["720"])).status == 200


async def test_the_clock_is_moved_and_sped_up(world: World, http: aiohttp.ClientSession) -> None:
    async def post(**wish: float) -> dict[str, float]:
        answer: dict[str, float] = await (await http.post(f"{world.control}/clock", json=wish)).json()
        return answer

    assert (await post(offset_s=3_600))["offset_s"] == pytest.approx(3_600, abs=1)
    assert (await post(advance_s=600))["offset_s"] == pytest.approx(4_200, abs=1)
    assert (await post(rate=60))["rate"] == 60
    state = await (await http.get(f"{world.control}/state")).json()
    assert state["rate"] == 60
    assert state["offset_s"] >= 4_200


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("clock", {}),
        ("clock", {"offset": 5}),
        ("clock", [5]),
        ("settings", {"weather": "fine"}),
        ("faults", {"target": "moon", "kind": "status"}),
        ("mint", {"title": "No Quality"}),
        ("mint", {"title": "X", "episode": 1, "quality": 333}),
    ],
)
async def test_a_request_that_makes_no_sense_is_explained(
    world: World, http: aiohttp.ClientSession, path: str, body: Any
) -> None:
    answer = await http.post(f"{world.control}/{path}", json=body)
    assert answer.status == 400
    assert (await answer.json())["error"]


async def test_faults_come_and_go(world: World, http: aiohttp.ClientSession) -> None:
    url = f"{world.control}/faults"
    made = await (await http.post(url, json={"target": "site", "kind": "status", "status": 503})).json()
    assert (await fetch(http, f"{world.site}/")).status == 503
    assert (await http.delete(f"{url}/{made['id']}")).status == 204
    assert (await http.delete(f"{url}/{made['id']}")).status == 404
    assert (await fetch(http, f"{world.site}/")).status == 200
    await http.post(url, json={"target": "site", "kind": "reset"})
    assert (await http.delete(url)).status == 204
    assert (await fetch(http, f"{world.site}/")).status == 200


async def test_what_is_minted_can_be_visited(world: World, http: aiohttp.ClientSession) -> None:
    wish = {"title": "Never Seeded", "episode": 12.5, "quality": 480, "servers": ["pixel"], "stock": True}
    answer = await http.post(f"{world.control}/mint", json=wish)
    assert answer.status == 201
    minted = await answer.json()
    assert set(await files(http, minted["url"])) == {"pixel"}
    twin = await (await http.post(f"{world.control}/mint", json=wish)).json()
    assert twin["id"] != minted["id"]


async def test_what_is_minted_ready_has_its_videos_before_anybody_asks(
    http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    async with running_world(tmp_path, media_dir=tmp_path / "media", clip_seconds=1) as world:
        control = world.addresses["control"]
        wish = {"title": "Made Before", "episode": 1, "quality": 480, "servers": ["pixel"]}
        made = []
        for ready in (False, True):
            await http.post(f"{control}/mint", json={**wish, "ready": ready})
            made.append((await (await http.get(f"{control}/state")).json())["media_made"])
        assert made == [0, 1]


async def test_a_restarted_world_keeps_its_minted_pages_and_its_links(
    http: aiohttp.ClientSession, tmp_path: Path, media_dir: Path
) -> None:
    async with running_world(tmp_path, media_dir=media_dir, clip_seconds=6) as world:
        source = world.mint("Kept", stock=True)
        before = world.addresses
        links = await files(http, world.page_url(source))
    async with running_world(tmp_path, media_dir=media_dir, clip_seconds=6) as world:
        assert (await fetch(http, world.page_url(source))).status == 200
        for server, link in links.items():
            moved = link.replace(before[server], world.addresses[server])
            assert (await fetch(http, moved, Range="bytes=0-0")).status == 206


@pytest.mark.parametrize("order", [signal.SIGTERM, signal.SIGINT])
async def test_the_process_says_one_line_and_ends_cleanly_when_told_to(
    http: aiohttp.ClientSession, tmp_path: Path, order: signal.Signals
) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "wellspring_demo", "--state-dir", str(tmp_path / "world")),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        told = json.loads(await process.stdout.readline())
        assert set(told) == {"control", "hosts", "platforms", *TARGETS}
        assert len(told["hosts"]) == len(TARGETS) < HOSTS
        assert told["control"].removeprefix("http://") not in told["hosts"]
        assert (await http.get(f"{told['control']}/state")).status == 200
        os.kill(process.pid, order)
        rest, _ = await asyncio.wait_for(process.communicate(), 5)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert (process.returncode, rest) == (0, b"")
