"""`link-management.md`, line by line, against a running gateway."""

import re
from datetime import timedelta
from pathlib import Path

from tests.integration.gateway.running import Gateway

from .quoting import Document

DOCUMENT = Document("link-management.md")
MOVIE_FIELDS = (
    "- `imdb_id`: Unique identifier (used as slug)",
    "- `title`, `year`, `type`, `poster_url`, `synopsis`",
)
LINK_FIELDS = (
    "- `source_url`: The streaming URL",
    "- `is_active`: Boolean flag (True = link works, False = dead)",
    "- `last_checked`: Timestamp of last health check",
    "- `quality`, `language`: Metadata",
)
PIXEL = {720: {"pixel": "https://pixeldrain.com/u/abc123"}}
FSL = {1080: {"fsl": "https://fsl.com/download/def456"}}


def named(lines: tuple[str, ...]) -> set[str]:
    """Return the fields that lines name before their colon, in backquotes."""
    return {word for line in lines for word in line.split(":")[0].split("`")[1::2]}


async def film(gateway: Gateway, show: str = "The Glory", *, kind: str = "movie") -> tuple[int, int]:
    episode = await gateway.add_episode(show, kind=kind)
    title: int = await gateway.sql.fetchval("select title_id from catalog.episodes where id = $1", episode)
    return title, episode


def test_no_address_of_the_document_is_without_a_quote() -> None:
    assert DOCUMENT.unquoted() == []
    assert len(DOCUMENT.quoted) > 20


@DOCUMENT.quotes(
    "When a user requests a movie (e.g., visits `/streaming/123/`):",
    "1. Django API checks the database for existing active links",
)
async def test_the_page_of_a_movie_is_at_the_documents_address(gateway: Gateway) -> None:
    title, _ = await film(gateway)
    visitor = await gateway.visitor()
    for path in (f"/streaming/{title}/", f"/streaming/{title}"):
        answer = await visitor.page(path)
        assert (answer.status, answer.headers["Location"]) == (303, "/title/the-glory")


@DOCUMENT.quotes(
    "- `GET /api/streaming/movies/` - List all movies",
    "- `GET /api/streaming/movies/?type=movie` - Filter by type",
    "- `GET /api/streaming/movies/?type=show` - Filter by type",
)
async def test_movies_are_listed_and_filtered_by_type(gateway: Gateway) -> None:
    first, _ = await film(gateway)
    second, _ = await film(gateway, "The Match", kind="series")
    visitor = await gateway.visitor()
    for query, expected in (
        ("", [(second, "show"), (first, "movie")]),
        ("?type=movie", [(first, "movie")]),
        ("?type=show", [(second, "show")]),
    ):
        answer = await visitor.get(f"/api/streaming/movies/{query}")
        assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
        assert [(movie["id"], movie["type"]) for movie in answer.json] == expected


@DOCUMENT.quotes(
    "### Movie Model",
    *MOVIE_FIELDS,
    "### StreamingLink Model",
    *LINK_FIELDS,
    "- `GET /api/streaming/movies/{id}/` - Get movie with active links only",
    "- **Serializer**: `MovieSerializer.get_links()` only returns `is_active=True` links",
    "- All spiders use IMDB ID as the universal key".replace("- ", "2. ", 1),
)
async def test_a_movie_has_the_documents_fields_and_active_links_only(gateway: Gateway) -> None:
    title, episode = await film(gateway)
    await gateway.sql.execute("update catalog.titles set imdb_id = 'tt0111161', year = 1994, synopsis = 'S'")
    (alive,) = await gateway.add_links(episode, PIXEL)
    await gateway.add_links(episode, FSL, state="dead")
    visitor = await gateway.visitor()
    answer = await visitor.get(f"/api/streaming/movies/{title}/")
    assert answer.status == 200
    assert set(answer.json) == named(MOVIE_FIELDS) | {"id", "links"}
    (link,) = answer.json["links"]
    assert set(link) == named(LINK_FIELDS) | {"id"}
    assert (link["id"], link["source_url"]) == (alive, PIXEL[720]["pixel"])
    assert (link["is_active"], link["quality"]) == (True, "720p")
    for path in ("/api/streaming/movies/tt0111161/", f"/api/streaming/movies/{title}"):
        assert (await visitor.get(path)).json == answer.json
    assert await gateway.count("links.jobs") == 0


@DOCUMENT.quotes(
    "2. If no active links found OR all links are stale (>24 hours old), it triggers on-demand scraping",
    "3. Scrapy spider runs in the background to fetch fresh links for that specific movie",
    "- Automatically triggers scraping if no active links found",
)
async def test_a_look_at_a_movie_without_fresh_links_has_them_looked_for(gateway: Gateway) -> None:
    visitor = await gateway.visitor()
    bare, _ = await film(gateway, "Bare")
    dead, episode = await film(gateway, "Dead")
    await gateway.add_links(episode, PIXEL, state="dead")
    stale, episode = await film(gateway, "Stale")
    await gateway.add_links(episode, PIXEL, expires_in=timedelta(days=9))
    await gateway.sql.execute("update links.links set scraped_at = now() - interval '25 hours'")
    for title in (bare, dead, stale):
        answer = await visitor.get(f"/api/streaming/movies/{title}/")
        assert (answer.status, answer.json["_refreshing"]) == (200, True), title
        assert answer.json["_message"]
    # they are still shown meanwhile
    assert len((await visitor.get(f"/api/streaming/movies/{stale}/")).json["links"]) == 1
    assert await gateway.count("links.jobs") == 3
    fresh, episode = await film(gateway, "Fresh")
    await gateway.add_links(episode, PIXEL)
    answer = await visitor.get(f"/api/streaming/movies/{fresh}/")
    assert not {"_refreshing", "_message"} & set(answer.json)
    assert await gateway.count("links.jobs") == 3


@DOCUMENT.quotes(
    "- **API Endpoint**: `POST /api/streaming/movies/{id}/refresh_links/`",
    "- `POST /api/streaming/movies/{id}/refresh_links/` - Manually trigger scraping",
    "- Triggers on-demand scraping",
)
async def test_a_refresh_is_triggered_by_hand(gateway: Gateway) -> None:
    title, episode = await film(gateway)
    await gateway.add_links(episode, PIXEL)
    visitor = await gateway.visitor()
    for path in (
        f"/api/streaming/movies/{title}/refresh_links/",
        f"/api/streaming/movies/{title}/refresh_links",
    ):
        answer = await visitor.ask("POST", path)
        assert (answer.status, answer.json["status"]) == (200, "queued")
    assert await gateway.sql.fetchval("select episode_id from links.jobs") == episode


async def test_every_address_of_the_documents_is_explained_by_example(gateway: Gateway) -> None:
    described = (await (await gateway.visitor()).get("/api/v1/openapi.json")).json["paths"]
    text = (Path(__file__).parents[3] / "docs" / "compat.md").read_text(encoding="utf-8")
    examples = " ".join(re.findall(r"```\w*\n(.*?)```", text, re.DOTALL))
    seeds = [
        path
        for path, methods in described.items()
        if any("seeds" in operation["tags"] for operation in methods.values())
    ]
    assert len(seeds) > 8
    for path in seeds:
        shape = re.sub(r"\\\{\w+\\\}", r"\\w+", re.escape(path))
        assert re.search(rf"http://127\.0\.0\.1:8000{shape}[?'\s]", examples), path
