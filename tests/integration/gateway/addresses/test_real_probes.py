"""A library's look at a new file is no play, a real player's is: told by real programs."""

from typing import Any

import pytest

from tests.integration.gateway.outgoing.library import add_episode, add_title
from tests.support.gateway import eventually
from wellspring_demo.media.encoder import ffmpeg

from .conftest import Cinema
from .films import REFERER
from .real import run

PROBE = ("-analyzeduration", "200M", "-probesize", "1G")
SAID = ("-threads", "0", "-v", "warning", "-print_format", "json", "-show_streams", "-show_chapters")
"""Jellyfin's own arguments (`MediaEncoder.GetMediaInfoInternal`), with `-show_format` behind them."""
HLS: dict[str, Any] = {"path": "real/list.m3u8", "container": "hls"}
WAYS: dict[str, dict[str, Any]] = {
    "redirect": {"path": "film.mp4"},
    "relay": {"path": "guarded/film.mp4", "headers": {"Referer": REFERER}},
    "hls": HLS,
    "relayed hls": {**HLS, "headers": {"Referer": REFERER}},
}


async def started(cinema: Cinema) -> int:
    return int(await cinema.gateway.sql.fetchval("select coalesce(sum(started), 0) from catalog.plays"))


async def jellyfin_probes(ffprobe: str, address: str) -> None:
    code, said = await run(ffprobe, *PROBE, "-i", address, *SAID, "-show_format")
    assert code == 0, said
    assert '"codec_type": "video"' in said


async def plays(address: str) -> None:
    code, said = await run(ffmpeg(), "-v", "error", "-i", address, "-t", "1", "-f", "null", "-")
    assert code == 0, said


@pytest.mark.parametrize("way", WAYS)
async def test_a_probe_of_jellyfin_is_no_play_and_what_it_plays_then_is_one(
    cinema: Cinema, ffprobe: str, way: str
) -> None:
    await cinema.add(720, "pixel", **WAYS[way])
    file = "film.m3u8" if "hls" in way else "film.mp4"
    address = f"{cinema.gateway.url}/w/{cinema.episode}/720/{file}"
    await jellyfin_probes(ffprobe, address)
    assert await started(cinema) == 0
    assert await cinema.gateway.told("playback.started") == []
    await plays(address)
    assert await started(cinema) == 1
    await jellyfin_probes(ffprobe, address)  # as Jellyfin does before each play
    await plays(address)
    assert await started(cinema) == 1
    (told,) = await cinema.gateway.told("playback.started")
    assert (told["episode_id"], told["surface"]) == (cinema.episode, "address")


async def test_a_scan_of_a_whole_library_by_ffprobe_counts_nothing(cinema: Cinema, ffprobe: str) -> None:
    title = await add_title(cinema.gateway, "The Weir")
    episodes = [await add_episode(cinema.gateway, title, number) for number in range(1, 7)]
    for episode in episodes:
        await cinema.gateway.add_links(episode, {720: {"pixel": cinema.films.url("film.mp4")}})
        await jellyfin_probes(ffprobe, f"{cinema.gateway.url}/w/{episode}/720/film.mp4")
    assert len(cinema.films.asked) >= len(episodes)
    assert await started(cinema) == 0
    assert await cinema.gateway.told("playback.started") == []


async def test_a_probe_that_finds_nothing_is_no_failed_play_but_tells_of_the_broken_link(
    cinema: Cinema,
) -> None:
    await cinema.add(720, "pixel", "gone.mp4")
    cinema.films.status["/gone"] = 404
    await cinema.tune(address_wait_seconds=0)
    path = f"/w/{cinema.episode}/720/film.mp4"
    assert (await cinema.get(path, Range="bytes=0-", User_Agent="Lavf/59.27.100")).status == 503
    assert await cinema.gateway.sql.fetchval("select coalesce(sum(failed), 0) from catalog.plays") == 0
    assert len(await cinema.gateway.told("playback.failed")) == 1


async def test_a_film_that_comes_through_us_counts_once_so_much_was_taken_that_somebody_watches(
    cinema: Cinema,
) -> None:
    await cinema.add(720, "vidhide", "endless.mp4", headers={"Referer": REFERER})
    url = f"{cinema.gateway.url}/w/{cinema.episode}/720/film.mp4"
    sent = {"Range": "bytes=0-", "User-Agent": "Lavf/59.27.100"}
    async with cinema.player.get(url, headers=sent) as film:
        await film.content.readexactly(1024 * 1024)
        assert await started(cinema) == 0
        for _ in range(40):
            await film.content.readexactly(1024 * 1024)
        assert await eventually(lambda: started(cinema), bool) == 1
        film.close()
