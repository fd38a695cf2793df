"""The free libraries answer as the public ones do: their records, pages of results, files and refusals."""

import json
from typing import Any
from urllib.parse import quote, urljoin

import aiohttp
import pytest

from wellspring_demo.world import World

from .visitor import Answer, fetch


async def told(http: aiohttp.ClientSession, url: str) -> Any:
    answer = await fetch(http, url)
    assert answer.status == 200, answer.text
    return json.loads(answer.body)


async def start_of(http: aiohttp.ClientSession, url: str) -> Answer:
    return await fetch(http, url, Range="bytes=0-511")


async def test_a_download_redirects_to_the_node_that_serves_ranges(
    world: World, http: aiohttp.ClientSession
) -> None:
    name = quote("Chapter 01 - The Red Lamp.mp4")
    moved = await fetch(http, f"{world.addresses['archive']}/download/harbour-signal-1938/{name}")
    assert moved.status == 302
    assert moved.headers["Location"].startswith(world.addresses["archive-node"])
    part = await start_of(http, moved.headers["Location"])
    assert (part.status, part.headers["Content-Type"], len(part.body)) == (206, "video/mp4", 512)
    whole = await fetch(http, moved.headers["Location"])
    assert part.headers["Content-Range"] == f"bytes 0-511/{len(whole.body)}"
    again = await fetch(http, moved.headers["Location"], **{"If-None-Match": whole.headers["ETag"]})
    assert again.status == 304


async def test_an_item_says_what_it_holds_and_a_missing_one_is_empty(
    world: World, http: aiohttp.ClientSession
) -> None:
    base = f"{world.addresses['archive']}/metadata"
    record = await told(http, f"{base}/brass-orchard-1927")
    assert [file["name"] for file in record["files"]][:2] == ["brass-orchard.mp4", "brass-orchard.ia.mp4"]
    assert record["files"][1]["original"] == "brass-orchard.mp4"
    assert {type(value) for file in record["files"] for value in file.values()} == {str}
    assert (await told(http, f"{base}/brass-orchard-1927/metadata/title")) == {"result": "The Brass Orchard"}
    assert len((await told(http, f"{base}/brass-orchard-1927/files?start=1&count=2"))["result"]) == 2
    assert await told(http, f"{base}/nowhere") == {}
    assert "Couldn't locate" in (await told(http, f"{base}/nowhere/files"))["error"]
    assert (await told(http, f"{base}/withdrawn-reel-1958"))["is_dark"] is True


async def test_a_restricted_file_is_refused_by_the_node(world: World, http: aiohttp.ClientSession) -> None:
    moved = await fetch(http, f"{world.addresses['archive']}/download/loaned-reel-1962/loaned.mp4")
    assert (await fetch(http, moved.headers["Location"])).status == 403


async def test_searches_are_paged_and_end_at_the_ten_thousandth(
    world: World, http: aiohttp.ClientSession
) -> None:
    query = quote("collection:(lanternreels) AND mediatype:(movies) AND NOT access-restricted-item:true")
    base = f"{world.addresses['archive']}/advancedsearch.php?output=json&fl[]=identifier&q={query}"
    pages = [(await told(http, f"{base}&rows=6&page={page}"))["response"] for page in (1, 2, 3)]
    assert [page["numFound"] for page in pages] == [14, 14, 14]
    found = [doc["identifier"] for page in pages for doc in page["docs"]]
    assert len(set(found)) == 14
    assert {"loaned-reel-1962", "withdrawn-reel-1958"} & set(found) == set()
    assert (await fetch(http, f"{base}&rows=50&page=10000")).status == 400
    scrape = f"{world.addresses['archive']}/services/search/v1/scrape?q={query}&fields=identifier"
    assert (await told(http, scrape))["total"] == 14
    assert (await fetch(http, f"{scrape}&count=10")).status == 400


async def test_a_platforms_stream_leads_to_fragments(world: World, http: aiohttp.ClientSession) -> None:
    base = world.addresses["peertube"]
    video = await told(http, f"{base}/api/v1/videos/2y84q2MQUMWPbiEcxNX001")
    assert [file["resolution"]["id"] for file in video["files"]] == [720, 480]
    master = video["streamingPlaylists"][0]["playlistUrl"]
    lines = (await fetch(http, master)).text.splitlines()
    assert [line for line in lines if not line.startswith("#")] == ["480.m3u8", "720.m3u8", "1080.m3u8"]
    rendition = urljoin(master, "480.m3u8")
    named = {line for line in (await fetch(http, rendition)).text.splitlines() if not line.startswith("#")}
    (fragments,) = named
    assert (await start_of(http, urljoin(rendition, fragments))).body[4:8] == b"ftyp"
    web_video = await start_of(http, video["files"][0]["fileUrl"])
    assert (web_video.status, web_video.body[4:8]) == (206, b"ftyp")


async def test_a_platforms_stream_runs_out_with_all_that_it_leads_to(
    world: World, http: aiohttp.ClientSession
) -> None:
    world.state.settings.update({"stream_life_s": 60})
    video = await told(http, f"{world.addresses['peertube']}/api/v1/videos/2y84q2MQUMWPbiEcxNX001")
    master = video["streamingPlaylists"][0]["playlistUrl"]
    lines = (await fetch(http, master)).text.splitlines()
    rendition = urljoin(master, next(line for line in lines if line.startswith("480.m3u8")))
    lines = (await fetch(http, rendition)).text.splitlines()
    fragments = urljoin(rendition, next(line for line in lines if not line.startswith("#")))
    assert (await start_of(http, fragments)).status == 206
    world.clock.advance(61)
    assert [(await fetch(http, url)).status for url in (master, rendition, fragments)] == [403, 403, 403]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/videos/nothing", 404),
        ("/api/v1/videos/0b9f1c3e-51d2-4a53-8f63-1f8f5f6a0009", 403),
        ("/api/v1/videos?count=101", 400),
    ],
)
async def test_a_platform_refuses_with_a_problem_document(
    world: World, http: aiohttp.ClientSession, path: str, status: int
) -> None:
    answer = await fetch(http, world.addresses["peertube"] + path)
    assert (answer.status, json.loads(answer.body)["status"]) == (status, status)
    assert answer.headers["Content-Type"].startswith("application/problem+json")


async def test_a_channel_and_a_playlist_are_cut_by_start_and_count(
    world: World, http: aiohttp.ClientSession
) -> None:
    api = f"{world.addresses['peertube']}/api/v1"
    pages = [
        await told(http, f"{api}/video-channels/quiet_rivers/videos?start={start}&count=3")
        for start in (0, 3, 6)
    ]
    assert [page["total"] for page in pages] == [8, 8, 8]
    assert [len(page["data"]) for page in pages] == [3, 3, 2]
    playlist = await told(http, f"{api}/video-playlists/cQwVfLk9dSnbT1eM4hZp2A/videos?count=100")
    assert [one["position"] for one in playlist["data"]] == [1, 2, 3]


async def test_a_wiki_tells_originals_and_transcodes_and_goes_on(
    world: World, http: aiohttp.ClientSession
) -> None:
    api = f"{world.addresses['commons']}/w/api.php?action=query&format=json&formatversion=2&prop=videoinfo"
    query = f"{api}&viprop=url|size|mime|derivatives|extmetadata"
    category = quote("Category:Films by the Board of Quiet Rivers")
    first = await told(http, f"{query}&generator=categorymembers&gcmtitle={category}&gcmlimit=5")
    assert len(first["query"]["pages"]) == 5
    more = quote(first["continue"]["gcmcontinue"])
    url = f"{query}&generator=categorymembers&gcmtitle={category}&gcmlimit=5&gcmcontinue={more}"
    second = await told(http, url)
    assert "continue" not in second
    assert len(second["query"]["pages"]) == 4
    info = first["query"]["pages"][0]["videoinfo"][0]
    sources = [one["src"] for one in info["derivatives"]]
    assert sources[0] == info["url"]
    for source in sources[:2]:
        part = await start_of(http, source)
        assert (part.status, part.headers["Content-Type"]) == (206, "video/webm")
        assert part.body.startswith(b"\x1a\x45\xdf\xa3")
    missing = await told(http, f"{query}&titles=File:Nothing.webm")
    assert missing["query"]["pages"][0]["missing"] is True
    assert (await fetch(http, info["thumburl"])).body.startswith(b"\xff\xd8")


async def test_a_wiki_wants_to_know_who_asks_and_keeps_crawlers_from_its_api(
    world: World, http: aiohttp.ClientSession
) -> None:
    base = world.addresses["commons"]
    nobody = await fetch(http, f"{base}/w/api.php?action=query&format=json", **{"User-Agent": ""})
    assert nobody.status == 403
    assert "Disallow: /w/" in (await fetch(http, f"{base}/robots.txt")).text
