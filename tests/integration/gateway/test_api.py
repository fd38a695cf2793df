"""The API: live state, scrapes and jobs."""

import asyncio
from datetime import datetime, timedelta
from uuid import uuid4

from wellspring_common.clock import SystemClock

from .running import SEED_EPISODE, Gateway

SERVERS = {1080: {"pixel": "https://p.example/1"}, 480: {"fsl": "https://f.example/2"}}


async def test_the_live_state_of_an_episode_nobody_scraped(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    answer = await (await gateway.visitor()).get(f"/api/v1/episodes/{episode}/live-state")
    assert answer.json == {
        "episode_id": episode,
        "server_info": {
            "server_count": 0,
            "minimum": 9,
            "needs_force_scrape": True,
            "message": "No cached servers found. Please use Force Scrape.",
        },
        "masters": [
            {"quality": 480, "url": SEED_EPISODE["link480"]},
            {"quality": 720, "url": SEED_EPISODE["link720"]},
            {"quality": 1080, "url": SEED_EPISODE["link1080"]},
        ],
        "links": [],
        "job": None,
        "cooldown_until": None,
        "can_scrape": True,
        "stale": False,
    }


async def test_the_live_state_lists_links_in_the_order_in_which_they_are_offered(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    alive = await gateway.add_links(episode, SERVERS)
    dead = await gateway.add_links(episode, {720: {"pixel": "https://p.example/3"}}, state="dead")
    state = (await (await gateway.visitor()).get(f"/api/v1/episodes/{episode}/live-state")).json
    assert [(link["id"], link["offered"]) for link in state["links"]] == [
        (alive[0], True),
        (alive[1], True),
        (dead[0], False),
    ]
    assert state["server_info"]["server_count"] == 2
    assert datetime.fromisoformat(state["links"][0]["expires_at"]) > SystemClock().now() + timedelta(hours=5)


async def test_a_link_that_needs_headers_plays_through_us_or_not_at_all_and_they_stay_here(
    gateway: Gateway,
) -> None:
    episode = await gateway.add_episode()
    await gateway.add_links(episode, SERVERS)
    secret = {"Referer": "https://secret.example/"}
    await gateway.sql.execute(
        "update links.links set headers = $1::text::jsonb", str(secret).replace("'", '"')
    )
    visitor, path = await gateway.visitor(), f"/api/v1/episodes/{episode}/live-state"
    far = await visitor.get(path, headers={"X-Forwarded-For": "203.0.113.9"})
    assert {(link["playable"], link["via"]) for link in far.json["links"]} == {(False, None)}
    near = await visitor.get(path)
    assert {(link["playable"], link["via"]) for link in near.json["links"]} == {(True, "relay")}
    assert "secret.example" not in far.text + near.text


async def test_an_episode_that_does_not_exist_is_a_problem(gateway: Gateway) -> None:
    visitor = await gateway.visitor()
    await visitor.page("/")
    (await visitor.get("/api/v1/episodes/999999/live-state")).problem(404, "unknown_episode")
    (await visitor.send("POST", "/api/v1/episodes/999999/scrape", None)).problem(404, "unknown_episode")
    (await visitor.get("/api/v1/live?episode=999999")).problem(404, "unknown_episode")
    (await visitor.get(f"/api/v1/jobs/{uuid4()}")).problem(404, "not_found")
    for path in ("episodes/0/live-state", f"episodes/{2**63}/live-state", "episodes/x/live-state"):
        (await visitor.get(f"/api/v1/{path}")).problem(422, "invalid")
    for path in ("jobs/1", "live?episode=0", f"live?episode={2**70}", "live"):
        (await visitor.get(f"/api/v1/{path}")).problem(422, "invalid")


async def test_an_episode_in_the_trash_is_gone(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    await gateway.sql.execute("update catalog.titles set deleted_at = now()")
    visitor = await gateway.visitor()
    assert (await visitor.page(f"/watch/{episode}")).status == 404
    (await visitor.get("/get_link?show=The Glory&ep=1")).problem(404, "unknown_show")
    (await visitor.get(f"/api/v1/episodes/{episode}/live-state")).problem(404, "unknown_episode")
    await visitor.page("/")
    answer = await visitor.send("POST", f"/api/v1/episodes/{episode}/scrape", None)
    answer.problem(404, "unknown_episode")


async def test_a_viewer_may_ask_for_a_scrape_with_the_token_of_the_page(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    visitor = await gateway.visitor()
    await visitor.page(f"/watch/{episode}")
    answer = await visitor.send("POST", f"/api/v1/episodes/{episode}/scrape", None)
    assert answer.status == 202
    job = answer.json["job"]
    assert (job["state"], answer.json["deduplicated"]) == ("queued", False)
    assert answer.headers["Location"] == f"/api/v1/jobs/{job['id']}"
    again = await visitor.send("POST", f"/api/v1/episodes/{episode}/scrape", None)
    assert (again.status, again.json) == (202, {"job": job, "deduplicated": True})
    assert await gateway.count("links.jobs") == 1
    state = (await visitor.get(f"/api/v1/episodes/{episode}/live-state")).json
    assert state["job"] == job


async def test_a_scrape_without_a_token_or_from_another_site_is_refused(gateway: Gateway) -> None:
    path = f"/api/v1/episodes/{await gateway.add_episode()}/scrape"
    visitor = await gateway.visitor()
    await visitor.page("/")
    (await visitor.ask("POST", path)).problem(403, "bad_csrf")
    (await visitor.send("POST", path, None, Origin="https://evil.example")).problem(403, "bad_csrf")
    right, visitor.csrf = visitor.csrf, "wrong"
    (await visitor.send("POST", path, None)).problem(403, "bad_csrf")
    visitor.csrf = right
    assert await gateway.count("links.jobs") == 0
    assert (await visitor.send("POST", path, None)).status == 202


async def test_many_wishes_at_once_make_one_job_and_only_one_is_new(gateway: Gateway) -> None:
    path = f"/api/v1/episodes/{await gateway.add_episode()}/scrape"
    visitor = await gateway.visitor()
    await visitor.page("/")
    answers = await asyncio.gather(*(visitor.send("POST", path, None) for _ in range(12)))
    assert {answer.status for answer in answers} == {202}
    assert len({answer.json["job"]["id"] for answer in answers}) == 1
    assert sorted(answer.json["deduplicated"] for answer in answers) == [False] + [True] * 11
    assert len(await gateway.told("scrape.requested")) == 1


async def test_a_cooldown_is_a_problem_with_the_time_of_the_next_try(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    await gateway.add_links(episode, SERVERS)
    await gateway.add_job(episode, state="succeeded", minutes_ago=9)
    visitor = await gateway.visitor()
    await visitor.page("/")
    answer = await visitor.send("POST", f"/api/v1/episodes/{episode}/scrape", None)
    problem = answer.problem(409, "cooldown")
    assert 55 < int(answer.headers["Retry-After"]) <= 60
    state = (await visitor.get(f"/api/v1/episodes/{episode}/live-state")).json
    assert problem["retry_at"] == state["cooldown_until"]


async def test_an_episode_without_a_source_says_so(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    await gateway.sql.execute("delete from catalog.sources")
    visitor = await gateway.visitor()
    await visitor.page("/")
    answer = await visitor.send("POST", f"/api/v1/episodes/{episode}/scrape", None)
    answer.problem(409, "no_source")
    state = (await visitor.get(f"/api/v1/episodes/{episode}/live-state")).json
    assert state["can_scrape"] is False


async def test_a_viewer_sees_how_a_job_goes_and_an_operator_all_of_it(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    job = await gateway.add_job(episode, state="failed", error_code="drift", error_detail="The page changed.")
    viewer, operator = await gateway.signed_in("viewer"), await gateway.signed_in("operator")
    brief = (await viewer.get(f"/api/v1/jobs/{job}")).json
    assert set(brief) == {
        "id",
        "state",
        "requested_at",
        "started_at",
        "finished_at",
        "error_code",
        "error_detail",
        "browser_because",
    }
    assert (brief["id"], brief["state"], brief["error_code"]) == (str(job), "failed", "drift")
    assert (await (await gateway.visitor()).get(f"/api/v1/jobs/{job}")).json == brief
    whole = (await operator.get(f"/api/v1/jobs/{job}")).json
    assert {key: whole[key] for key in brief} == brief
    more = {key: value for key, value in whole.items() if key not in brief}
    assert more == {
        "kind": "scrape",
        "episode_id": episode,
        "catalogue_id": None,
        "scope": None,
        "query": None,
        "lane": "interactive",
        "reason": "force",
        "requested_by": "ada",
        "cancelled_by": None,
        "attempts": 0,
        "counts": {},
        "problems": [],
        "browser": [],
    }


async def test_a_forced_scrape_names_who_asked(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    episode = await gateway.add_episode()
    await operator.send("POST", f"/api/v1/episodes/{episode}/scrape", None)
    by = await gateway.sql.fetchval("select requested_by from links.jobs")
    assert by.startswith("operator-")
