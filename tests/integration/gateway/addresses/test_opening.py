"""Opening a permanent address: which link it leads to, what is looked at first, and what it counts for."""

import pytest

from .conftest import Cinema


async def plays(cinema: Cinema) -> tuple[int, ...]:
    """Return started, first_try, after_fallback and failed of all plays."""
    sql = "select coalesce(sum(started), 0), coalesce(sum(first_try), 0), coalesce(sum(after_fallback), 0),"
    row = await cinema.gateway.sql.fetchrow(f"{sql} coalesce(sum(failed), 0) from catalog.plays")
    assert row is not None
    return tuple(row)


async def test_an_address_leads_to_the_quality_it_names_or_the_nearest_lower_one(cinema: Cinema) -> None:
    await cinema.add(480, "pixel", "480.mp4")
    await cinema.add(1080, "pixel", "1080.mp4")
    for quality, path in ((1080, "1080"), (720, "480"), (480, "480"), (360, "480"), ("auto", "1080")):
        answer = await cinema.open(quality)
        assert (answer.status, answer.location) == (302, cinema.films.url(f"{path}.mp4"))
        assert answer.headers["Cache-Control"] == "no-store"


async def test_the_file_that_an_address_leads_to_can_be_had_in_parts(cinema: Cinema) -> None:
    await cinema.add(720, "pixel", "720.mp4")
    path = f"{cinema.gateway.url}/w/{cinema.episode}/720/film.mp4"
    async with cinema.player.get(path, headers={"Range": "bytes=1000-1999"}) as response:
        assert (response.status, response.headers["Content-Range"].split("/")[0]) == (206, "bytes 1000-1999")
        assert await response.read() == cinema.films.film.read_bytes()[1000:2000]
    async with cinema.player.head(path, allow_redirects=True) as response:
        assert (response.status, response.content_length) == (200, cinema.films.film.stat().st_size)


async def test_nobody_is_sent_to_a_dead_link_and_the_failure_is_told(cinema: Cinema) -> None:
    best = await cinema.add(720, "fsl", "best.mp4")
    await cinema.add(720, "pixel", "next.mp4")
    await cinema.tune(preferred_servers=["fsl", "pixel"])
    cinema.films.status["/best"] = 404
    answer = await cinema.open()
    assert (answer.status, answer.location) == (302, cinema.films.url("next.mp4"))
    (told,) = await cinema.gateway.told("playback.failed")
    assert (told["link_id"], told["reason"], told["surface"]) == (best, "expired", "address")
    (started,) = await cinema.gateway.told("playback.started")
    assert (started["first_try"], started["surface"]) == (False, "address")
    assert await plays(cinema) == (1, 0, 1, 0)


async def test_a_link_that_just_failed_for_a_client_is_not_offered_to_it_again(cinema: Cinema) -> None:
    link = await cinema.add(720, "pixel", "one.mp4")
    await cinema.add(480, "pixel", "two.mp4")
    cinema.films.status["/one"] = 403
    assert (await cinema.open()).location == cinema.films.url("two.mp4")
    del cinema.films.status["/one"]
    asked = cinema.films.count("one.mp4")
    assert (await cinema.open()).location == cinema.films.url("two.mp4")
    assert cinema.films.count("one.mp4") == asked
    await cinema.gateway.sql.execute("update links.links set generation = 2 where id = $1", link)
    assert (await cinema.open()).location == cinema.films.url("one.mp4")


async def test_what_a_page_reports_as_broken_is_kept_from_players_of_the_same_client(cinema: Cinema) -> None:
    link = await cinema.add(720, "pixel", "one.mp4")
    await cinema.add(480, "pixel", "two.mp4")
    beacon = {
        "play_id": "6f2c1c66-0d0e-4a3b-9a0e-3f6f1f6f0001",
        "tab_id": "6f2c1c66-0d0e-4a3b-9a0e-3f6f1f6f0002",
        "episode_id": cinema.episode,
        "link_id": link,
        "generation": 1,
        "outcome": "failed",
        "first_try": True,
    }
    async with cinema.player.post(f"{cinema.gateway.url}/api/v1/plays", json=beacon) as response:
        assert await response.json() == {"counted": True}
    assert (await cinema.open()).location == cinema.films.url("two.mp4")


async def test_a_play_counts_once_however_often_its_player_comes_back(cinema: Cinema) -> None:
    await cinema.add(720, "pixel", "720.mp4")
    for _ in range(3):
        assert (await cinema.open()).status == 302
    seek = await cinema.get(f"/w/{cinema.episode}/720/film.mp4", Range="bytes=90000-")
    assert seek.status == 302
    assert await plays(cinema) == (1, 1, 0, 0)
    assert len(await cinema.gateway.told("playback.started")) == 1


@pytest.mark.parametrize(
    ("method", "wanted"), [("HEAD", "bytes=0-"), ("GET", "bytes=0-65535"), ("GET", "bytes=-4096")]
)
async def test_a_scan_of_a_library_asks_nobody_scrapes_nothing_and_is_no_play(
    cinema: Cinema, method: str, wanted: str
) -> None:
    path = f"/w/{cinema.episode}/720/film.mp4"
    empty = await cinema.get(path, method=method, Range=wanted)
    assert (empty.status, empty.headers["Retry-After"]) == (503, "30")
    await cinema.add(720, "pixel", "720.mp4")
    found = await cinema.get(path, method=method, Range=wanted)
    assert (found.status, found.location) == (302, cinema.films.url("720.mp4"))
    assert cinema.films.asked == []
    assert await cinema.gateway.count("links.jobs") == 0
    assert await plays(cinema) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    "path", ["{}/720p/film.mp4", "{}/0/film.mp4", "{}/720/film", "{}/720/.mp4", "999999/720/film.mp4"]
)
async def test_what_no_address_of_ours_looks_like_leads_nowhere(cinema: Cinema, path: str) -> None:
    assert (await cinema.get(f"/w/{path.format(cinema.episode)}")).status == 404


async def test_a_playlist_is_what_an_address_of_a_playlist_leads_to(cinema: Cinema) -> None:
    await cinema.add(720, "pixel", "720.mp4")
    await cinema.add(480, "peertube", "hls/master.m3u8", container="hls")
    answer = await cinema.open(720, "film.m3u8")
    assert (answer.status, answer.body[:7]) == (200, b"#EXTM3U")
    assert (await cinema.open(720, "film.mkv")).location == cinema.films.url("720.mp4")
