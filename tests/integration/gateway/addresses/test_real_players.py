"""What real players make of a permanent address: before its link died, and after."""

import asyncio
import os
from pathlib import Path

import pytest

from .conftest import Cinema
from .films import REFERER
from .real import is_the_film, probed

MIB = 1024 * 1024
VLC = {"User_Agent": "VLC/3.0.18 LibVLC/3.0.18", "Range": "bytes=0-", "Icy_MetaData": "1"}
MPV = {"User_Agent": "libmpv", "Range": "bytes=0-", "Accept": "*/*"}
KODI = {"User_Agent": "Kodi/20.2 (X11; Linux x86_64)", "Range": "bytes=0-", "Accept_Charset": "UTF-8,*;q=0.8"}


async def test_ffprobe_reads_a_permanent_address_before_and_after_its_link_died(
    cinema: Cinema, ffprobe: str
) -> None:
    await cinema.add(720, "fsl", "first.mp4")
    await cinema.add(720, "pixel", "second.mp4")
    address = f"{cinema.gateway.url}/w/{cinema.episode}/720/The%20Glory%20S01E01.mp4"
    assert is_the_film(await probed(ffprobe, address))
    (first,) = {path for _, path, _ in cinema.films.asked}
    cinema.films.status[first] = 404

    assert is_the_film(await probed(ffprobe, address))
    assert len({path for _, path, _ in cinema.films.asked}) == 2


@pytest.mark.parametrize("headers", [{}, {"Referer": REFERER}])
async def test_ffprobe_reads_hls_from_our_own_origin(
    cinema: Cinema, ffprobe: str, headers: dict[str, str]
) -> None:
    await cinema.add(720, "peertube", "real/list.m3u8", container="hls", headers=headers)
    address = f"{cinema.gateway.url}/w/{cinema.episode}/720/The%20Glory%20S01E01.m3u8"
    assert is_the_film(await probed(ffprobe, address))


async def test_ffprobe_reads_a_film_that_comes_through_us(cinema: Cinema, ffprobe: str) -> None:
    await cinema.add(720, "vidhide", "guarded/film.mp4", headers={"Referer": REFERER})
    address = f"{cinema.gateway.url}/w/{cinema.episode}/720/film.mp4"
    assert is_the_film(await probed(ffprobe, address))


async def test_ffprobe_reads_dash_whose_files_stay_where_they_are(cinema: Cinema, ffprobe: str) -> None:
    await cinema.add(1080, "other", "guarded/film.mpd", container="dash", headers={"Referer": REFERER})
    await cinema.add(720, "pixel", "real/film.mpd", container="dash")
    address = f"{cinema.gateway.url}/w/{cinema.episode}/auto/The%20Glory%20S01E01.mpd"
    answer = await cinema.get(address, Range="bytes=0-")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/dash+xml")
    assert f"<BaseURL>{cinema.films.url('real/')}</BaseURL>".encode() in answer.body
    head = await cinema.get(address, method="HEAD")
    assert (head.status, head.headers["Content-Type"], head.body) == (200, "application/dash+xml", b"")
    assert is_the_film(await probed(ffprobe, address))
    assert not any(path.startswith("/guarded/") for _, path, _ in cinema.films.asked)  # it can't come through


async def test_what_is_no_dash_manifest_is_not_served_as_one(cinema: Cinema) -> None:
    await cinema.add(720, "pixel", "page.mp4", container="dash")
    answer = await cinema.open(720, "film.mpd")
    assert (answer.status, b"link_broken" in answer.body) == (502, True)


@pytest.mark.parametrize("player", [VLC, MPV, KODI], ids=["VLC", "mpv", "Kodi"])
async def test_what_players_send_leads_them_to_the_file(cinema: Cinema, player: dict[str, str]) -> None:
    await cinema.add(720, "pixel", "720.mp4")
    path = f"/w/{cinema.episode}/auto/The%20Glory%20S01E01.mp4"
    sent = {name: text for name, text in player.items() if name != "Range"}
    scan = await cinema.get(path, method="HEAD", **sent)  # Kodi and Jellyfin begin with one
    first = await cinema.get(path, **player)
    seek = await cinema.get(path, **{**player, "Range": "bytes=1000-"})
    assert {answer.status for answer in (scan, first, seek)} == {302}
    part = await cinema.get(seek.location, **{**player, "Range": "bytes=1000-"})
    assert (part.status, part.body) == (206, cinema.films.film.read_bytes()[1000:])
    assert Path(first.location).suffix == ".mp4"
    assert await cinema.gateway.sql.fetchval("select sum(started) from catalog.plays") == 1


async def test_twenty_slow_readers_cost_little_memory(cinema: Cinema) -> None:
    link = await cinema.add(720, "vidhide", "endless.mp4")
    page = f"/relay/{cinema.episode}/{link}.1/play.mp4"
    port = int(cinema.gateway.url.rpartition(":")[2])

    async def reader(number: int) -> "tuple[asyncio.StreamReader, asyncio.StreamWriter]":
        source = (f"127.78.0.{number // 4 + 1}", 0)
        stream, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=source, limit=8192)
        writer.write(f"GET {page} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        assert (await stream.readline()).startswith(b"HTTP/1.1 200")
        return stream, writer

    other = await cinema.add(480, "vidhide", "film.mp4")
    assert (await cinema.get(f"/relay/{cinema.episode}/{other}.1/play.mp4")).status == 200  # all is loaded
    before, sizes = _resident(), []
    opened = [await reader(number) for number in range(20)]
    for _ in range(40):
        await asyncio.gather(*(stream.readexactly(65_536) for stream, _ in opened))
        sizes.append(_resident())
    for _, writer in opened:
        writer.close()
    assert max(sizes) - before < 20 * MIB
    assert sizes[-1] - sizes[10] < 2 * MIB  # however long it goes on


def _resident() -> int:
    """Return the bytes that this process holds: the gateway, the files' host and the readers, all in one."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
