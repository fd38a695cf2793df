"""Scrapes of the free libraries' items: the exact links, each seen to play, and every refusal named."""

from urllib.parse import quote

import aiohttp
import pytest

from tests.integration.scraper.libraries import Libraries
from wellspring_common.events.scrape import Container, FoundLink, LinksScraped, ScrapeFailed

VIDEO = "0b9f1c3e-51d2-4a53-8f63-1f8f5f6a"


def told(links: list[FoundLink]) -> list[tuple[str, int | None, Container, str]]:
    return [(link.server, link.quality, link.container, link.url) for link in links]


async def test_an_item_gives_the_original_and_what_was_derived_of_it(shelf: Libraries) -> None:
    links = await shelf.links("archive-org", shelf.url("archive", "/details/brass-orchard-1927"))
    base = shelf.url("archive", "/download/brass-orchard-1927")
    assert told(links) == [
        ("h264", 1080, Container.MP4, f"{base}/brass-orchard.mp4"),
        ("h264-ia", 480, Container.MP4, f"{base}/brass-orchard.ia.mp4"),
    ]
    assert {link.language for link in links} == {"en"}
    nodes = shelf.world.log.entries("archive-node")
    assert [(entry.status, entry.range) for entry in nodes] == [(206, "bytes=0-511")] * 2
    assert len(shelf.world.log.entries("archive")) == 3


async def test_one_file_of_a_serial_gives_its_own_links(shelf: Libraries) -> None:
    name = quote("Chapter 02 - A Boat Too Many")
    page = shelf.url("archive", f"/details/harbour-signal-1938/{name}.mp4")
    base = shelf.url("archive", f"/download/harbour-signal-1938/{name}")
    assert told(await shelf.links("archive-org", page)) == [
        ("h264", 720, Container.MP4, f"{base}.mp4"),
        ("h264-ia", 480, Container.MP4, f"{base}.ia.mp4"),
    ]


async def test_a_video_gives_its_files_and_its_stream(shelf: Libraries) -> None:
    base, uuid = shelf.world.addresses["peertube"], f"{VIDEO}0001"
    links = await shelf.links("peertube", f"{base}/w/2y84q2MQUMWPbiEcxNX001")
    hls = f"{base}/static/streaming-playlists/hls/{uuid}"
    assert told(links) == [
        ("web", 720, Container.MP4, f"{base}/static/web-videos/{uuid}-720.mp4"),
        ("web", 480, Container.MP4, f"{base}/static/web-videos/{uuid}-480.mp4"),
        ("hls", None, Container.HLS, f"{hls}/master.m3u8"),
        ("hls-file", 1080, Container.MP4, f"{hls}/{uuid}-1080-fragmented.mp4"),
        ("hls-file", 720, Container.MP4, f"{hls}/{uuid}-720-fragmented.mp4"),
        ("hls-file", 480, Container.MP4, f"{hls}/{uuid}-480-fragmented.mp4"),
    ]


async def test_the_page_for_people_gives_what_its_preview_names(shelf: Libraries) -> None:
    page = shelf.url("archive", "/details/kettle-for-the-moon-1922")
    (link,) = await shelf.links("generic-html", page)
    file = shelf.url("archive", "/download/kettle-for-the-moon-1922/kettle.mp4")
    assert (link.url, link.label) == (file, "Preview")
    assert link.server.startswith("127-0-0-1")
    event = await shelf.scrape("generic-html", shelf.url("archive", "/details/loaned-reel-1962"))
    assert isinstance(event, ScrapeFailed)
    assert event.code == "drift"


@pytest.mark.parametrize("path", ["/wiki/File:Weir_at_dawn.webm", "/w/index.php?curid=4100101"])
async def test_a_file_gives_the_original_and_its_transcodes(shelf: Libraries, path: str) -> None:
    links = await shelf.links("wikimedia-commons", shelf.url("commons", path))
    assert [(link.server, link.quality, link.container) for link in links] == [
        ("original", 1080, Container.WEBM),
        ("vp9", 480, Container.WEBM),
        ("vp9", 720, Container.WEBM),
    ]
    assert all(link.url.startswith(shelf.world.addresses["commons-upload"]) for link in links)
    assert all(entry.user_agent for entry in shelf.world.log.entries("commons"))


async def test_names_with_odd_characters_find_their_files(shelf: Libraries) -> None:
    page = shelf.url("commons", "/wiki/" + quote('File:Ferry_"Nine_Lanterns"_crossing.webm', safe=":"))
    links = await shelf.links("wikimedia-commons", page)
    assert [link.quality for link in links] == [1080, 480, 720, 1080]
    (theora,) = await shelf.links(
        "wikimedia-commons", shelf.url("commons", "/wiki/" + quote("File:Écluse_à_midi.ogv", safe=":"))
    )
    assert (theora.server, theora.quality) == ("vp9", 480)


async def test_every_link_plays_as_a_player_would_ask_for_it(shelf: Libraries) -> None:
    sources = [
        ("archive-org", shelf.url("archive", "/details/salt-roads-1934")),
        ("peertube", shelf.url("peertube", f"/videos/watch/{VIDEO}0002")),
        ("wikimedia-commons", shelf.url("commons", "/w/index.php?curid=4100106")),
    ]
    starts = {Container.MP4: b"ftyp", Container.WEBM: b"\x1a\x45\xdf\xa3", Container.HLS: b"#EXTM3U"}
    played = 0
    async with aiohttp.ClientSession() as player:
        for definition, url in sources:
            for link in await shelf.links(definition, url):
                headers = {**link.headers, "Range": "bytes=0-99"}
                async with player.get(link.url, headers=headers) as answer:
                    assert answer.status == 206, link
                    assert starts[link.container] in (await answer.read())[:16]
                played += 1
    assert played == 8


@pytest.mark.parametrize(
    ("definition", "host", "path", "code"),
    [
        ("archive-org", "archive", "/details/nowhere", "not_found"),
        ("archive-org", "archive", "/details/withdrawn-reel-1958", "not_found"),
        ("archive-org", "archive", "/details/production-notes-1937", "not_found"),
        ("archive-org", "archive", "/details/harbour-signal-1938/Chapter%2009.mp4", "not_found"),
        ("archive-org", "archive", "/details/loaned-reel-1962", "forbidden"),
        ("peertube", "peertube", "/w/nothing", "not_found"),
        ("peertube", "peertube", f"/w/{VIDEO}0009", "forbidden"),
        ("peertube", "peertube", f"/w/{VIDEO}0010", "not_found"),
        ("wikimedia-commons", "commons", "/wiki/File:Nothing.webm", "not_found"),
        ("wikimedia-commons", "commons", "/wiki/File:Board_stamp.jpg", "not_found"),
    ],
)
async def test_every_refusal_has_its_name(
    shelf: Libraries, definition: str, host: str, path: str, code: str
) -> None:
    event = await shelf.scrape(definition, shelf.url(host, path))
    assert isinstance(event, ScrapeFailed)
    assert event.code == code
    nobody = [entry for entry in shelf.world.log.entries() if entry.range is not None]
    assert nobody == []


@pytest.mark.parametrize(
    "where",
    [
        ("archive-org", "archive", "/details/tin-parade-1936"),
        ("peertube", "peertube", f"/w/{VIDEO}0001"),
        ("wikimedia-commons", "commons", "/wiki/File:Herons.webm"),
    ],
)
@pytest.mark.parametrize(
    ("trap", "code"),
    [
        (("status", {"status": 429, "retry_after": 30}), "throttled"),
        (("challenge", {}), "blocked"),
        (("garbage", {}), "garbage"),
        (("endless", {}), "too_large"),
        (("gzip_bomb", {}), "too_large"),
        (("redirect_to", {"url": "http://169.254.169.254/latest/"}), "blocked_address"),
    ],
)
async def test_an_interface_in_trouble_has_its_name(
    shelf: Libraries, where: tuple[str, str, str], trap: tuple[str, dict[str, object]], code: str
) -> None:
    (definition, host, path), (kind, details) = where, trap
    shelf.world.fault(host, kind, **details)
    event = await shelf.scrape(definition, shelf.url(host, path))
    assert isinstance(event, ScrapeFailed)
    assert event.code == code


async def test_a_file_host_in_trouble_leaves_the_other_links(shelf: Libraries) -> None:
    shelf.world.fault(
        "archive-node", "status", status=503, path_prefix="/7/items/brass-orchard-1927/b", times=1
    )
    event = await shelf.scrape("archive-org", shelf.url("archive", "/details/brass-orchard-1927"))
    assert isinstance(event, LinksScraped)
    (result,) = event.results
    assert len(result.links) == 1
    assert [one.code for one in result.problems] == ["server_error"]
