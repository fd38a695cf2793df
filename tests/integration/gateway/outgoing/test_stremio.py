"""The addon for Stremio, rule by rule of its protocol."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from tests.integration.gateway.conftest import Start
from tests.integration.gateway.running import PAGE, Answer, Gateway

from .library import add_device, add_episode, add_poster, add_title, add_titles

JSON = "application/json; charset=utf-8"


async def ask(gateway: Gateway, path: str, method: str = "GET", **more: Any) -> Answer:
    """Ask the addon as a client of another origin does."""
    visitor = await gateway.visitor()
    headers = {"Origin": "https://web.stremio.com", **more.pop("headers", {})}
    return await visitor.ask(method, f"/stremio/{path}", encoded=True, headers=headers, **more)


def is_open(answer: Answer) -> bool:
    """Return whether an answer may be read by every origin."""
    return answer.headers["Access-Control-Allow-Origin"] == "*"


async def test_the_manifest_has_what_the_protocol_requires(gateway: Gateway) -> None:
    await add_title(gateway, "The Glory", genres=["Drama"])
    answer = await ask(gateway, "manifest.json")
    assert (answer.status, answer.headers["Content-Type"]) == (200, JSON)
    assert is_open(answer)
    found = answer.json
    assert re.fullmatch(r"[a-z]+(\.[a-z]+)+", found["id"])
    assert re.fullmatch(r"\d+\.\d+\.\d+", found["version"])
    assert all(found[name] for name in ("name", "description", "types", "idPrefixes"))
    assert found["idPrefixes"] == ["wsp:", "tt"]
    names = [each if isinstance(each, str) else each["name"] for each in found["resources"]]
    assert names == ["catalog", "meta", "stream"]
    assert {catalog["type"] for catalog in found["catalogs"]} == {"series", "movie"} == set(found["types"])
    series = next(each for each in found["catalogs"] if each["type"] == "series")
    extras = {extra["name"]: extra for extra in series["extra"]}
    assert set(extras) == {"search", "genre", "skip"}
    assert extras["genre"]["options"] == ["Drama"]


@pytest.mark.parametrize(
    "path",
    [
        "",
        "manifest.xml",
        "catalog/series/wellspring",
        "catalog/series/unknown.json",
        "catalog/channel/wellspring.json",
        "subtitles/series/wsp:1.json",
        "meta/series/wsp:999999999.json",
        "meta/series/nonsense.json",
        "meta/series/wsp:1/a=b/c=d.json",
        "catalog/series/wellspring/search=%C0%80.json",
        "../stremio/x",
    ],
)
async def test_what_is_unknown_is_not_found_in_the_protocols_words(gateway: Gateway, path: str) -> None:
    for headers in ({}, PAGE):
        answer = await ask(gateway, path, headers=headers)
        assert (answer.status, answer.json) == (404, {"err": "not found"})
        assert answer.headers["Content-Type"] == JSON
        assert is_open(answer)


async def test_every_method_and_error_is_open_to_all_origins(gateway: Gateway) -> None:
    preflight = await ask(gateway, "catalog/series/wellspring.json", "OPTIONS")
    assert (preflight.status, preflight.text) == (204, "")
    assert is_open(preflight)
    assert preflight.headers["Access-Control-Allow-Headers"] == "*"
    posted = await ask(gateway, "manifest.json", "POST")
    assert (posted.status, posted.json) == (404, {"err": "not found"})
    assert is_open(posted)
    head = await ask(gateway, "manifest.json", "HEAD")
    assert (head.status, head.text) == (200, "")
    assert is_open(head)


async def test_a_failure_is_a_handler_error(start_gateway: Start) -> None:
    gateway = await start_gateway()
    await gateway.sql.execute("alter table catalog.titles rename column synopsis to gone")
    answer = await ask(gateway, "catalog/series/wellspring.json")
    assert (answer.status, answer.json) == (500, {"err": "handler error"})
    assert is_open(answer)


async def test_pages_have_a_hundred_titles_and_the_last_one_fewer(gateway: Gateway) -> None:
    await add_titles(gateway, 230)
    await add_titles(gateway, 0, kind="movie")
    seen: list[str] = []
    for skip, length in ((0, 100), (100, 100), (200, 30), (300, 0)):
        extra = f"/skip={skip}" if skip else ""
        metas = (await ask(gateway, f"catalog/series/wellspring{extra}.json")).json["metas"]
        assert len(metas) == length
        seen += [meta["name"] for meta in metas]
    assert seen == [f"Title {n:07d}" for n in range(1, 231)]
    later = await ask(gateway, "catalog/series/wellspring/skip=150.json")
    assert [meta["name"] for meta in later.json["metas"]] == seen[150:]
    assert (await ask(gateway, "catalog/movie/wellspring.json")).json == {"metas": []}
    assert (await ask(gateway, "catalog/series/wellspring/skip=soon.json")).json == {"metas": []}


@pytest.mark.parametrize("title", ["Tom & Jerry", "50/50", "A=B", "Ｋimi no Na wa", "What? 100%", "a+b c"])
async def test_a_search_is_split_before_it_is_decoded(gateway: Gateway, title: str) -> None:
    await add_title(gateway, title, slug="wanted", genres=["Drama"])
    await add_title(gateway, "Another", slug="another", genres=["Drama"])
    for extra in (f"search={quote(title, safe='')}", f"genre=Drama&search={quote(title, safe='')}&skip=0"):
        answer = await ask(gateway, f"catalog/series/wellspring/{extra}.json")
        assert [meta["name"] for meta in answer.json["metas"]] == [title]


async def test_a_genre_narrows_a_catalogue_to_its_titles(gateway: Gateway) -> None:
    await add_title(gateway, "One", genres=["Sci-Fi & Fantasy"])
    await add_title(gateway, "Two", genres=["Drama"])
    answer = await ask(gateway, f"catalog/series/wellspring/genre={quote('Sci-Fi & Fantasy', safe='')}.json")
    assert [meta["name"] for meta in answer.json["metas"]] == ["One"]


async def test_a_series_names_its_episodes_with_whole_numbers(gateway: Gateway) -> None:
    title = await add_title(gateway, "The Glory", year=2022, status="ongoing", synopsis="Revenge.")
    digest = await add_poster(gateway, title)
    for season, number in ((0, 1), (1, 0), (1, 12), (1, "12.5"), (2, 1)):
        await add_episode(gateway, title, number, season=season)
    meta = (await ask(gateway, f"meta/series/wsp:{title}.json")).json["meta"]
    assert (meta["id"], meta["type"], meta["name"]) == (f"wsp:{title}", "series", "The Glory")
    assert meta["releaseInfo"] == "2022-"
    assert meta["poster"] == f"{gateway.url}/posters/{title}/{digest}"
    videos = {video["id"]: video for video in meta["videos"]}
    assert list(videos) == [f"wsp:{title}:{rest}" for rest in ("0:1", "1:0", "1:12", "1:12.5", "2:1")]
    for video in videos.values():
        assert video["title"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z", video["released"])
        assert isinstance(video["season"], int)
        assert isinstance(video["episode"], int)
        assert "streams" not in video  # theirs would keep other addons from being asked
    between = videos[f"wsp:{title}:1:12.5"]
    assert (between["season"], between["episode"]) == (0, 2)
    places = [(video["season"], video["episode"]) for video in videos.values()]
    assert len(set(places)) == len(places)


async def test_a_film_is_its_own_video_and_known_by_imdbs_id_too(gateway: Gateway) -> None:
    title = await add_title(gateway, "Sita", kind="movie", imdb_id="tt1172203")
    await add_episode(gateway, title, 1)
    for item in (f"wsp:{title}", "tt1172203", f"wsp%3A{title}"):
        meta = (await ask(gateway, f"meta/movie/{item}.json")).json["meta"]
        assert meta["behaviorHints"] == {"defaultVideoId": f"wsp:{title}"}
        assert len((await ask(gateway, f"stream/movie/{item}.json")).json["streams"]) == 2
    assert (await ask(gateway, f"meta/series/wsp:{title}.json")).status == 404


async def test_streams_come_best_first_by_permanent_addresses(gateway: Gateway) -> None:
    title = await add_title(gateway, "The Glory", imdb_id="tt21344706")
    episode = await add_episode(gateway, title, 3)
    await gateway.add_links(episode, {720: {"pixel": "https://p.example/1"}})
    await gateway.add_links(
        episode, {1080: {"fsl": "https://f.example/1", "pixel": "https://p.example/2"}}, state="unknown"
    )
    for item in (f"wsp:{title}:1:3", "tt21344706:1:3"):
        streams = (await ask(gateway, f"stream/series/{item}.json")).json["streams"]
        assert [stream["name"].split("\n")[1] for stream in streams] == ["1080p", "720p"]
        for stream, height in zip(streams, (1080, 720), strict=True):
            assert stream["url"] == f"{gateway.url}/w/{episode}/{height}/The%20Glory%20S01E03.mp4"
            hints = stream["behaviorHints"]
            assert hints["notWebReady"] is True  # no https
            assert hints["filename"] == f"The Glory S01E03 {height}p.mp4"
            assert "title" not in stream  # deprecated
            assert "proxyHeaders" not in hints
        assert streams[1]["behaviorHints"]["bingeGroup"] == "wellspring-pixel-720p-und"
        assert "pixel" in streams[1]["description"]
        assert "checked and alive" in streams[1]["description"]
        assert "(and 1 more)" in streams[0]["description"]


async def test_over_https_an_mp4_is_ready_for_the_web(start_gateway: Start) -> None:
    gateway = await start_gateway(WELLSPRING_GATEWAY_SECURE_COOKIES="true")
    title = await add_title(gateway, "The Glory")
    episode = await add_episode(gateway, title, 1)
    mp4, hls = await gateway.add_links(
        episode, {720: {"pixel": "https://p.example/1"}, 1080: {"fsl": "https://f.example/1"}}
    )
    await gateway.sql.execute("update links.links set container = 'hls' where id = $1", hls)
    streams = (await ask(gateway, f"stream/series/wsp:{title}:1:1.json")).json["streams"]
    ready = {stream["url"].rpartition(".")[2]: stream["behaviorHints"]["notWebReady"] for stream in streams}
    assert ready == {"mp4": False, "m3u8": True}
    assert all(stream["url"].startswith("https://") for stream in streams)
    assert mp4 != hls


async def test_an_episode_without_links_is_offered_by_what_a_scrape_may_find(gateway: Gateway) -> None:
    title = await add_title(gateway, "The Glory")
    episode = await add_episode(gateway, title, "12.5")
    answer = await ask(gateway, f"stream/series/wsp:{title}:1:12.5.json")
    urls = [stream["url"] for stream in answer.json["streams"]]
    assert [url.split("/")[5] for url in urls] == ["1080", "720"]
    assert all(f"/w/{episode}/" in url for url in urls)
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "item", ["wsp:1:1:1", "tt0000001:1:1", "kitsu:1:2", "wsp:1:1:x", "tt1", "wsp:0:1:1", "wsp:9" + "9" * 18]
)
async def test_an_unknown_video_has_no_streams(gateway: Gateway, item: str) -> None:
    answer = await ask(gateway, f"stream/series/{item}.json")
    assert (answer.status, answer.json) == (200, {"streams": []})


async def test_cache_hints_end_before_the_first_link_does(gateway: Gateway) -> None:
    title = await add_title(gateway, "The Glory")
    episode = await add_episode(gateway, title, 1)
    await gateway.add_links(episode, {1080: {"fsl": "https://f.example/1"}})
    await gateway.add_links(
        episode, {720: {"pixel": "https://p.example/1"}}, expires_in=timedelta(seconds=90), basis="parameter"
    )
    answer = await ask(gateway, f"stream/series/wsp:{title}:1:1.json")
    said = answer.headers["Cache-Control"]
    assert "immutable" not in said
    hints = {name: int(value) for name, value in re.findall(r"([a-z-]+)=(\d+)", said)}
    assert set(hints) == {"max-age", "stale-while-revalidate", "stale-if-error"}
    assert hints["max-age"] > 0
    assert hints["max-age"] + max(hints["stale-while-revalidate"], hints["stale-if-error"]) <= 90


async def test_in_a_library_for_members_a_device_has_the_addon(start_gateway: Start) -> None:
    gateway = await start_gateway()
    title = await add_title(gateway, "The Glory")
    episode = await add_episode(gateway, title, 1)
    digest = await add_poster(gateway, title)
    token = await add_device(gateway)
    admin = await gateway.signed_in("admin")
    changed = await admin.send("PATCH", "/api/v1/settings", {"viewing": "members"})
    assert changed.status == 200, changed.text
    stranger = await ask(gateway, "manifest.json")
    while stranger.status == 200:  # the setting is on its way
        stranger = await ask(gateway, "manifest.json")
    assert stranger.status == 401
    assert stranger.json["err"].startswith("sign in required")
    assert is_open(stranger)
    assert (await ask(gateway, "manifest.json", "OPTIONS")).status == 204

    visitor = await gateway.visitor()
    own = f"/u/{token}/stremio"
    manifest = await visitor.get(f"{own}/manifest.json")
    assert manifest.status == 200
    assert "public" not in manifest.headers["Cache-Control"]
    meta = (await visitor.get(f"{own}/meta/series/wsp:{title}.json")).json["meta"]
    assert meta["poster"] == f"{gateway.url}/u/{token}/posters/{title}/{digest}"
    assert (await visitor.get(meta["poster"].removeprefix(gateway.url))).text == "picture"
    streams = (await visitor.get(f"{own}/stream/series/wsp:{title}:1:1.json")).json["streams"]
    assert all(stream["url"].startswith(f"{gateway.url}/u/{token}/w/{episode}/") for stream in streams)
    wrong = await visitor.get("/u/wsd_wrong/stremio/manifest.json")
    assert (wrong.status, wrong.json) == (403, {"err": "forbidden"})
    assert is_open(wrong)
