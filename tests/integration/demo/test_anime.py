"""The anime catalogue of the demo world has the pages of its kind, and every file behind them plays."""

import re
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import aiohttp
import pytest

from wellspring_demo.domain.anime.offers import MIRRORS, PROVIDERS
from wellspring_demo.world import World, running_world

from .reader import downloads, episode_page, file_of, frame_of, mirrors, player, read
from .visitor import fetch


async def every_page(world: World, http: aiohttp.ClientSession, path: str) -> list[str]:
    pages = [(await read(world, http, path)).text]
    while following := re.search(r'<a class="next page-numbers" href="([^"]+)"', pages[-1]):
        pages.append((await fetch(http, following[1])).text)
    return pages


async def test_the_lists_hold_every_title(world: World, http: aiohttp.ClientSession) -> None:
    found = []
    for path in ("/ongoing-anime/", "/complete-anime/"):
        for page in await every_page(world, http, path):
            found += re.findall(r'<div class="thumb"><a href="([^"]+)">', page)
    everything = re.findall(
        r'<a class="hodebgst" href="([^"]+)"', (await read(world, http, "/anime-list")).text
    )
    assert len(found) == len(set(found)) >= 200
    assert set(everything) == set(found)
    assert (await read(world, http, "/ongoing-anime/page/99/")).status == 404


async def test_every_title_and_every_episode_has_a_page(world: World, http: aiohttp.ClientSession) -> None:
    links = re.findall(r'class="hodebgst" href="([^"]+)"', (await read(world, http, "/anime-list/")).text)
    episodes: list[str] = []
    for link in links:
        page = await fetch(http, link)
        assert page.status == 200
        episodes += re.findall(r'<li><span><a href="([^"]+/episode/[^"]+)"', page.text)
    episodes = [link for link in episodes if "pembatas" not in link]
    assert len(set(episodes)) >= 3_000
    for link in episodes[::97]:
        assert (await fetch(http, link)).status == 200


@pytest.mark.parametrize(
    ("path", "sign"),
    [
        ("/", 'class="rapi"'),
        ("/?s=kujira&post_type=anime", 'class="chivsrc"'),
        ("/jadwal-rilis/", "<h2>Kamis</h2>"),
        ("/genre-list/", 'class="genres"'),
        ("/genres/slice-of-life/", 'class="col-anime-title"'),
        ("/genres/drama/page/2", 'class="col-anime-title"'),
    ],
)
async def test_other_pages(world: World, http: aiohttp.ClientSession, path: str, sign: str) -> None:
    answer = await read(world, http, path)
    assert answer.status == 200
    assert sign in answer.text


async def test_a_search_for_a_genre_finds_what_is_no_title(world: World, http: aiohttp.ClientSession) -> None:
    page = (await read(world, http, "/?s=drama&post_type=anime")).text
    assert [link for link in re.findall(r'<h2><a href="([^"]+)"', page) if "/genres/" in link]
    assert "chivsrc" in (await read(world, http, "/?s=&post_type=anime")).text


async def test_batch_and_complete_pages(world: World, http: aiohttp.ClientSession) -> None:
    batch = await read(world, http, f"/batch/{world.anime.specimen('batch_only').stem}-batch-sub-indo/")
    assert 'class="batchlink"' in batch.text
    sent_on = await fetch(http, downloads(batch.text)["odfiles"])
    archive = await fetch(http, sent_on.headers["Location"])
    assert archive.headers["Content-Type"] == "application/zip"
    whole = await read(world, http, f"/lengkap/{world.anime.specimen('lengkap').stem}-sub-indo/")
    assert 'class="download"' in whole.text
    assert (await read(world, http, f"/lengkap/{world.anime.specimen('long').stem}-sub-indo/")).status == 404


async def test_every_kind_of_player_leads_to_a_file_that_plays(
    world: World, http: aiohttp.ClientSession
) -> None:
    seen: set[str] = set()
    for number in range(1, 20):
        page = await episode_page(world, http, number=str(number))
        for name, mirror in mirrors(page):
            if name in seen or name == "mega":
                continue
            seen.add(name)
            url = await player(world, http, page, mirror)
            shown = await fetch(http, url)
            assert "frame-ancestors 'self'" in shown.headers["Content-Security-Policy"]
            if name == "odstream":
                shown = await fetch(http, frame_of(shown.text))
            answer = await fetch(http, file_of(shown.text), Range="bytes=0-99", Referer=url)
            assert (answer.status, answer.body[4:8]) == (206, b"ftyp"), name
        if seen == set(MIRRORS) - {"mega"}:
            break
    assert seen == set(MIRRORS) - {"mega"}


async def test_the_default_player_is_the_default_mirror(world: World, http: aiohttp.ClientSession) -> None:
    page = await episode_page(world, http)
    marked = re.search(r'data-content="[^"]+" data-default="true">ondesu<', page)
    assert marked is not None
    default = next(mirror for name, mirror in mirrors(page) if (name, mirror["q"]) == ("ondesu", "480p"))
    assert await player(world, http, page, default) == frame_of(page)


async def test_every_provider_leads_where_it_should(world: World, http: aiohttp.ClientSession) -> None:
    links: dict[str, str] = {}
    for number in range(1, 20):
        links |= downloads(await episode_page(world, http, number=str(number)))
        if len(links) == len(PROVIDERS):
            break
    targets = {}
    for name, link in links.items():
        answer = await fetch(http, link)
        assert answer.status == 302
        targets[name] = answer.headers["Location"]
    for name in ("odfiles", "acefile"):
        assert (await fetch(http, targets[name], Range="bytes=0-9")).status == 206
    assert targets["pdrain"].startswith(world.addresses["pixel"] + "/u/")
    pixel_file = targets["pdrain"].replace("/u/", "/api/file/")
    assert (await fetch(http, pixel_file, Range="bytes=0-9")).status == 206
    shown = re.search(r'id="download" href="([^"]+)"', (await fetch(http, targets["filedon"])).text)
    assert shown is not None
    assert (await fetch(http, unescape(shown[1]), Range="bytes=0-9")).status == 206
    assert "href" not in (await fetch(http, targets["mega"])).text


@pytest.mark.parametrize("path", ["/anime-list/", "/ongoing-anime/", "/anime/{slug}/", "{poster}"])
async def test_what_did_not_change_is_304(world: World, http: aiohttp.ClientSession, path: str) -> None:
    anime = world.anime.specimen("half")
    poster = f"/wp-content/uploads/2026/02/poster-{anime.post_id}.png"
    path = path.format(slug=anime.slug, poster=poster)
    first = await read(world, http, path)
    etag, changed = first.headers["ETag"], first.headers["Last-Modified"]
    again = await read(world, http, path, **{"If-None-Match": f'"other", {etag}'})
    assert (again.status, again.body, again.headers["ETag"]) == (304, b"", etag)
    assert (await read(world, http, path, **{"If-Modified-Since": changed})).status == 304
    stale = {"If-None-Match": '"other"', "If-Modified-Since": changed}
    assert (await read(world, http, path, **stale)).status == 200


async def test_a_release_shows_on_the_list_and_on_the_page(world: World, http: aiohttp.ClientSession) -> None:
    anime = world.anime.specimen("ongoing")
    before = await read(world, http, f"/anime/{anime.slug}/")
    async with http.post(f"{world.control}/anime", json={"do": "release", "slug": anime.slug}) as response:
        newest = (await response.json())["newest"]
    validators = {
        "If-None-Match": before.headers["ETag"],
        "If-Modified-Since": before.headers["Last-Modified"],
    }
    after = await read(world, http, f"/anime/{anime.slug}/", **validators)
    assert after.status == 200
    assert f"Episode {newest} Subtitle Indonesia" in after.text
    ongoing = (await read(world, http, "/ongoing-anime/")).text
    assert re.search(r"Episode (\d+)</div>", ongoing)[1] == newest  # type: ignore[index]
    assert (await read(world, http, f"/episode/{anime.stem}-episode-{newest}-sub-indo/")).status == 200


async def test_a_rename_sends_from_the_old_address_to_the_new_one(
    world: World, http: aiohttp.ClientSession
) -> None:
    anime = world.anime.specimen("half")
    world.happen("rename", anime.slug, to="another-name-sub-indo")
    moved = await read(world, http, f"/anime/{anime.slug}/")
    assert (moved.status, moved.headers["Location"][-28:]) == (301, "/anime/another-name-sub-indo/"[-28:])
    assert "another-name-sub-indo" in (await read(world, http, "/anime-list/")).text
    short = await read(world, http, f"/?p={anime.post_id}")
    assert short.headers["Location"] == moved.headers["Location"]


async def test_what_happened_survives_a_restart(http: aiohttp.ClientSession, tmp_path: Path) -> None:
    async with running_world(tmp_path) as world:
        slug = world.anime.specimen("ongoing").slug
        newest = world.happen("release", slug).newest
        changed = world.anime.changed
    async with running_world(tmp_path) as world:
        found = world.anime.by_slug(slug)
        assert found is not None
        assert found.newest == newest
        assert world.anime.changed == changed


async def test_robots_are_let_in_until_they_are_not(world: World, http: aiohttp.ClientSession) -> None:
    assert "Disallow: /\n" not in (await read(world, http, "/robots.txt")).text
    settings = {"robots_allowed": False, "crawl_delay_s": 2.5}
    assert (await http.post(f"{world.control}/settings", json=settings)).status == 200
    text = (await read(world, http, "/robots.txt")).text
    assert "Disallow: /\n" in text
    assert "Crawl-delay: 2.5" in text


async def test_a_redesign_gives_200_and_no_rows(world: World, http: aiohttp.ClientSession) -> None:
    world.fault("anime", "drift")
    for path in ("/ongoing-anime/", f"/anime/{world.anime.specimen('half').slug}/"):
        page = await read(world, http, path)
        assert page.status == 200
        assert "Subtitle" in page.text or "Episode" in page.text
        assert not re.search(r'class="(detpost|episodelist|infozin)', page.text)


async def test_the_catalogue_costs_nothing_until_somebody_asks(world: World) -> None:
    assert "_titles" not in vars(world.anime)
    assert world.anime.described()["episodes"] >= 3_000
    assert world.anime.moment(world.anime.titles()[0]).changed < datetime(2027, 1, 1, tzinfo=UTC).timestamp()
