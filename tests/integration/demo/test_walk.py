"""A visitor gets from a permanent page to a real video, and only by the way that a browser would take."""

import asyncio
import re
from pathlib import Path

import aiohttp
import pytest

from tests.integration.conftest import CLIP_SECONDS
from wellspring_demo.domain.issuing import DEAD_PIXEL
from wellspring_demo.media.encoder import ffmpeg
from wellspring_demo.world import World

from .visitor import fetch, files, token_url, walk


async def looked_at(path: Path) -> str:
    """What the decoder says about a file, having decoded all of it."""
    process = await asyncio.create_subprocess_exec(
        *(ffmpeg(), "-hide_banner", "-i", str(path), "-f", "null", "-"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    assert process.returncode == 0
    return said.decode()


async def test_every_server_of_a_seeded_episode_serves_a_whole_video(
    world: World, http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    catalog = await (await http.get(f"{world.control}/catalog")).json()
    links = await files(http, catalog[0]["episodes"][0]["sources"]["480"])
    assert set(links) == {"fsl", "10gbps", "pixel"}
    for server, link in links.items():
        answer = await fetch(http, link)
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "video/mp4"
        assert "The.Salt.Orchard.S01E01.480p.mp4" in answer.headers["Content-Disposition"]
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert answer.body[4:8] == b"ftyp"
        assert answer.body.index(b"moov") < answer.body.index(b"mdat")
        (tmp_path / f"{server}.mp4").write_bytes(answer.body)
        seen = await looked_at(tmp_path / f"{server}.mp4")
        assert "Video: h264" in seen
        assert "854x480" in seen
        assert "Audio: aac" in seen
        assert f"Duration: 00:00:0{CLIP_SECONDS}" in seen


@pytest.mark.parametrize(("quality", "frame"), [(720, "1280x720"), (1080, "1920x1080")])
async def test_a_video_has_the_height_that_its_page_names(
    world: World, http: aiohttp.ClientSession, tmp_path: Path, quality: int, frame: str
) -> None:
    source = world.mint("Heights", 1, quality, servers=["fsl"], stock=True)
    links = await files(http, world.page_url(source))
    (tmp_path / "clip.mp4").write_bytes((await fetch(http, links["fsl"])).body)
    assert frame in await looked_at(tmp_path / "clip.mp4")


async def test_each_server_serves_its_own_picture(world: World, http: aiohttp.ClientSession) -> None:
    links = await files(http, world.page_url(world.mint("Three Pictures", stock=True)))
    bodies = {(await fetch(http, link)).body for link in links.values()}
    assert len(bodies) == 3


async def test_an_fsl_link_as_it_stands_in_the_page_is_refused(
    world: World, http: aiohttp.ClientSession
) -> None:
    links = await walk(http, world.page_url(world.mint("Raw", stock=True)))
    raw = re.sub(r"(token=\d{10})\d+$", r"\1", links["fsl"])
    assert raw != links["fsl"]
    assert (await fetch(http, raw)).status == 403
    assert (await fetch(http, links["fsl"], Range="bytes=0-0")).status == 206


async def test_the_decoy_pixel_is_dead(world: World, http: aiohttp.ClientSession) -> None:
    pixel = world.addresses["pixel"]
    assert (await fetch(http, f"{pixel}/u/{DEAD_PIXEL}")).status == 404
    assert (await fetch(http, f"{pixel}/api/file/{DEAD_PIXEL}")).status == 404


async def test_a_used_token_answers_200_without_servers(world: World, http: aiohttp.ClientSession) -> None:
    permanent = await fetch(http, world.page_url(world.mint("Once")))
    url = token_url(permanent.text)
    assert (await fetch(http, url, "HEAD")).status == 200
    first, second = await fetch(http, url), await fetch(http, url)
    assert "Download [FSL Server]" in first.text
    assert second.status == 200
    assert '<i id="size">NAN </i>' in second.text
    assert "Token Expired!" in second.text
    assert "a class" not in second.text


async def test_an_old_token_answers_200_without_servers(world: World, http: aiohttp.ClientSession) -> None:
    url = token_url((await fetch(http, world.page_url(world.mint("Late")))).text)
    world.clock.advance(601)
    assert "Token Expired!" in (await fetch(http, url)).text


async def test_a_script_page_gives_its_links_once_to_its_script(
    world: World, http: aiohttp.ClientSession
) -> None:
    source = world.mint("Scripted", stock=True)
    page = await fetch(http, world.state.script_page_url(source))
    assert "/vcloud.php" not in page.text
    seed = re.search(r"seed = '([^']+)'", page.text)
    assert seed is not None
    url, form = f"{world.site}/j/{source.id}/reveal", {"key": seed[1][::-1]}
    async with http.post(url, data=form) as plain:
        assert plain.status == 403
    by_script = {"X-Requested-With": "XMLHttpRequest"}
    async with http.post(url, data=form, headers=by_script) as answer:
        revealed = await answer.json()
    assert [link["id"] for link in revealed] == ["fsl", "10gbps", "pixel"]
    async with http.post(url, data=form, headers=by_script) as again:
        assert again.status == 403


@pytest.mark.parametrize("path", ["/v/nosuchsource000", "/j/nosuchsource000"])
async def test_a_source_that_does_not_exist_is_404(
    world: World, http: aiohttp.ClientSession, path: str
) -> None:
    assert (await fetch(http, world.site + path)).status == 404
