"""Catalogues by page and by API: added, read, followed, and not for everybody."""

import json
from typing import Any

import pytest

from wellspring_common.ids import uuid7

from .running import Gateway, Visitor

FORM = {
    "name": "Anime site",
    "definition": "otakudesu",
    "base_urls": "https://anime.example",
    "every_minutes": "",
    "full_every_hours": "",
    "rights": "unknown",
}


async def add_catalogue(visitor: Visitor, **changes: str) -> int:
    await visitor.page("/admin/catalogues/new")
    answer = await visitor.form("/admin/catalogues/new", **FORM | changes)
    assert answer.status == 303, answer.text
    return int(answer.headers["Location"].split("/")[-1].split("?")[0])


async def wishes(gateway: Gateway) -> list[dict[str, Any]]:
    return await gateway.told("crawl.requested")


@pytest.mark.parametrize(
    ("language", "empty", "heading"),
    [("en", "No catalogue yet", "Catalogues"), ("id", "Belum ada katalog", "Katalog")],
)
async def test_a_catalogue_is_added_read_and_removed(
    gateway: Gateway, language: str, empty: str, heading: str
) -> None:
    operator = await gateway.signed_in("operator", language=language)
    page = await operator.page("/admin/catalogues")
    assert empty in page.text
    assert f"<h1>{heading}</h1>" in page.text
    catalogue = await add_catalogue(operator)
    page = await operator.page(f"/admin/catalogues/{catalogue}")
    assert "https://anime.example" in page.text
    answer = await operator.form(f"/admin/catalogues/{catalogue}/crawl", scope="search", query="lantern")
    assert answer.headers["Location"].startswith("/admin/jobs/")
    job = await operator.page(answer.headers["Location"])
    assert "Anime site · " in job.text
    assert "“lantern”" in job.text
    assert answer.headers["Location"] in (await operator.page("/admin/catalogues")).text
    assert answer.headers["Location"] in (await operator.page("/admin")).text
    [wish] = await wishes(gateway)
    assert (wish["scope"], wish["query"], wish["base_urls"]) == (
        "search",
        "lantern",
        ["https://anime.example"],
    )
    await operator.form(f"/admin/catalogues/{catalogue}/remove")
    assert empty in (await operator.page("/admin/catalogues")).text


async def test_mistakes_are_shown_at_their_fields(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    await operator.page("/admin/catalogues/new")
    answer = await operator.form(
        "/admin/catalogues/new", **FORM | {"base_urls": "http://10.1.2.3/", "name": ""}
    )
    assert answer.status == 422
    assert "private network" in answer.text
    assert 'href="#f-name"' in answer.text
    await add_catalogue(operator)
    answer = await operator.form("/admin/catalogues/new", **FORM | {"name": "ANIME SITE"})
    assert answer.status == 409
    assert "This name is taken." in answer.text
    catalogue = await gateway.sql.fetchval("select id from catalog.catalogues")
    answer = await operator.form(f"/admin/catalogues/{catalogue}/crawl", scope="search", query=" ")
    assert answer.status == 422
    assert await wishes(gateway) == []


async def test_viewers_and_strangers_do_not_read_catalogues(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    catalogue = await add_catalogue(operator)
    stranger, viewer = await gateway.visitor(), await gateway.signed_in("viewer")
    path = f"/api/v1/catalogues/{catalogue}/crawls"
    (await stranger.send("POST", path, {})).problem(401, "sign_in_required")
    (await viewer.send("POST", path, {})).problem(403, "forbidden")
    (await viewer.get("/api/v1/catalogues")).problem(403, "forbidden")
    assert (await stranger.page("/admin/catalogues")).headers["Location"] == "/login?next=/admin/catalogues"
    operator.csrf = "wrong"
    (await operator.send("POST", path, {})).problem(403, "bad_csrf")
    assert await wishes(gateway) == []


async def test_a_crawl_by_api_is_asked_for_once(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    catalogue = await add_catalogue(operator)
    path = f"/api/v1/catalogues/{catalogue}/crawls"
    first = await operator.send("POST", path, {"scope": "tag", "query": "drama", "limit": 5})
    assert first.status == 202
    assert (first.json["state"], first.json["deduplicated"]) == ("queued", False)
    second = await operator.send("POST", path, {"scope": "tag", "query": "drama"})
    assert (second.json["id"], second.json["deduplicated"]) == (first.json["id"], True)
    shown = await operator.get(first.headers["Location"])
    assert (shown.json["scope"], shown.json["query"], shown.json["library"]) == ("tag", "drama", None)
    [wish] = await wishes(gateway)
    assert wish["limit"] == 5
    (await operator.send("POST", path, {"scope": "search"})).problem(422, "invalid")
    (await operator.send("POST", "/api/v1/catalogues/999999/crawls", {})).problem(404, "unknown_catalogue")
    (await operator.get(f"/api/v1/crawls/{uuid7()}")).problem(404, "not_found")
    listed = (await operator.get("/api/v1/catalogues")).json["catalogues"]
    assert [(one["name"], one["live_jobs"]) for one in listed] == [("Anime site", [first.json["id"]])]


async def test_an_idempotency_key_names_one_crawl_for_good(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    catalogue = await add_catalogue(operator)
    path = f"/api/v1/catalogues/{catalogue}/crawls"
    key = {"Idempotency-Key": "a-key-of-mine"}
    first = await operator.send("POST", path, {"scope": "ongoing"}, **key)
    await gateway.sql.execute("update links.jobs set state = 'succeeded'")
    again = await operator.send("POST", path, {"scope": "ongoing"}, **key)
    assert (again.json["id"], again.json["deduplicated"]) == (first.json["id"], True)
    (await operator.send("POST", path, {"scope": "all"}, **key)).problem(422, "idempotency_conflict")
    assert len(await wishes(gateway)) == 1


async def test_the_seeds_search_reads_a_tag_of_the_default_catalogue(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    (await operator.send("POST", "/api/search", {"tagId": "25"})).problem(404, "no_catalogue")
    await add_catalogue(operator)
    await add_catalogue(operator, name="Second", is_default="true")
    answer = await operator.send("POST", "/api/search", {"tagId": "25", "limit": 20})
    assert answer.status == 200
    assert answer.json["success"] is True
    [wish] = await wishes(gateway)
    assert (wish["scope"], wish["query"], wish["limit"]) == ("tag", "25", 20)
    default = await gateway.sql.fetchval("select id from catalog.catalogues where is_default")
    assert wish["catalogue_id"] == default
    (await operator.send("POST", "/api/search", {"limit": 20})).problem(400, "missing_field")
    (await (await gateway.visitor()).send("POST", "/api/search", {"tagId": "1"})).problem(
        401, "sign_in_required"
    )


async def test_the_seeds_scrape_reads_a_series_by_our_id_or_its_key(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    catalogue = await add_catalogue(operator)
    await gateway.add_episode("The Glory")
    ours = await gateway.sql.fetchval("select id from catalog.titles")
    await gateway.sql.execute(
        "insert into catalog.catalog_refs (definition, kind, external_key, title_id) "
        "values ('otakudesu', 'title', 'the-glory-sub-indo', $1)",
        ours,
    )
    await operator.send("POST", "/api/scrape", {"seriesId": ours})
    answer = await operator.send("POST", "/api/scrape", {"seriesId": "7498275267933113345", "download": True})
    assert answer.json["download"] is True
    assert "files of its episodes" in answer.json["message"]
    wished = await gateway.sql.fetchval("select job_id from catalog.download_wishes")
    assert str(wished) == answer.json["jobId"]
    beyond = "0" * 20 + "9" * 40
    assert (await operator.send("POST", "/api/scrape", {"seriesId": beyond})).status == 200
    told = await wishes(gateway)
    assert [(wish["catalogue_id"], wish["scope"], wish["query"]) for wish in told] == [
        (catalogue, "title", "the-glory-sub-indo"),
        (catalogue, "title", "7498275267933113345"),
        (catalogue, "title", beyond),
    ]


async def test_the_library_shows_what_a_crawl_brought(gateway: Gateway) -> None:
    await gateway.add_episode("Frost Lantern")
    title = await gateway.sql.fetchval(
        "update catalog.titles set score = 7.81, studio = 'Northlight', status = 'ongoing', format = 'TV', "
        "duration = '24 min.', release_date = '2024-04-06', total_episodes = 24 returning id"
    )
    visitor = await gateway.visitor()
    page = await visitor.page("/title/frost-lantern")
    for shown in ("7.81", "Northlight", "Ongoing", "24 min.", "2024-04-06", "TV"):
        assert shown in page.text
    assert "<img" not in page.text
    png = b"\x89PNG\r\n\x1a\n" + bytes(40)
    await gateway.sql.execute(
        "insert into catalog.posters (title_id, source_url, content_type, bytes, sha256) "
        "values ($1, 'https://anime.example/p.png', 'image/png', $2::bytea, sha256($2::bytea))",
        title,
        png,
    )
    digest = await gateway.sql.fetchval("select left(encode(sha256, 'hex'), 16) from catalog.posters")
    for path in ("/", "/title/frost-lantern"):
        assert f'src="/posters/{title}/{digest}"' in (await visitor.page(path)).text
    async with visitor.session.get(f"{gateway.url}/posters/{title}/{digest}") as answer:
        assert await answer.read() == png
        assert answer.headers["Content-Type"] == "image/png"
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for wrong in (f"/posters/{title}/{'0' * 16}", f"/posters/{title}/%25", "/posters/0/0"):
        assert (await visitor.get(wrong)).status in {404, 422}


async def test_doubts_are_listed_and_decided_on_their_page(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    for slug, year in (("one", 1999), ("two", 2024)):
        await gateway.sql.execute(
            "insert into catalog.titles (kind, title, slug, year) values ('series', 'Twin', $1, $2)",
            slug,
            year,
        )
    insert = (
        "insert into catalog.merge_candidates (title_id, other_id, reason) "
        "select max(id), min(id), 'same_name' from catalog.titles returning id"
    )
    doubt = await gateway.sql.fetchval(insert)
    page = await operator.page("/admin/merges")
    assert page.text.count("Keep this one") == 2
    assert (await operator.form(f"/admin/merges/{doubt}", into="nonsense")).status == 422
    assert (await operator.form(f"/admin/merges/{doubt}", into="apart")).status == 303
    assert "Nothing to decide" in (await operator.page("/admin/merges")).text
    assert await gateway.count("catalog.titles") == 2
    await gateway.sql.execute("update catalog.merge_candidates set state = 'open'")
    keep = await gateway.sql.fetchval("select id from catalog.titles where slug = 'two'")
    await operator.form(f"/admin/merges/{doubt}", into=str(keep))
    assert await gateway.sql.fetchval("select slug from catalog.titles") == "two"
    assert json.loads(json.dumps(await gateway.told("catalog.changed")))


async def test_a_catalogue_is_added_by_api_once(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    body = FORM | {"base_urls": ["https://anime.example/", "https://mirror.example"]}
    answer = await operator.send("POST", "/api/v1/catalogues", body)
    assert answer.status == 201
    shown = (await operator.get(answer.headers["Location"])).json
    assert shown["base_urls"] == ["https://anime.example", "https://mirror.example"]
    assert shown["enabled"] is True
    (await operator.send("POST", "/api/v1/catalogues", body)).problem(409, "name_taken")
    problem = (await operator.send("POST", "/api/v1/catalogues", {"name": "x"})).problem(422, "invalid")
    assert {each["field"] for each in problem["errors"]} == {"definition", "base_urls"}
