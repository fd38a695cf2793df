"""Media hosts serve ranges, refuse what has expired, and every byte is counted."""

import asyncio
import email.utils

import aiohttp
import pytest

from wellspring_demo.world import World

from .visitor import fetch, files, walk

SERVERS = ["fsl", "10gbps", "pixel"]


@pytest.mark.parametrize("server", SERVERS)
async def test_ranges_join_up_to_the_whole_file(
    world: World, http: aiohttp.ClientSession, server: str
) -> None:
    link = (await files(http, world.page_url(world.mint("Ranges", stock=True))))[server]
    whole = await fetch(http, link)
    head = await fetch(http, link, "HEAD")
    size = len(whole.body)
    assert (head.status, head.headers["Content-Length"], head.body) == (200, str(size), b"")
    assert head.headers["Accept-Ranges"] == "bytes"
    assert head.headers["ETag"] == whole.headers["ETag"]
    first, rest = await fetch(http, link, Range="bytes=0-511"), await fetch(http, link, Range="bytes=512-")
    assert first.status == rest.status == 206
    assert first.headers["Content-Range"] == f"bytes 0-511/{size}"
    assert first.body + rest.body == whole.body
    assert (await fetch(http, link, Range="bytes=-100")).body == whole.body[-100:]


async def test_a_range_behind_the_end_is_416(world: World, http: aiohttp.ClientSession) -> None:
    link = (await files(http, world.page_url(world.mint("Far", stock=True))))["fsl"]
    answer = await fetch(http, link, Range="bytes=99999999-")
    assert answer.status == 416
    assert answer.headers["Content-Range"].startswith("bytes */")


async def test_validators_are_honoured(world: World, http: aiohttp.ClientSession) -> None:
    link = (await files(http, world.page_url(world.mint("Validators", stock=True))))["fsl"]
    etag = (await fetch(http, link, "HEAD")).headers["ETag"]
    assert (await fetch(http, link, **{"If-None-Match": etag})).status == 304
    assert (await fetch(http, link, Range="bytes=0-9", **{"If-Range": etag})).status == 206
    assert (await fetch(http, link, Range="bytes=0-9", **{"If-Range": '"other"'})).status == 200


@pytest.mark.parametrize(
    ("server", "lifetime", "status"), [("fsl", 7_200, 410), ("10gbps", 3_600, 403), ("pixel", 21_600, 404)]
)
async def test_an_expired_link_is_refused_in_its_servers_own_way(
    world: World, http: aiohttp.ClientSession, server: str, lifetime: int, status: int
) -> None:
    link = (await files(http, world.page_url(world.mint("Expiry", stock=True))))[server]
    world.clock.advance(lifetime - 60)
    assert (await fetch(http, link, Range="bytes=0-0")).status == 206
    world.clock.advance(61)
    assert (await fetch(http, link, Range="bytes=0-0")).status == status


async def test_a_new_visit_in_a_moved_world_gives_links_that_work(
    world: World, http: aiohttp.ClientSession
) -> None:
    world.clock.advance(12_345)
    links = await files(http, world.page_url(world.mint("Moved", stock=True)))
    answers = [await fetch(http, link, Range="bytes=0-0") for link in links.values()]
    assert [answer.status for answer in answers] == [206, 206, 206]
    told = email.utils.parsedate_to_datetime(answers[0].headers["Date"]).timestamp()
    assert abs(told - world.clock.now()) < 5


async def test_pixel_asks_for_its_own_referer_only_when_told_to(
    world: World, http: aiohttp.ClientSession
) -> None:
    page = (await walk(http, world.page_url(world.mint("Referer", stock=True))))["pixel"]
    link = page.replace("/u/", "/api/file/")
    assert (await fetch(http, page)).status == 200
    assert (await fetch(http, link, Range="bytes=0-0")).status == 206
    await http.post(f"{world.control}/settings", json={"pixel_referer_required": True})
    assert (await fetch(http, link, Range="bytes=0-0")).status == 403
    assert (await fetch(http, link, Range="bytes=0-0", Referer=page)).status == 206


async def test_cors_is_sent_only_when_told_to(world: World, http: aiohttp.ClientSession) -> None:
    link = (await files(http, world.page_url(world.mint("Cors", stock=True))))["fsl"]
    world.state.settings.update({"cors": True})
    assert (await fetch(http, link, Range="bytes=0-0")).headers["Access-Control-Allow-Origin"] == "*"


async def test_many_visitors_of_a_new_video_wait_for_one_making(
    world: World, http: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="wellspring_demo.media.store")
    link = (await files(http, world.page_url(world.mint("Crowd", servers=["fsl"]))))["fsl"]
    answers = await asyncio.gather(*(fetch(http, link, Range="bytes=0-99") for _ in range(8)))
    assert {answer.body for answer in answers} == {answers[0].body}
    made = [record for record in caplog.records if record.message.startswith("made ")]
    assert len(made) == 1


async def test_the_log_tells_who_asked_for_what_and_how_much_was_sent(
    world: World, http: aiohttp.ClientSession
) -> None:
    link = (await files(http, world.page_url(world.mint("Counted", stock=True))))["fsl"]
    world.log.clear()
    await fetch(http, link, Range="bytes=0-511", Referer="http://here/", **{"User-Agent": "visitor"})
    whole = await fetch(http, link)
    await fetch(http, link, "HEAD")
    entries = await (await http.get(f"{world.control}/log", params={"target": "fsl"})).json()
    assert [(entry["method"], entry["status"], entry["bytes"]) for entry in entries] == [
        ("GET", 206, 512),
        ("GET", 200, len(whole.body)),
        ("HEAD", 200, 0),
    ]
    first = entries[0]
    assert link.endswith(first["path"])
    assert (first["range"], first["referer"], first["user_agent"]) == (
        "bytes=0-511",
        "http://here/",
        "visitor",
    )
    assert first["peer"].startswith("127.0.0.1:")
    assert first["open"] == 1
    await http.delete(f"{world.control}/log")
    assert len(world.log) == 0
