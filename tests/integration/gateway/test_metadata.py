"""Facts from providers and from files: confirmed by a person, field by field, and locked fields stay."""

import html
import io
import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import aiohttp
import pytest
from aiohttp import web

from tests.support.metadata import SHOW, TMDB_KEY, FakeProviders
from tests.support.serving import serving

from .conftest import Start
from .running import PAGE, Answer, Gateway, OwnGateway, Visitor
from .test_editing import a_title, row_of


@dataclass
class World:
    """A gateway with both providers, a title and an operator who looks at it."""

    gateway: OwnGateway
    providers: FakeProviders
    title: int
    operator: Visitor

    def path(self, action: str) -> str:
        """Return the address of an action."""
        return f"/admin/titles/{self.title}/metadata/{action}"


@pytest.fixture
async def world(start_gateway: Start) -> AsyncGenerator[World]:
    """Start a gateway beside fake providers."""
    providers = FakeProviders()
    async with serving(providers.app()) as port:
        providers.port = port
        gateway = await start_gateway(**providers.environ())
        title = await a_title(gateway)
        yield World(gateway, providers, title, await gateway.signed_in("operator"))


def offered(answer: Answer) -> dict[str, str]:
    """Return the hidden fields of a page of differences."""
    found = re.findall(r'<input type="hidden" name="((?:found-|seen-)?[a-z_]+)" value="([^"]*)"', answer.text)
    return {name: html.unescape(value) for name, value in found if name not in {"csrf_token", "next"}}


async def taken(world: World, answer: Answer, *ticked: str, lock: bool = False) -> Answer:
    """Send a page of differences with these fields ticked."""
    data = aiohttp.FormData({"csrf_token": world.operator.csrf, **offered(answer)})
    for name in ticked:
        data.add_field("take", name)
    if lock:
        data.add_field("lock", "true")
    headers = {**PAGE, "Origin": world.gateway.url, "Sec-Fetch-Site": "same-origin"}
    action = "take-episode" if "episode" in offered(answer) else "take"
    return await world.operator.ask("POST", world.path(action), data=data(), headers=headers)


async def upload(world: World, content: bytes) -> Answer:
    """Send an NFO file by its form."""
    data = aiohttp.FormData({"csrf_token": world.operator.csrf})
    data.add_field("file", io.BytesIO(content), filename="tvshow.nfo", content_type="text/xml")
    headers = {**PAGE, "Origin": world.gateway.url, "Sec-Fetch-Site": "same-origin"}
    return await world.operator.ask("POST", world.path("nfo"), data=data(), headers=headers)


async def test_a_search_is_confirmed_compared_and_taken_without_the_locked_fields(world: World) -> None:
    await world.gateway.sql.execute(
        "update catalog.titles set synopsis = 'Mine.', locked_fields = '{synopsis}' where id = $1",
        world.title,
    )
    found = await world.operator.form(world.path("search"), provider="tmdb", query="the glory", year="2022")
    assert found.status == 200
    assert 'name="key" value="136283"' in found.text
    assert "A teacher has waited for years." in found.text
    assert "first_air_date_year=2022" in world.providers.asked[-1]
    picture = re.search(r'src="(/admin/metadata/pictures/tmdb/[^"]+)"', found.text)
    assert picture is not None
    assert (await world.operator.get(picture[1])).headers["Content-Type"] == "image/gif"
    assert (await row_of(world.gateway, world.title))["year"] is None

    shown = await world.operator.form(world.path("look"), provider="tmdb", key="136283", kind="series")
    assert shown.status == 200
    assert "Mine." in shown.text
    assert "Locked: stays" in shown.text
    assert "not endorsed or certified by TMDB" in shown.text
    assert "found-synopsis" not in offered(shown)

    forged = {**offered(shown), "found-synopsis": "Theirs."}
    data = aiohttp.FormData({"csrf_token": world.operator.csrf, **forged})
    for name in ("year", "studio", "poster_url", "synopsis"):
        data.add_field("take", name)
    headers = {**PAGE, "Origin": world.gateway.url}
    answer = await world.operator.ask("POST", world.path("take"), data=data(), headers=headers)
    assert answer.status == 303
    row = await row_of(world.gateway, world.title)
    assert (row["year"], row["studio"], row["synopsis"]) == (2022, "Hwa&Dam Pictures, Studio Dragon", "Mine.")
    assert (row["genres"], row["locked_fields"], row["metadata_sources"]) == ([], ["synopsis"], ["tmdb"])
    deed = await world.gateway.sql.fetchval("select action from access.audit order by id desc limit 1")
    assert deed == "title.described"
    assert "certified by TMDB" in (await world.operator.page("/title/the-glory")).text
    poster = "select source_url from catalog.posters where title_id = $1"
    assert str(await world.gateway.sql.fetchval(poster, world.title)).endswith("/t/p/w500/glory.jpg")


async def test_an_imdb_id_or_a_pages_address_finds_the_title_at_once(world: World) -> None:
    for key in ("tt21344706", "https://www.themoviedb.org/tv/136283-the-glory"):
        shown = await world.operator.form(
            world.path("look"), provider="tmdb", key=key, kind="movie" if "tv/" in key else "series"
        )
        assert offered(shown)["found-original_title"] == SHOW["original_name"]


async def test_anilist_is_asked_without_a_key_and_taken_facts_may_be_locked(world: World) -> None:
    found = await world.operator.form(world.path("search"), provider="anilist", query="frieren")
    assert "But life goes on" in found.text
    picture = re.search(r'src="(/admin/metadata/pictures/anilist/[^"]+)"', found.text)
    assert picture is not None
    assert (await world.operator.get(picture[1])).status == 200
    shown = await world.operator.form(world.path("look"), provider="anilist", key="154587")
    assert (await taken(world, shown, "anilist_id", "score", "title", lock=True)).status == 303
    row = await row_of(world.gateway, world.title)
    assert (row["anilist_id"], float(row["score"]), row["title"]) == ("154587", 9.1, "Frieren")
    assert row["locked_fields"] == ["anilist_id", "score", "title"]
    assert (row["metadata_sources"], row["slug"]) == (["anilist"], "the-glory")


@pytest.mark.parametrize(
    ("said", "status", "words"),
    [
        (lambda: web.json_response({}, status=429, headers={"Retry-After": "7"}), 503, "asks to wait"),
        (lambda: web.Response(status=500), 503, "does not answer"),
        (lambda: web.Response(text="<html>", content_type="text/html"), 422, "makes no sense"),
        (lambda: web.Response(status=302, headers={"Location": "http://169.254.169.254/"}), 422, "no sense"),
        (lambda: web.json_response({"status_code": 7}, status=401), 422, "the key is wrong"),
        (lambda: web.Response(body=b"[" * 100_000), 422, "makes no sense"),
        (lambda: web.Response(body=b"x" * 1_500_000), 422, "makes no sense"),
    ],
)
async def test_whatever_a_provider_answers_the_page_says_it_and_never_the_key(
    world: World, said: "type[web.Response]", status: int, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    world.providers.say.append(said())
    answer = await world.operator.form(world.path("look"), provider="tmdb", key="1", kind="series")
    assert (answer.status, words in answer.text) == (status, True)
    assert TMDB_KEY in world.providers.asked[0]
    assert TMDB_KEY not in answer.text + str(answer.headers) + caplog.text
    if status == 503 and "wait" in words:
        assert int(answer.headers["Retry-After"]) >= 1


async def test_what_changed_meanwhile_is_compared_anew(world: World) -> None:
    shown = await world.operator.form(world.path("look"), provider="tmdb", key="136283", kind="series")
    await world.gateway.sql.execute(
        "update catalog.titles set year = 1999, updated_at = now() where id = $1", world.title
    )
    answer = await taken(world, shown, "year")
    assert (answer.status, "1999" in answer.text) == (409, True)
    assert (await row_of(world.gateway, world.title))["year"] == 1999
    assert (await taken(world, answer, "year")).status == 303
    assert (await row_of(world.gateway, world.title))["year"] == 2022


async def test_an_nfo_file_is_compared_and_taken(world: World) -> None:
    shown = await upload(
        world, b"<tvshow><title>The Glory</title><year>2022</year><plot>By file.</plot></tvshow>"
    )
    assert shown.status == 200
    assert (await taken(world, shown, "year", "synopsis")).status == 303
    row = await row_of(world.gateway, world.title)
    assert (row["year"], row["synopsis"], row["metadata_sources"]) == (2022, "By file.", ["nfo"])
    evil = await upload(
        world, b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><movie><title>&x;</title></movie>'
    )
    assert (evil.status, "declares a document type" in evil.text) == (422, True)
    assert (await upload(world, b"x" * 2_000_000)).status == 413


async def test_the_nfo_of_an_episode_is_compared_with_that_episode(world: World) -> None:
    content = b"<episodedetails><season>1</season><episode>%d</episode><title>Ep</title></episodedetails>"
    missing = await upload(world, content % 9)
    assert (missing.status, "no such episode" in missing.text) == (422, True)
    shown = await upload(world, content % 1)
    assert (await taken(world, shown, "name", lock=True)).status == 303
    row = await world.gateway.sql.fetchrow("select name, locked_fields from catalog.episodes")
    assert row is not None
    assert (row["name"], row["locked_fields"]) == ("Ep", ["aired_at", "name"])


async def test_a_match_leaves_alone_what_an_edit_by_the_api_locked(world: World) -> None:
    where, any_version = f"/api/v1/titles/{world.title}", {"If-Match": "*"}
    edited = await world.operator.send("PATCH", where, {"synopsis": "By a program."}, **any_version)
    assert edited.json["locked_fields"] == ["synopsis"]
    shown = await world.operator.form(world.path("look"), provider="tmdb", key="136283", kind="series")
    assert "found-synopsis" not in offered(shown)
    data = {"csrf_token": world.operator.csrf, **offered(shown), "found-synopsis": "Theirs."}
    form = aiohttp.FormData([*data.items(), ("take", "synopsis"), ("take", "year")])
    headers = {**PAGE, "Origin": world.gateway.url}
    answer = await world.operator.ask("POST", world.path("take"), data=form(), headers=headers)
    assert answer.status == 303
    row = await row_of(world.gateway, world.title)
    assert (row["year"], row["synopsis"]) == (2022, "By a program.")


async def test_a_match_leaves_alone_what_an_edit_of_an_episode_by_the_api_locked(world: World) -> None:
    episode = await world.gateway.sql.fetchval("select id from catalog.episodes")
    where, any_version = f"/api/v1/episodes/{episode}", {"If-Match": "*"}
    edited = await world.operator.send("PATCH", where, {"name": "By a program"}, **any_version)
    assert edited.json["locked_fields"] == ["name"]
    shown = await upload(
        world,
        b"<episodedetails><season>1</season><episode>1</episode><title>By file</title>"
        b"<aired>2022-12-30</aired></episodedetails>",
    )
    assert "Locked: stays" in shown.text
    assert "found-name" not in offered(shown)
    forged = {**offered(shown), "found-name": "By file"}
    data = aiohttp.FormData({"csrf_token": world.operator.csrf, **forged})
    for name in ("name", "aired_at"):
        data.add_field("take", name)
    headers = {**PAGE, "Origin": world.gateway.url}
    answer = await world.operator.ask("POST", world.path("take-episode"), data=data(), headers=headers)
    assert answer.status == 303
    row = await world.gateway.sql.fetchrow("select name, aired_at, locked_fields from catalog.episodes")
    assert row is not None
    assert (row["name"], row["aired_at"].isoformat()) == ("By a program", "2022-12-30T00:00:00+00:00")
    assert row["locked_fields"] == ["name"]


async def test_a_picture_is_fetched_only_below_a_providers_own_address(world: World) -> None:
    for path in (
        "tmdb/../../3/x.jpg",
        "tmdb/http://127.0.0.1/a.jpg",
        "tmdb/a.svg",
        "nobody/a.jpg",
        "tmdb/%2e%2e/a.jpg",
    ):
        answer = await world.operator.get(f"/admin/metadata/pictures/{path}", encoded=True)
        assert answer.status == 404, path
    viewer = await world.gateway.signed_in("viewer")
    assert (await viewer.get("/admin/metadata/pictures/tmdb/w185/a.jpg")).status == 403
    assert world.providers.asked == []


async def test_without_a_key_nobody_is_asked_and_files_still_work(gateway: Gateway) -> None:
    title, operator = await a_title(gateway), await gateway.signed_in("operator")
    shown = await operator.page(f"/admin/titles/{title}/metadata")
    assert "No provider is switched on" in shown.text
    assert 'name="file"' in shown.text
    answer = await operator.form(f"/admin/titles/{title}/metadata/search", provider="tmdb", query="x")
    assert answer.status == 422
