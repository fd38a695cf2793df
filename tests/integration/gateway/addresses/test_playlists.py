"""HLS from our own origin: every URL absolute, ours where it has to be, and none that anybody made up."""

import re

from .conftest import Cinema
from .films import FILM, REFERER

ADDRESS = re.compile(r"https?://[^\s\"]+")


async def test_a_players_playlist_leads_back_here_for_lists_and_straight_to_the_files(cinema: Cinema) -> None:
    await cinema.add(720, "peertube", "hls/master.m3u8", container="hls")
    master = await cinema.open(720, "film.m3u8")
    assert (master.status, master.headers["Content-Type"]) == (200, "application/vnd.apple.mpegurl")
    assert (master.headers["Access-Control-Allow-Origin"], master.headers["Cache-Control"]) == (
        "*",
        "no-store",
    )
    audio, variant = ADDRESS.findall(master.body.decode())
    for address in (audio, variant):
        assert address.startswith(f"{cinema.gateway.url}/part/")
        assert address.endswith("/list.m3u8")
    found = ADDRESS.findall((await cinema.get(variant)).body.decode())
    assert found == [
        cinema.films.url(path) for path in ("hls/key", "hls/720/init.mp4", "hls/720/one.m4s", "two.m4s")
    ]
    head = await cinema.get(f"/w/{cinema.episode}/720/film.m3u8", method="HEAD")
    assert (head.status, head.headers["Content-Type"]) == (200, "application/vnd.apple.mpegurl")


async def test_a_pages_playlist_leads_back_here_for_everything(cinema: Cinema) -> None:
    link = await cinema.add(720, "peertube", "hls/master.m3u8", container="hls", headers={"Referer": REFERER})
    state = await (await cinema.gateway.visitor()).get(f"/api/v1/episodes/{cinema.episode}/live-state")
    (shown,) = state.json["links"]
    assert (shown["via"], shown["play_url"]) == ("relay", f"/relay/{cinema.episode}/{link}.1/play.m3u8")
    _, variant = ADDRESS.findall((await cinema.get(shown["play_url"])).body.decode())
    parts = ADDRESS.findall((await cinema.get(variant)).body.decode())
    assert [part.rpartition("/")[2] for part in parts] == ["part.ts", "part.mp4", "part.m4s", "part.m4s"]
    for part in parts:
        assert part.startswith(f"{cinema.gateway.url}/part/")
        answer = await cinema.get(part, Range="bytes=10-19")
        assert (answer.status, answer.body) == (206, FILM[10:20])
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


async def test_nobody_makes_up_an_address(cinema: Cinema) -> None:
    await cinema.add(720, "peertube", "hls/master.m3u8", container="hls")
    audio, variant = ADDRESS.findall((await cinema.open(720, "film.m3u8")).body.decode())
    sealed, other = (address.split("/part/")[1].split("/")[0] for address in (variant, audio))
    for forged in (sealed[:-2] + "AA", sealed[:22] + other[22:], "", "AAAA", "%F0%9F%92%A9", "x" * 20_000):
        assert (await cinema.get(f"/part/{forged}/list.m3u8")).status in {404, 400, 422}, forged


async def test_a_playlist_cannot_lead_us_into_a_private_network(cinema: Cinema) -> None:
    cinema.films.private_target = "http://169.254.169.254/latest/meta-data"
    link = await cinema.add(720, "peertube", "hls/inside.m3u8", container="hls")
    listed = await cinema.get(f"/relay/{cinema.episode}/{link}.1/play.m3u8")
    (inside,) = ADDRESS.findall(listed.body.decode())
    answer = await cinema.get(inside)
    assert (answer.status, b"link_broken" in answer.body) == (502, True)


async def test_a_file_that_is_no_playlist_is_not_passed_on_as_one(cinema: Cinema) -> None:
    link = await cinema.add(720, "peertube", "film.mp4", container="hls")
    assert (await cinema.get(f"/relay/{cinema.episode}/{link}.1/play.m3u8")).status == 502
