"""The API's lists of titles, links and jobs, and how far people came."""

import asyncio
from datetime import timedelta

from pydantic import SecretStr

from wellspring_cli.testing import Database
from wellspring_common.clock import SystemClock
from wellspring_common.postgres import open_database
from wellspring_common.settings import PostgresSettings
from wellspring_gateway.adapters.watched import PostgresWatched

from .running import Gateway, OwnGateway

TOLD_BY = "select user_id from catalog.watch_progress order by user_id"


async def test_titles_are_found_with_typos_and_go_on_by_cursor(gateway: Gateway) -> None:
    for show in ("The Glory", "Vincenzo", "Signal"):
        await gateway.add_episode(show)
    visitor = await gateway.visitor()
    first = (await visitor.get("/api/v1/titles?sort=title&limit=2")).json
    assert ([each["title"] for each in first["titles"]], first["total"]) == (["Signal", "The Glory"], 3)
    rest = (await visitor.get(f"/api/v1/titles?sort=title&limit=2&cursor={first['next']}")).json
    assert ([each["title"] for each in rest["titles"]], rest["next"]) == (["Vincenzo"], None)
    found = (await visitor.get("/api/v1/titles?q=vincenso")).json
    assert [each["slug"] for each in found["titles"]] == ["vincenzo"]
    (await visitor.get(f"/api/v1/titles?sort=year&cursor={first['next']}")).problem(400, "bad_cursor")


async def test_links_say_their_state_and_how_their_expiry_is_known(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    await gateway.add_links(episode, {1080: {"pixel": "https://p.example/1"}})
    await gateway.add_links(episode, {720: {"fsl": "https://f.example/2"}}, state="dead")
    path, visitor = f"/api/v1/episodes/{episode}/links", await gateway.visitor()
    every = (await visitor.get(path)).json["links"]
    assert [(link["quality"], link["health"]["state"]) for link in every] == [(1080, "alive"), (720, "dead")]
    assert every[0]["expiry"]["basis"] == "default"
    assert [link["id"] for link in (await visitor.get(f"{path}?offered=false")).json["links"]] == [
        every[1]["id"]
    ]
    assert (await visitor.get(f"{path}?quality=480")).json["links"] == []


async def test_jobs_are_listed_by_filter_and_cursor(gateway: Gateway) -> None:
    operator, episode = await gateway.signed_in("operator"), await gateway.add_episode()
    jobs = [str(await gateway.add_job(episode, state="failed", minutes_ago=ago)) for ago in (1, 2, 3)]
    other = await gateway.add_episode(number=2)
    await gateway.add_job(other, state="succeeded", minutes_ago=9)
    path = f"/api/v1/jobs?episode_id={episode}&state=failed&limit=2"
    first = (await operator.get(path)).json
    rest = (await operator.get(f"{path}&cursor={first['next']}")).json
    assert [job["id"] for job in first["jobs"] + rest["jobs"]] == jobs
    assert rest["next"] is None
    assert len((await operator.get("/api/v1/jobs?kind=crawl")).json["jobs"]) == 0


async def test_a_job_is_retried_once_for_each_key(gateway: Gateway) -> None:
    operator, episode = await gateway.signed_in("operator"), await gateway.add_episode()
    old = await gateway.add_job(episode, state="failed", minutes_ago=1)
    path, key = f"/api/v1/jobs/{old}/retry", {"Idempotency-Key": "again-please"}
    asked = await operator.send("POST", path, None, **key)
    assert (asked.status, asked.json["deduplicated"]) == (202, False)
    assert asked.headers["Location"] == f"/api/v1/jobs/{asked.json['job']['id']}"
    assert (await operator.send("POST", path, None, **key)).json == asked.json
    (again,) = await gateway.told("scrape.requested")
    assert (again["reason"], again["lane"]) == ("retry", "interactive")
    running = f"/api/v1/jobs/{asked.json['job']['id']}/retry"
    (await operator.send("POST", running, None)).problem(409, "job_runs")


async def test_a_title_is_refreshed_in_the_background(gateway: Gateway) -> None:
    operator, episode = await gateway.signed_in("operator"), await gateway.add_episode()
    bare = await gateway.add_episode(number=2)
    await gateway.sql.execute("delete from catalog.sources where episode_id = $1", bare)
    title = await gateway.sql.fetchval("select title_id from catalog.episodes where id = $1", episode)
    asked = await operator.send("POST", f"/api/v1/titles/{title}/refresh", None)
    assert asked.json == {"queued": 1, "deduplicated": 0, "without_source": 1}
    (event,) = await gateway.told("scrape.requested")
    assert (event["episode_id"], event["lane"], event["reason"]) == (episode, "background", "refresh")
    # a person's wish takes the waiting job over
    one = await operator.send("POST", f"/api/v1/episodes/{episode}/refresh", None)
    assert one.json["deduplicated"]
    assert [each["lane"] for each in await gateway.told("scrape.requested")] == ["background", "interactive"]


async def test_progress_is_kept_for_each_alone_and_the_newest_wins(gateway: Gateway) -> None:
    episode, now = await gateway.add_episode(), SystemClock().now()
    ada, bob = await gateway.signed_in("viewer"), await gateway.signed_in("operator")
    path = f"/api/v1/episodes/{episode}/progress"
    (await ada.get(path)).problem(404, "not_found")
    told = await ada.send("PUT", path, {"position_s": 90.5, "duration_s": 3600})
    assert (told.status, told.json["position_s"], told.json["title"]) == (200, 90.5, "The Glory")
    late = {"position_s": 10, "watched_at": (now - timedelta(days=1)).isoformat()}
    assert (await ada.send("PUT", path, late)).json["position_s"] == 90.5
    ahead = {"position_s": 100, "watched_at": (now + timedelta(days=9)).isoformat()}
    assert (await ada.send("PUT", path, ahead)).json["position_s"] == 100
    assert (await ada.send("PUT", path, {"position_s": 110})).json["position_s"] == 110
    assert [each["episode_id"] for each in (await ada.get("/api/v1/progress")).json["progress"]] == [episode]
    assert (await bob.get("/api/v1/progress")).json == {"progress": [], "next": None}
    assert (await ada.send("DELETE", path, None)).status == 204
    (await ada.get(path)).problem(404, "not_found")
    (await ada.send("PUT", "/api/v1/episodes/999999/progress", {"position_s": 1})).problem(
        404, "unknown_episode"
    )
    stranger = await gateway.visitor()
    (await stranger.get("/api/v1/progress")).problem(401, "sign_in_required")


async def test_definitions_are_read_though_the_scraper_is_away(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    await gateway.sql.execute(
        "insert into catalog.definitions (id, yaml, revision) values ('films', 'id: films', 1)"
    )
    answer = (await operator.get("/api/v1/definitions")).json
    assert (answer["definitions"][0]["id"], answer["definitions"][0]["yaml"]) == ("films", None)
    assert not answer["complete"]
    one, none = await asyncio.gather(
        operator.get("/api/v1/definitions/films"), operator.get("/api/v1/definitions/nothing")
    )
    assert one.json["yaml"] == "id: films"
    none.problem(404, "not_found")


async def test_progress_is_forgotten_with_the_person_and_after_its_time(
    own_gateway: OwnGateway, database: Database
) -> None:
    now = SystemClock().now()
    people = [await own_gateway.signed_in("viewer") for _ in range(3)]
    episode = await own_gateway.add_episode()
    for person in people:
        told = await person.send("PUT", f"/api/v1/episodes/{episode}/progress", {"position_s": 1})
        assert told.status == 200
    users = [row["user_id"] for row in await own_gateway.sql.fetch(TOLD_BY)]
    await own_gateway.sql.execute("delete from access.users where id = $1", users[0])
    await own_gateway.sql.execute(
        "update catalog.watch_progress set watched_at = $2 where user_id = $1",
        users[1],
        now - timedelta(days=401),
    )
    settings = PostgresSettings(database_url=SecretStr(database.url_for("gateway")), database_pool_size=2)
    async with open_database(settings, service="gateway") as held:
        await PostgresWatched(held).purge(now=now)  # the gateway's own, at its start, may have been quicker
    left = await own_gateway.sql.fetch(TOLD_BY)
    assert [row["user_id"] for row in left] == [users[2]]
