"""An HLS manifest is as alive as the first segment that it leads to."""

from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest
from aiohttp import web

from tests.support.serving import serving
from tests.unit.health.fakes import due_link
from wellspring_common.fetch.fetcher import Fetcher
from wellspring_common.fetch.guard import Guard
from wellspring_common.testing.clock import FrozenClock
from wellspring_health.adapters.manifests import MANIFEST_BYTES, MOST_LISTS
from wellspring_health.adapters.prober import FetchProber
from wellspring_health.domain.evidence import Evidence

SEGMENT = (b"\x47" + bytes(187)) * 400
HLS = "application/vnd.apple.mpegurl"


class Cdn:
    """A server of whatever a test puts on it."""

    def __init__(self) -> None:
        self.port = 0
        self.files: dict[str, tuple[int, bytes, str]] = {}
        self.asked: list[tuple[str, str | None]] = []
        self.headers: list[str | None] = []

    def put(self, path: str, body: str | bytes, content_type: str = HLS, status: int = 200) -> None:
        self.files[path] = (status, body.encode() if isinstance(body, str) else body, content_type)

    async def serve(self, request: web.Request) -> web.Response:
        self.asked.append((request.path, request.headers.get("Range")))
        self.headers.append(request.headers.get("Referer"))
        held = self.files.get(request.path)
        if held is None:
            return web.Response(status=404)
        status, body, content_type = held
        if content_type == "video/mp2t" and request.headers.get("Range"):
            headers = {"Content-Range": f"bytes 0-511/{len(body)}"}
            return web.Response(status=206, body=body[:512], content_type=content_type, headers=headers)
        return web.Response(status=status, body=body, content_type=content_type)


@pytest.fixture
async def cdn() -> AsyncGenerator[Cdn]:
    held = Cdn()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", held.serve)
    async with serving(app) as held.port:
        yield held


async def look(cdn: Cdn, path: str = "/show/master.m3u8") -> Evidence:
    due = due_link(1, FrozenClock().now(), host=f"127.0.0.1:{cdn.port}")
    link = replace(due, url=f"http://127.0.0.1:{cdn.port}{path}", headers={"Referer": "http://page/"})
    async with Fetcher(Guard(frozenset({f"127.0.0.1:{cdn.port}"}))) as fetcher:
        return await FetchProber(fetcher).probe(link, deadline_s=5)


def stock(cdn: Cdn) -> None:
    cdn.put("/show/master.m3u8", "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n720/list.m3u8\n")
    cdn.put("/show/720/list.m3u8", "#EXTM3U\n#EXTINF:6,\n../seg0.ts\n")
    cdn.put("/show/seg0.ts", SEGMENT, "video/mp2t")


async def test_a_master_is_followed_to_its_first_segment(cdn: Cdn) -> None:
    stock(cdn)
    seen = await look(cdn)
    assert (seen.reason, seen.http_status, seen.fingerprint) == (None, 200, None)
    assert [path for path, _ in cdn.asked] == [
        "/show/master.m3u8",
        "/show/master.m3u8",
        "/show/720/list.m3u8",
        "/show/seg0.ts",
    ]
    assert cdn.asked[-1][1] == "bytes=0-511", "a segment is not downloaded"
    assert set(cdn.headers) == {"http://page/"}, "each hop with the headers that the link needs"


@pytest.mark.parametrize("missing", ["/show/720/list.m3u8", "/show/seg0.ts"])
async def test_a_manifest_whose_film_is_gone_is_gone(cdn: Cdn, missing: str) -> None:
    stock(cdn)
    del cdn.files[missing]
    assert (await look(cdn)).reason == "no_segment"


async def test_a_page_in_place_of_a_segment_is_no_film(cdn: Cdn) -> None:
    stock(cdn)
    cdn.put("/show/seg0.ts", "<!doctype html><p>gone" + "x" * 600, "text/html")
    assert (await look(cdn)).reason == "no_segment"


async def test_a_segment_host_in_trouble_says_nothing_of_the_film(cdn: Cdn) -> None:
    stock(cdn)
    cdn.put("/show/seg0.ts", "busy", "text/plain", status=500)
    assert (await look(cdn)).reason == "server_error"
    cdn.put("/show/720/list.m3u8", "#EXTM3U\n#EXTINF:6,\nhttp://127.0.0.1:1/seg0.ts\n")
    assert (await look(cdn)).reason == "blocked_address", "each hop goes through the same guard"


async def test_a_manifest_that_leads_in_circles_or_nowhere_ends(cdn: Cdn) -> None:
    cdn.put("/show/master.m3u8", "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nmaster.m3u8\n")
    assert (await look(cdn)).reason == "no_segment"
    assert len(cdn.asked) == 1 + MOST_LISTS
    cdn.put("/show/master.m3u8", "#EXTM3U\n#EXT-X-ENDLIST\n")
    assert (await look(cdn)).reason == "no_segment"


async def test_a_huge_manifest_is_read_at_its_beginning(cdn: Cdn) -> None:
    cdn.put("/show/master.m3u8", "#EXTM3U\n#EXTINF:6,\nseg0.ts\n" + "#EXTINF:6,\nseg.ts\n" * MANIFEST_BYTES)
    cdn.put("/show/seg0.ts", SEGMENT, "video/mp2t")
    assert (await look(cdn)).reason is None


async def test_a_dash_manifest_stands_for_itself(cdn: Cdn) -> None:
    cdn.put("/show/film.mpd", '<?xml version="1.0"?><MPD></MPD>', "application/dash+xml")
    assert (await look(cdn, "/show/film.mpd")).reason is None
    assert len(cdn.asked) == 1
