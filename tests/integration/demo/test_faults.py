"""Every fault does what its name says, and stops when it is told to."""

import asyncio
import gzip
import time
from pathlib import Path

import aiohttp
import pytest

from wellspring_demo.domain.catalogue import Source
from wellspring_demo.domain.faults import KINDS, OF_PLATFORMS
from wellspring_demo.media.store import NOTICE_BYTES
from wellspring_demo.world import World, running_world

from .visitor import fetch, files, token_url, walk


@pytest.fixture
def source(world: World) -> Source:
    return world.mint("Trouble", stock=True)


@pytest.fixture
def page(world: World, source: Source) -> str:
    return world.page_url(source)


@pytest.mark.parametrize("status", [500, 403, 404, 429])
async def test_status(world: World, http: aiohttp.ClientSession, page: str, status: int) -> None:
    world.fault("site", "status", status=status, retry_after=7, times=1)
    failed = await fetch(http, page)
    assert (failed.status, failed.headers["Retry-After"]) == (status, "7")
    assert (await fetch(http, page)).status == 200


async def test_challenge(world: World, http: aiohttp.ClientSession, page: str) -> None:
    world.fault("site", "challenge")
    answer = await fetch(http, page)
    assert (answer.status, answer.headers["cf-mitigated"]) == (403, "challenge")


async def test_garbage(world: World, http: aiohttp.ClientSession, page: str) -> None:
    world.fault("site", "garbage")
    one, other = await fetch(http, page), await fetch(http, page)
    assert one.headers["Content-Type"] == "text/html"
    assert len(one.body) == 4096
    assert one.body != other.body


async def test_endless(world: World, http: aiohttp.ClientSession, page: str) -> None:
    world.fault("site", "endless")
    async with http.get(page) as response:
        assert len(await response.content.readexactly(5_000_000)) == 5_000_000
        assert not response.content.at_eof()
        response.close()


async def test_drip(world: World, http: aiohttp.ClientSession, page: str) -> None:
    world.fault("site", "drip", interval_s=0.01)
    async with http.get(page) as response:
        assert response.content_length == 1024 * 1024
        assert await response.content.readexactly(5) == b"....."
        response.close()
    assert world.log.entries("site")[0].bytes < 1_000


async def test_slow(world: World, http: aiohttp.ClientSession, page: str) -> None:
    world.fault("site", "slow", delay_s=0.1)
    started = time.monotonic()
    answer = await fetch(http, page)
    assert time.monotonic() - started >= 0.1
    assert answer.status == 200


async def test_drift(world: World, http: aiohttp.ClientSession, page: str) -> None:
    url = token_url((await fetch(http, page)).text)
    world.fault("site", "drift")
    world.fault("generator", "drift")
    moved = await fetch(http, page)
    assert moved.status == 200
    assert "var url" not in moved.text
    redesigned = await fetch(http, url)
    assert redesigned.status == 200
    assert "<a " not in redesigned.text
    assert "var pxl" not in redesigned.text


async def test_no_servers(world: World, http: aiohttp.ClientSession, page: str) -> None:
    world.fault("generator", "no_servers")
    assert await walk(http, page) == {}


async def test_only_servers(world: World, http: aiohttp.ClientSession, page: str) -> None:
    world.fault("generator", "only_servers", servers=["pixel", "fsl"])
    assert set(await walk(http, page)) == {"pixel", "fsl"}


async def test_html_as_video(world: World, http: aiohttp.ClientSession, page: str) -> None:
    links = await files(http, page)
    world.fault("fsl", "html_as_video")
    answer = await fetch(http, links["fsl"], Range="bytes=0-511")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/html")


async def test_tiny(world: World, http: aiohttp.ClientSession, page: str) -> None:
    links = await files(http, page)
    world.fault("fsl", "tiny")
    answer = await fetch(http, links["fsl"], Range="bytes=0-65535")
    assert (answer.status, answer.headers["Content-Type"]) == (206, "video/mp4")
    assert answer.headers["Content-Range"] == "bytes 0-511/512"
    assert answer.body[4:8] == b"ftyp"
    assert len((await fetch(http, links["fsl"])).body) == 512


async def test_error_video(world: World, http: aiohttp.ClientSession, page: str) -> None:
    links = await files(http, page)
    world.fault("fsl", "error_video")
    answer = await fetch(http, links["fsl"], Range="bytes=0-511")
    assert (answer.status, answer.headers["Content-Type"]) == (206, "video/mp4")
    assert answer.body[4:8] == b"ftyp"
    assert answer.headers["Content-Range"] == f"bytes 0-511/{NOTICE_BYTES}"
    other = await fetch(http, links["pixel"], Range="bytes=0-511")
    assert not other.headers["Content-Range"].endswith(f"/{NOTICE_BYTES}")


async def test_range_ignored(world: World, http: aiohttp.ClientSession, page: str) -> None:
    links = await files(http, page)
    world.fault("fsl", "range_ignored")
    answer = await fetch(http, links["fsl"], Range="bytes=0-9")
    assert answer.status == 200
    assert "Accept-Ranges" not in answer.headers
    assert len(answer.body) == int(answer.headers["Content-Length"]) > 10_000


async def test_head_rejected(world: World, http: aiohttp.ClientSession, page: str) -> None:
    links = await files(http, page)
    world.fault("fsl", "head_rejected")
    assert (await fetch(http, links["fsl"], "HEAD")).status == 405
    assert (await fetch(http, links["fsl"], Range="bytes=0-0")).status == 206


async def test_redirect_to(world: World, http: aiohttp.ClientSession, page: str) -> None:
    world.fault("site", "redirect_to", url="http://169.254.169.254/latest/")
    answer = await fetch(http, page)
    assert (answer.status, answer.headers["Location"]) == (302, "http://169.254.169.254/latest/")


async def test_gzip_bomb(world: World, http: aiohttp.ClientSession, page: str) -> None:
    world.fault("site", "gzip_bomb", mib=16)
    answer = await fetch(http, page)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.body) < 64 * 1024
    assert len(gzip.decompress(answer.body)) == 16 * 1024 * 1024


async def test_kill_links(world: World, http: aiohttp.ClientSession, page: str) -> None:
    old = await files(http, page)
    world.fault("10gbps", "kill_links")
    new = await files(http, page)
    assert (await fetch(http, old["10gbps"], Range="bytes=0-0")).status == 403
    assert (await fetch(http, new["10gbps"], Range="bytes=0-0")).status == 206
    assert (await fetch(http, old["fsl"], Range="bytes=0-0")).status == 206
    assert list(world.faults) == []


async def test_reset(world: World, http: aiohttp.ClientSession, page: str) -> None:
    world.fault("site", "reset")
    with pytest.raises(aiohttp.ClientConnectionError):
        await fetch(http, page)
    assert world.log.entries("site")[0].status == 0


async def test_hang(world: World, http: aiohttp.ClientSession, page: str) -> None:
    world.fault("site", "hang")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await fetch(http, page)
    assert world.log.entries("site")[0].status == 0


async def test_paced(world: World, http: aiohttp.ClientSession, page: str) -> None:
    url = (await files(http, page))["fsl"]
    size = len((await fetch(http, url)).body)
    world.fault("fsl", "paced", pace=0.5)
    async with http.get(url) as response:
        assert response.content_length == size
        head = await response.content.readexactly(size // 4)
        world.fault("fsl", "reset")
        with pytest.raises(aiohttp.ClientError):
            head += await response.content.read()
    assert len(head) < size
    with pytest.raises(aiohttp.ClientConnectionError):
        await fetch(http, url)


async def test_a_prefix_spares_other_pages(world: World, http: aiohttp.ClientSession, source: Source) -> None:
    other = world.mint("Spared", stock=True)
    world.fault("site", "status", status=500, path_prefix=f"/v/{source.id}")
    assert (await fetch(http, world.page_url(source))).status == 500
    assert (await fetch(http, world.page_url(other))).status == 200


async def read_on(http: aiohttp.ClientSession, url: str) -> None:
    async with http.get(url) as response:
        async for _ in response.content.iter_any():
            pass


@pytest.mark.parametrize("kind", ["drip", "endless", "slow"])
async def test_a_world_ends_at_once_although_somebody_still_reads(
    http: aiohttp.ClientSession, tmp_path: Path, kind: str
) -> None:
    async with running_world(tmp_path) as world:
        world.fault("site", kind, interval_s=60, delay_s=60)
        reader = asyncio.create_task(read_on(http, f"{world.site}/"))
        async with asyncio.timeout(5):
            while not world.log.entries("site"):
                await asyncio.sleep(0.01)
        ending = time.monotonic()
    assert time.monotonic() - ending < 2
    with pytest.raises(aiohttp.ClientError):
        await reader


def test_no_kind_of_fault_is_without_a_test() -> None:
    assert {name.removeprefix("test_") for name in globals()} >= KINDS - OF_PLATFORMS
