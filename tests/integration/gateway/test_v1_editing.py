"""The API's edits: once for each key, never over somebody's change, and told to the other services."""

import asyncio
from typing import Any

import pytest

from .running import Answer, Gateway, Visitor

GLORY = {"title": "The Glory", "kind": "series", "year": 2022, "genres": ["Drama"], "score": 8.1}
PAGE = {"url": "https://pages.example/the-glory-1", "quality": 720}
KEY = {"Idempotency-Key": "the-same-wish-again"}


@pytest.fixture
async def operator(gateway: Gateway) -> Visitor:
    return await gateway.signed_in("operator")


async def added(operator: Visitor, **more: Any) -> Answer:
    answer = await operator.send("POST", "/api/v1/titles", {**GLORY, **more})
    assert answer.status == 201, answer.text
    return answer


async def test_a_title_is_added_read_and_edited(gateway: Gateway, operator: Visitor) -> None:
    answer = await added(operator)
    title, where = answer.json, answer.headers["Location"]
    assert where == f"/api/v1/titles/{title['id']}"
    assert (title["slug"], title["score"], title["episode_count"]) == ("the-glory", 8.1, 0)
    read = await (await gateway.visitor()).get(where)
    assert (read.json, read.headers["ETag"]) == (title, answer.headers["ETag"])
    changes = {"synopsis": "A teacher waits.", "year": None}
    edited = await operator.send("PATCH", where, changes, **{"If-Match": read.headers["ETag"]})
    assert (edited.status, edited.json["synopsis"], edited.json["year"]) == (200, "A teacher waits.", None)
    assert edited.json["genres"] == ["Drama"]
    assert edited.headers["ETag"] != read.headers["ETag"]
    assert len(await gateway.told("catalog.changed")) == 2


async def test_nobody_edits_what_they_have_not_seen(gateway: Gateway, operator: Visitor) -> None:
    answer = await added(operator)
    where, seen = answer.headers["Location"], {"If-Match": answer.headers["ETag"]}
    (await operator.send("PATCH", where, {"year": 2023})).problem(428, "precondition_required")
    assert (await operator.send("PATCH", where, {"year": 2023}, **seen)).status == 200
    late = await operator.send("PATCH", where, {"year": 2024}, **seen)
    late.problem(412, "precondition_failed")
    assert (await operator.get(where)).json["year"] == 2023
    assert (await operator.send("PATCH", where, {"year": 2025}, **{"If-Match": "*"})).status == 200


async def test_an_edit_locks_what_it_changes_as_the_page_does(operator: Visitor) -> None:
    answer, any_version = await added(operator), {"If-Match": "*"}
    where = answer.headers["Location"]
    edited = await operator.send("PATCH", where, {"year": 2023, "genres": ["Drama"]}, **any_version)
    assert edited.json["locked_fields"] == ["year"]
    edited = await operator.send("PATCH", where, {"score": 9, "kind": "movie"}, **any_version)
    assert edited.json["locked_fields"] == ["kind", "score", "year"]
    sent_back = {"locked_fields": edited.json["locked_fields"], "synopsis": "A teacher waits."}
    edited = await operator.send("PATCH", where, sent_back, **any_version)
    assert (edited.status, edited.json["locked_fields"]) == (200, ["kind", "score", "year"])
    opened = await operator.send("PATCH", where, {"year": 2024, "locked_fields": []}, **any_version)
    assert (opened.json["year"], opened.json["locked_fields"]) == (2024, [])


async def test_an_edit_of_an_episode_locks_what_it_changes_as_its_page_does(operator: Visitor) -> None:
    title, any_version = (await added(operator)).json["id"], {"If-Match": "*"}
    new = {"number": 1, "name": "First", "aired_at": "2022-12-30T00:00:00Z"}
    answer = await operator.send("POST", f"/api/v1/titles/{title}/episodes", new)
    where = answer.headers["Location"]
    assert answer.json["locked_fields"] == []
    edited = await operator.send("PATCH", where, {"number": 2, "name": "First"}, **any_version)
    assert (edited.json["number"], edited.json["locked_fields"]) == (2, [])
    edited = await operator.send("PATCH", where, {"name": "Between"}, **any_version)
    assert edited.json["locked_fields"] == ["name"]
    edited = await operator.send("PATCH", where, {"aired_at": None}, **any_version)
    assert (edited.json["aired_at"], edited.json["locked_fields"]) == (None, ["aired_at", "name"])
    opened = await operator.send("PATCH", where, {"locked_fields": []}, **any_version)
    assert opened.json["locked_fields"] == []
    assert opened.headers["ETag"] != edited.headers["ETag"]
    unknown = await operator.send("PATCH", where, {"locked_fields": ["season"]}, **any_version)
    unknown.problem(422, "invalid")


async def test_a_picture_is_wanted_from_where_an_edit_says_it_is(gateway: Gateway, operator: Visitor) -> None:
    answer = await added(operator)
    where, seen = answer.headers["Location"], {"If-Match": answer.headers["ETag"]}
    wanted = "select source_url from catalog.posters where title_id = $1"
    told = {"poster_url": "https://images.example/p.jpg"}
    edited = await operator.send("PATCH", where, told, **seen)
    assert (edited.json["poster_url"], edited.json["locked_fields"]) == (told["poster_url"], ["poster_url"])
    assert await gateway.sql.fetchval(wanted, answer.json["id"]) == told["poster_url"]
    (await operator.send("PATCH", where, {"poster_url": None}, **seen)).problem(412, "precondition_failed")
    seen = {"If-Match": edited.headers["ETag"]}
    inside = await operator.send("PATCH", where, {"poster_url": "http://127.0.0.1/p.jpg"}, **seen)
    assert inside.problem(422, "invalid")["detail"].startswith("poster_url: ")
    emptied = await operator.send("PATCH", where, {"poster_url": None}, **seen)
    assert (emptied.json["poster_url"], emptied.json["locked_fields"]) == (None, ["poster_url"])
    assert await gateway.sql.fetchval(wanted, answer.json["id"]) is None


async def test_of_two_edits_at_once_one_is_refused(operator: Visitor) -> None:
    answer = await added(operator)
    where, seen = answer.headers["Location"], {"If-Match": answer.headers["ETag"]}
    both = await asyncio.gather(
        *(operator.send("PATCH", where, {"year": year}, **seen) for year in (2001, 2002))
    )
    assert sorted(each.status for each in both) == [200, 412]


async def test_a_known_version_is_not_sent_again(operator: Visitor) -> None:
    answer = await added(operator)
    headers = {"If-None-Match": answer.headers["ETag"]}
    again = await operator.get(answer.headers["Location"], headers=headers)
    assert (again.status, again.text) == (304, "")


async def test_a_repeated_creation_answers_what_it_answered_first(
    gateway: Gateway, operator: Visitor
) -> None:
    both = await asyncio.gather(*(operator.send("POST", "/api/v1/titles", GLORY, **KEY) for _ in range(4)))
    assert {each.status for each in both} == {201}, [each.text for each in both]
    assert len({each.json["id"] for each in both}) == 1
    assert len({each.headers["ETag"] for each in both}) == 1
    other = await operator.send("POST", "/api/v1/titles", {**GLORY, "year": 1999}, **KEY)
    other.problem(422, "idempotency_conflict")
    (await operator.send("POST", "/api/v1/titles", GLORY)).problem(409, "title_exists")
    assert await gateway.sql.fetchval("select count(*) from catalog.titles") == 1


async def test_a_title_keeps_its_foreign_ids_for_itself(operator: Visitor) -> None:
    await added(operator, imdb_id="tt21344706")
    twin = await operator.send("POST", "/api/v1/titles", {"title": "Other", "imdb_id": "tt21344706"})
    assert "imdb" in twin.problem(409, "title_exists")["detail"]


async def test_episodes_and_pages_are_added_edited_and_deleted(gateway: Gateway, operator: Visitor) -> None:
    title = (await added(operator)).json["id"]
    body = {"season": 1, "number": 12.5, "name": "Between", "sources": [PAGE]}
    answer = await operator.send("POST", f"/api/v1/titles/{title}/episodes", body)
    assert answer.status == 201, answer.text
    episode, where = answer.json, answer.headers["Location"]
    assert (episode["number"], episode["source_count"]) == (12.5, 1)
    twin = await operator.send("POST", f"/api/v1/titles/{title}/episodes", body)
    assert "12.5" in twin.problem(409, "episode_exists")["detail"]
    tag = {"If-Match": answer.headers["ETag"]}
    assert (await operator.send("PATCH", where, {"number": 13}, **tag)).json["number"] == 13
    page = await operator.send("POST", f"{where}/sources", {**PAGE, "quality": 1080})
    assert (page.status, page.json["definition"]) == (201, "vcloud")
    (await operator.send("POST", f"{where}/sources", PAGE)).problem(409, "source_exists")
    moved = {"url": "https://films.example/a.mp4"}
    changed = await operator.send(
        "PATCH", page.headers["Location"], moved, **{"If-Match": page.headers["ETag"]}
    )
    assert changed.json["url"] == moved["url"]
    qualities = [each["quality"] for each in (await operator.get(f"{where}/sources")).json["sources"]]
    assert qualities == [720, 1080]
    assert (await operator.send("DELETE", page.headers["Location"], None)).status == 204
    (await operator.get(page.headers["Location"])).problem(404, "unknown_source")
    assert (await operator.send("DELETE", where, None)).status == 204
    (await operator.get(where)).problem(404, "unknown_episode")
    changes = [event["change"] for event in await gateway.told("catalog.changed")]
    assert changes == ["added", "added", "changed", "changed", "changed", "changed", "removed"]


async def test_no_page_leads_into_our_own_network(operator: Visitor) -> None:
    title = (await added(operator)).json["id"]
    body = {"number": 1, "sources": [{"url": "http://127.0.0.1/secret"}]}
    answer = await operator.send("POST", f"/api/v1/titles/{title}/episodes", body)
    assert answer.problem(422, "invalid")["detail"].startswith("url: ")


async def test_episodes_come_page_by_page_while_others_are_added(gateway: Gateway, operator: Visitor) -> None:
    for number in (1, 2, 3, 12.5):
        await gateway.add_episode(number=number)
    title = await gateway.sql.fetchval("select id from catalog.titles")
    path = f"/api/v1/titles/{title}/episodes?limit=2"
    first = (await operator.get(path)).json
    await gateway.add_episode(number=0)
    second = (await operator.get(f"{path}&cursor={first['next']}")).json
    numbers = [each["number"] for page in (first, second) for each in page["episodes"]]
    assert (numbers, second["next"]) == ([1, 2, 3, 12.5], None)
    (await operator.get(f"{path}&cursor=x")).problem(400, "bad_cursor")
    jobs = (await operator.get("/api/v1/jobs?limit=1")).json["next"] or "WyJqb2JzIl0"
    (await operator.get(f"{path}&cursor={jobs}")).problem(400, "bad_cursor")


async def test_who_may_only_watch_changes_nothing(gateway: Gateway) -> None:
    viewer = await gateway.signed_in("viewer")
    (await viewer.send("POST", "/api/v1/titles", GLORY)).problem(403, "forbidden")
    (await viewer.get("/api/v1/jobs")).problem(403, "forbidden")
    operator = await gateway.signed_in("operator")
    operator.csrf = "wrong"
    (await operator.send("POST", "/api/v1/titles", GLORY)).problem(403, "bad_csrf")
