"""mpv and VLC play permanent addresses: files, HLS, through us, from a list, before and after a death."""

from typing import Any

import pytest

from .conftest import Cinema
from .films import REFERER
from .programs import Mpv, Vlc, Watched
from .real import SECONDS

pytestmark = pytest.mark.long

GUARDED = {"Referer": REFERER}
LINKS: dict[str, dict[str, Any]] = {
    "redirect": {"path": "film.mp4"},
    "relay": {"path": "guarded/film.mp4", "headers": GUARDED},
    "hls": {"path": "real/list.m3u8", "container": "hls"},
    "dash": {"path": "real/film.mpd", "container": "dash"},
    "relayed hls": {"path": "real/list.m3u8", "container": "hls", "headers": GUARDED},
}

ENDINGS = {"hls": "film.m3u8", "dash": "film.mpd"}
Player = Mpv | Vlc


@pytest.fixture(params=["mpv", "vlc"])
async def player(request: pytest.FixtureRequest, ffprobe: str, tmp_path: Any) -> Player:
    return Mpv() if request.param == "mpv" else Vlc(ffprobe, tmp_path)


def is_whole(watched: Watched) -> bool:
    """Return whether nearly all was shown: VLC keeps the last few pictures to itself."""
    return watched.seconds >= SECONDS - 0.4


async def started(cinema: Cinema) -> int:
    return int(await cinema.gateway.sql.fetchval("select coalesce(sum(started), 0) from catalog.plays"))


def address(cinema: Cinema, file: str = "The%20Glory%20S01E01.mp4", *, device: str = "") -> str:
    return f"{cinema.gateway.url}{device}/w/{cinema.episode}/720/{file}"


@pytest.mark.parametrize("way", LINKS)
async def test_a_player_plays_an_address_and_it_is_one_play(cinema: Cinema, player: Player, way: str) -> None:
    await cinema.add(720, "pixel", **LINKS[way])
    url = address(cinema, ENDINGS.get(way.rpartition(" ")[2], "film.mp4"))
    watched = await player.watch(url)
    assert is_whole(watched), watched.said
    assert await started(cinema) == 1


@pytest.mark.parametrize("way", ["redirect", "relay", "hls"])
async def test_a_player_begins_in_the_middle(cinema: Cinema, player: Player, way: str) -> None:
    await cinema.add(720, "pixel", **LINKS[way])
    watched = await player.watch(address(cinema, ENDINGS.get(way, "film.mp4")), start=1)
    assert watched.first >= 0.9, watched.said
    assert 0.4 <= watched.seconds < SECONDS - 0.4, watched.said


async def test_a_player_goes_on_with_another_link_when_the_first_one_died(
    cinema: Cinema, player: Player
) -> None:
    await cinema.add(720, "fsl", "first.mp4")
    await cinema.add(720, "pixel", "second.mp4")
    assert is_whole(await player.watch(address(cinema)))
    first = {path for _, path, _ in cinema.films.asked}
    assert len(first) == 1
    cinema.films.status[first.pop()] = 404
    watched = await player.watch(address(cinema))
    assert is_whole(watched), watched.said
    assert len({path for _, path, _ in cinema.films.asked}) == 2
    assert await started(cinema) == 1


async def test_a_device_plays_the_list_of_a_library_that_is_for_its_members(
    cinema: Cinema, player: Player
) -> None:
    await cinema.add(720, "pixel", "film.mp4")
    owner = await cinema.gateway.signed_in("viewer")
    token = (await owner.send("POST", "/api/v1/devices", {"name": "tv"})).json["token"]
    await cinema.tune(viewing="members")
    watched = await player.watch(f"{cinema.gateway.url}/u/{token}/export/library.m3u")
    assert is_whole(watched), watched.said
    assert await started(cinema) == 1
    nobody = await player.watch(address(cinema))
    assert nobody.seconds == 0
