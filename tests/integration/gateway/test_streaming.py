"""`/api/streaming/movies/`: lists, shows of many episodes, and who has links looked for."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.support.gateway import eventually
from wellspring_gateway.adapters import streaming as queries

from .running import PATIENCE_S, Answer, Gateway, OwnGateway, Visitor

MOVIES = "/api/streaming/movies/"
PIXEL = {720: {"pixel": "https://pixeldrain.com/u/abc123"}}


async def title_of(gateway: Gateway, episode: int) -> int:
    found: int = await gateway.sql.fetchval("select title_id from catalog.episodes where id = $1", episode)
    return found


async def refresh(visitor: Visitor, title: int | str, query: str = "", **headers: str) -> Answer:
    return await visitor.ask("POST", f"{MOVIES}{title}/refresh_links/{query}", headers=headers)


async def test_a_long_list_is_told_in_parts(gateway: Gateway) -> None:
    for number in range(5):
        await gateway.add_episode(f"Film {number}", kind="movie")
        await gateway.add_episode(f"Show {number}")
    visitor, seen, path = await gateway.visitor(), [], f"{MOVIES}?type=movie&limit=2"
    while path:
        answer = await visitor.get(path, encoded=True)
        assert answer.status == 200
        seen.append([movie["title"] for movie in answer.json])
        link = re.fullmatch(rf'<{gateway.url}(.*)>; rel="next"', answer.headers.get("Link", ""))
        path = link[1] if link else ""
    assert seen == [["Film 4", "Film 3"], ["Film 2", "Film 1"], ["Film 0"]]


_MANY = """
insert into catalog.titles (kind, title, slug)
select case when n % 2 = 0 then 'movie' else 'series' end, 'Plain ' || n, 'plain-' || n
from generate_series(1, 20000) as n
"""


@pytest.mark.parametrize(
    ("query", "more"), [(queries.FILMS, ""), (queries.FILMS_OF_KIND, ", 'movie'")], ids=["all", "of-a-kind"]
)
async def test_the_general_plan_of_a_list_begins_behind_the_cursor(
    gateway: Gateway, query: str, more: str
) -> None:
    block = gateway.sql.transaction()
    await block.start()
    try:
        await gateway.sql.execute("set local session_replication_role = replica")  # no triggers: it is many
        await gateway.sql.execute(_MANY)
        await gateway.sql.execute("analyze catalog.titles")
        await gateway.sql.execute("set local plan_cache_mode = force_generic_plan")
        await gateway.sql.execute(f"prepare films as {query}")
        before = await gateway.sql.fetchval("select max(id) - 15000 from catalog.titles")
        said = await gateway.sql.fetchval(f"explain (analyze, format json) execute films({before}, 21{more})")
    finally:
        await block.rollback()
        await gateway.sql.execute("deallocate films")
    (plan,) = json.loads(said)
    read = [node for node in _nodes(plan["Plan"]) if node.get("Relation Name") == "titles"]
    assert [(node["Node Type"], node["Actual Rows"]) for node in read] == [("Index Scan", 21)]
    assert read[0].get("Rows Removed by Filter", 0) < 30, "the titles before the cursor are read too"


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


@pytest.mark.parametrize(
    "query", ["?type=cartoon", "?limit=0", "?limit=101", "?limit=x", "?cursor=" + "x" * 300]
)
async def test_a_list_that_makes_no_sense_is_a_problem(gateway: Gateway, query: str) -> None:
    (await (await gateway.visitor()).get(f"{MOVIES}{query}")).problem(422, "invalid")


async def test_a_foreign_cursor_is_a_problem(gateway: Gateway) -> None:
    (await (await gateway.visitor()).get(f"{MOVIES}?cursor=nonsense")).problem(400, "bad_cursor")


@pytest.mark.parametrize("name", ["0", "x", "tt1", "9" * 30, "-1", "%00", "%27--", "tt%00", "%F0%9F%8E%AC"])
async def test_an_id_of_nothing_is_a_problem_that_says_so(gateway: Gateway, name: str) -> None:
    visitor = await gateway.visitor()
    for method, path in (("GET", f"{MOVIES}{name}/"), ("POST", f"{MOVIES}{name}/refresh_links/")):
        (await visitor.ask(method, path, encoded=True)).problem(404, "unknown_title")


async def test_what_is_in_the_trash_is_not_told(gateway: Gateway) -> None:
    title = await title_of(gateway, await gateway.add_episode())
    await gateway.sql.execute("update catalog.titles set deleted_at = now()")
    visitor = await gateway.visitor()
    assert (await visitor.get(MOVIES)).json == []
    (await visitor.get(f"{MOVIES}{title}/")).problem(404, "unknown_title")


async def test_of_a_long_show_the_newest_episodes_are_told_and_any_other_by_its_number(
    gateway: Gateway,
) -> None:
    episode = 0
    for number in range(1, 31):
        episode = await gateway.add_episode(number=number)
        await gateway.add_links(episode, {720: {"pixel": f"https://pixeldrain.com/u/{number}"}})
    title, visitor = await title_of(gateway, episode), await gateway.visitor()

    async def numbers(path: str) -> list[int]:
        found = (await visitor.get(path)).json
        links = (found[0] if isinstance(found, list) else found)["links"]
        return [int(link["source_url"].rpartition("/")[2]) for link in links]

    assert await numbers(MOVIES) == [30, 29, 28]
    assert await numbers(f"{MOVIES}{title}/") == list(range(30, 6, -1))
    assert await numbers(f"{MOVIES}{title}/?season=1&episode=2") == [2]
    (await visitor.get(f"{MOVIES}{title}/?episode=99")).problem(404, "unknown_episode")
    (await visitor.get(f"{MOVIES}{title}/?episode=x")).problem(422, "invalid")


async def test_of_a_long_show_a_few_episodes_are_scraped_at_once(gateway: Gateway) -> None:
    episode = 0
    for number in range(1, 31):
        episode = await gateway.add_episode(number=number)
    title, visitor = await title_of(gateway, episode), await gateway.visitor()
    assert (await visitor.get(f"{MOVIES}{title}/")).json["_refreshing"] is True
    scraped = (
        "select e.number from links.jobs as j join catalog.episodes as e on e.id = j.episode_id order by 1"
    )
    assert [int(row["number"]) for row in await gateway.sql.fetch(scraped)] == [28, 29, 30]
    # they answer for the next look too
    assert (await visitor.get(f"{MOVIES}{title}/")).json["_refreshing"] is True
    assert await gateway.count("links.jobs") == 3
    reasons = await gateway.sql.fetch("select distinct reason, lane from links.jobs")
    assert [(row["reason"], row["lane"]) for row in reasons] == [("playback", "interactive")]
    assert len((await refresh(visitor, title, "?episode=2")).json["jobs"]) == 1
    assert await gateway.count("links.jobs") == 4


async def test_a_cooldown_is_told_in_minutes(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    await gateway.add_links(episode, PIXEL)
    await gateway.add_job(episode, state="succeeded", minutes_ago=4)
    answer = await refresh(await gateway.visitor(), await title_of(gateway, episode))
    assert (answer.status, answer.json["status"]) == (429, "error")
    minutes = re.search(r"(\d+\.\d+) minutes", answer.json["message"])
    assert minutes is not None
    assert 5.8 < float(minutes[1]) <= 6.0
    assert 350 < int(answer.headers["Retry-After"]) <= 360


async def test_a_title_without_a_page_can_t_be_refreshed(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    await gateway.sql.execute("delete from catalog.sources")
    title, visitor = await title_of(gateway, episode), await gateway.visitor()
    (await refresh(visitor, title)).problem(409, "no_source")
    assert "_refreshing" not in (await visitor.get(f"{MOVIES}{title}/")).json


async def test_other_sites_pages_have_nothing_looked_for(gateway: Gateway) -> None:
    title = await title_of(gateway, await gateway.add_episode())
    visitor, foreign = await gateway.visitor(), {"Sec-Fetch-Site": "cross-site"}
    (await refresh(visitor, title, **foreign)).problem(403, "bad_csrf")
    answer = await visitor.get(f"{MOVIES}{title}/", headers=foreign)
    assert (answer.status, "_refreshing" in answer.json) == (200, False)
    assert await gateway.count("links.jobs") == 0


async def test_a_look_is_answered_after_the_scrapes_of_this_client_are_used_up(
    own_gateway: OwnGateway,
) -> None:
    admin = await own_gateway.signed_in("admin")
    await admin.send("PATCH", "/api/v1/settings", {"scrapes_per_client_minute": 1})
    visitor = await own_gateway.visitor()

    async def used_up() -> int:
        return (await refresh(visitor, "0")).status

    await eventually(used_up, lambda status: status == 429, patience_s=PATIENCE_S)
    title = await title_of(own_gateway, await own_gateway.add_episode())
    answer = await visitor.get(f"{MOVIES}{title}/")
    assert (answer.status, "_refreshing" in answer.json) == (200, False)
    assert await own_gateway.count("links.jobs") == 0


async def test_pictures_come_from_our_own_origin(gateway: Gateway) -> None:
    title = await title_of(gateway, await gateway.add_episode())
    await gateway.sql.execute("update catalog.titles set poster_url = 'https://elsewhere.example/p.jpg'")
    assert (await (await gateway.visitor()).get(f"{MOVIES}{title}/")).json["poster_url"] is None


async def test_expired_links_are_no_active_ones(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    await gateway.add_links(episode, PIXEL, expires_in=timedelta(hours=-1), basis="parameter")
    answer = await (await gateway.visitor()).get(f"{MOVIES}{await title_of(gateway, episode)}/")
    assert (answer.json["links"], answer.json["_refreshing"]) == ([], True)
