"""The library as a playlist and as a tree of files, read by whoever reads such things."""

import io
import json
import re
import zipfile
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.integration.gateway.running import Gateway

from .library import add_device, add_episode, add_poster, add_title, add_titles

_ENTRY = re.compile(
    r'#EXTINF:-1 tvg-id="([^",]+)" tvg-name="([^",]*)"(?: tvg-logo="([^",]+)")?'
    r' group-title="([^",]*)",([^,]*)'
)


def parsed(text: str) -> list[dict[str, Any]]:
    """Return a playlist's entries by the strict grammar: a head, then pairs of lines."""
    first, *lines = text.splitlines()
    assert first == "#EXTM3U"
    assert len(lines) % 2 == 0
    found = []
    for said, url in zip(lines[::2], lines[1::2], strict=True):
        match = _ENTRY.fullmatch(said)
        assert match is not None, said
        assert re.fullmatch(r"https?://[!-~]+", url), url
        names = ("id", "name", "logo", "group", "title")
        found.append(dict(zip(names, match.groups(), strict=True)) | {"url": url})
    return found


async def small_library(gateway: Gateway) -> tuple[int, int, int]:
    """Store a series with odd numbers and a film, and return the series and two episodes."""
    series = await add_title(
        gateway, 'Love, "Death"\n& Robots', slug="love", year=2019, genres=["Drama"], synopsis="A <b> & \x0b!"
    )
    await add_poster(gateway, series)
    special = await add_episode(gateway, series, 0, season=0)
    between = await add_episode(gateway, series, "12.5", name="A, B")
    film = await add_title(gateway, "Sita", kind="movie", year=2008, imdb_id="tt1172203", genres=["Musical"])
    await add_episode(gateway, film, 1)
    return series, special, between


async def test_a_playlist_holds_every_episode_by_its_permanent_address(gateway: Gateway) -> None:
    series, special, between = await small_library(gateway)
    await gateway.add_links(between, {720: {"fsl": "https://f.example/1"}})
    await gateway.sql.execute("update links.links set container = 'hls'")
    answer = await (await gateway.visitor()).get("/export/library.m3u")
    assert answer.headers["Content-Type"] == "audio/x-mpegurl; charset=utf-8"
    first, second, film = parsed(answer.text)
    assert first["id"] == f"wsp.{special}"
    assert first["group"] == "Love\u201a 'Death' & Robots"
    assert first["title"] == "Love\u201a 'Death' & Robots S00E00"
    assert second["title"] == "Love\u201a 'Death' & Robots S01E12.5 A\u201a B"
    assert second["url"].startswith(f"{gateway.url}/w/{between}/auto/Love")
    assert second["url"].endswith("S01E12.5.m3u8")
    assert first["url"].endswith("S00E00.mp4")
    assert first["logo"].startswith(f"{gateway.url}/posters/{series}/")
    assert (film["group"], film["title"], film["logo"]) == ("Musical", "Sita", None)


@pytest.mark.parametrize(
    ("query", "count"),
    [("title=love", 2), ("kind=movie", 1), ("kind=series", 2), ("genre=Drama", 2), ("genre=Dram", 0)],
)
async def test_a_playlist_is_narrowed_by_title_kind_and_genre(
    gateway: Gateway, query: str, count: int
) -> None:
    await small_library(gateway)
    visitor = await gateway.visitor()
    assert len(parsed((await visitor.get(f"/export/library.m3u?{query}")).text)) == count
    lines = (await visitor.get(f"/export/strm.ndjson?{query}")).text.splitlines()
    assert sum(line.endswith('.strm"}') or '.strm"' in line for line in lines) == count


async def test_a_wrong_filter_is_a_problem(gateway: Gateway) -> None:
    visitor = await gateway.visitor()
    (await visitor.get("/export/library.m3u?kind=tv")).problem(422, "invalid")
    (await visitor.get("/export/library.m3u?title=none")).problem(404, "unknown_title")
    (await visitor.get("/export/strm.zip?genre=%00")).problem(422, "invalid")


@pytest.mark.parametrize("path", ["/export/library.m3u", "/export/strm.zip", "/export/strm.ndjson"])
async def test_who_has_the_export_gets_it_again_only_when_it_changed(gateway: Gateway, path: str) -> None:
    series, _, _ = await small_library(gateway)
    visitor = await gateway.visitor()
    head = await visitor.ask("HEAD", path)
    assert (head.status, head.text) == (200, "")
    assert head.headers["Last-Modified"].endswith("GMT")
    held = {"If-None-Match": head.headers["ETag"]}
    assert (await visitor.get(path, headers=held)).status == 304
    await gateway.sql.execute("delete from catalog.episodes where title_id = $1 and season = 0", series)
    assert (await visitor.ask("HEAD", path, headers=held)).status == 200
    token = await add_device(gateway)
    device = await visitor.ask("HEAD", f"/u/{token}{path}")
    assert device.status == 200
    again = await visitor.ask("HEAD", path)
    assert device.headers["ETag"] != again.headers["ETag"]


async def test_the_zip_is_a_tree_that_media_centres_scan(gateway: Gateway) -> None:
    series, special, between = await small_library(gateway)
    visitor = await gateway.visitor()
    async with visitor.session.get(f"{gateway.url}/export/strm.zip") as answer:
        assert answer.headers["Content-Type"] == "application/zip"
        body = await answer.read()
    with zipfile.ZipFile(io.BytesIO(body)) as found:
        assert found.testzip() is None
        show = (
            f"Shows/Love, Death & Robots (2019) [wsp-{series}]"  # for its line end, another might look alike
        )
        assert found.namelist() == [
            f"{show}/tvshow.nfo",
            f"{show}/Season 00/Love, Death & Robots S00E00.strm",
            f"{show}/Season 00/Love, Death & Robots S00E00.nfo",
            f"{show}/Season 01/Love, Death & Robots S01E12.5.strm",
            f"{show}/Season 01/Love, Death & Robots S01E12.5.nfo",
            "Movies/Sita (2008)/Sita (2008).strm",
            "Movies/Sita (2008)/Sita (2008).nfo",
        ]
        files = {name: found.read(name) for name in found.namelist()}
    strm = files[f"{show}/Season 01/Love, Death & Robots S01E12.5.strm"].decode()
    assert re.fullmatch(rf"{gateway.url}/w/{between}/auto/\S+\.mp4\n", strm)
    nfo = {name: ET.fromstring(body) for name, body in files.items() if name.endswith(".nfo")}
    tvshow = nfo[f"{show}/tvshow.nfo"]
    assert (tvshow.tag, tvshow.findtext("plot")) == ("tvshow", "A <b> & !")
    assert tvshow.findtext("thumb", "").startswith(f"{gateway.url}/posters/{series}/")
    movie = nfo["Movies/Sita (2008)/Sita (2008).nfo"]
    ids = {each.get("type"): each.text for each in movie.iter("uniqueid")}
    assert ids["imdb"] == "tt1172203"
    assert [each.text for each in movie.iter("genre")] == ["Musical"]
    episode = nfo[f"{show}/Season 01/Love, Death & Robots S01E12.5.nfo"]
    said = [episode.findtext(name) for name in ("season", "episode", "title")]
    assert said == ["1", "12", "12.5 A, B"]
    assert special != between


async def test_a_devices_tree_holds_its_token(gateway: Gateway) -> None:
    await small_library(gateway)
    token, visitor = await add_device(gateway), await gateway.visitor()
    answer = await visitor.get(f"/u/{token}/export/strm.ndjson")
    first, *files, last = [json.loads(line) for line in answer.text.splitlines()]
    assert first == {"base": gateway.url}
    assert last == {"files": 7} == {"files": len(files)}
    addresses = [file["text"] for file in files if file["path"].endswith(".strm")]
    assert len(addresses) == 3
    assert all(text.startswith(f"{gateway.url}/u/{token}/w/") for text in addresses)
    (await visitor.get("/u/wsd_wrong/export/library.m3u")).problem(403, "unknown_device")


async def test_batches_lose_and_repeat_no_episode(gateway: Gateway) -> None:
    await add_titles(gateway, 1999)
    series = await add_title(gateway, "Long")
    await gateway.sql.execute(
        "insert into catalog.episodes (title_id, season, number)"
        " select $1, 1 + n / 1000, n from generate_series(1, 2500) as n",
        series,
    )
    # a statement that was planned for the empty tables of other tests would read all of them for each row
    await gateway.sql.execute("analyze catalog.titles, catalog.episodes")
    found = parsed((await (await gateway.visitor()).get("/export/library.m3u")).text)
    assert len(found) == len({entry["id"] for entry in found}) == 1999 + 2500
    titles = [entry["group"] for entry in found]
    assert titles[-2500:] == ["Long"] * 2500


async def test_titles_in_the_trash_never_leave(gateway: Gateway) -> None:
    series, _, _ = await small_library(gateway)
    await gateway.sql.execute("update catalog.titles set deleted_at = now() where id = $1", series)
    visitor = await gateway.visitor()
    (entry,) = parsed((await visitor.get("/export/library.m3u")).text)
    assert entry["title"] == "Sita"
    assert (await visitor.get(f"/stremio/meta/series/wsp:{series}.json")).status == 404
    assert "Love" not in (await visitor.get("/feeds/new.rss")).text
