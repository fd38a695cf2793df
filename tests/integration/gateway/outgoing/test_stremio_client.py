"""Stremio's own client and linter, from npm, at work with the addon."""

import asyncio
import json
from pathlib import Path
from typing import Any

from tests.integration.gateway.running import Gateway
from wellspring_cli import frontend

from .library import add_episode, add_title, add_titles

SCRIPT = Path(__file__).with_name("stremio_client.cjs")
TITLE = "Tom & Jerry / 100% = fun?"


async def client(url: str) -> dict[str, Any]:
    """Return what the client got from an addon."""
    process = await asyncio.create_subprocess_exec(
        *("node", str(SCRIPT), str(frontend.WEB / "package.json"), url),
        env=frontend.node_environment(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        said, complaint = await process.communicate()
    assert process.returncode == 0, complaint.decode()
    found: dict[str, Any] = json.loads(said)
    return found


async def test_stremios_own_client_finds_a_way_to_every_stream(gateway: Gateway) -> None:
    await add_titles(gateway, 101)
    title = await add_title(gateway, TITLE, slug="tom")
    episode = await add_episode(gateway, title, 1)
    await gateway.add_links(episode, {1080: {"fsl": "https://f.example/1"}})
    found = await client(f"{gateway.url}/stremio/manifest.json")
    assert found["manifest"]["id"] == "org.wellspring.library"
    assert found["lint"] == []
    assert found["supported"] == [True, False]
    assert found["first"] == 100
    assert found["second"] == ["Title 0000100", "Title 0000101"]
    assert [(meta["id"], meta["name"]) for meta in found["search"]] == [(f"wsp:{title}", TITLE)]
    assert [video["id"] for video in found["meta"]["videos"]] == [f"wsp:{title}:1:1"]
    (stream,) = found["stream"]
    assert stream["url"].startswith(f"{gateway.url}/w/{episode}/1080/")
    assert stream["url"].endswith(".mp4")
    assert found["unknown"]
    assert found["answers"] == [[302, "https://f.example/1"]] * 2
