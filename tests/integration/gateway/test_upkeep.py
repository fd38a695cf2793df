"""The clean-up and looks at links on demand, over the API."""

import json
from datetime import timedelta
from uuid import UUID

import pytest

from wellspring_common.clock import SystemClock
from wellspring_common.ids import uuid7

from .running import Gateway

_RUN = """
insert into health.probe_runs (id, filter, state, requested_by, total, done, reasons, before, after,
    requested_at, started_at, finished_at)
values ($1, $2, $3, 'ada', 12, 12, $4, $5, $6, now(), now(), now())
"""


async def test_a_look_at_links_is_asked_for_once(gateway: Gateway) -> None:
    await gateway.add_episode()
    operator = await gateway.signed_in("operator")
    wish = {
        "limit": 10,
        "older_than_hours": 24,
        "timeout_s": 5,
        "host": "files.example",
        "title": "the-glory",
    }
    answer = await operator.send("POST", "/api/v1/probes", wish, **{"Idempotency-Key": "look-once-1"})
    assert answer.status == 202
    run = answer.json
    assert answer.headers["Location"] == f"/api/v1/probes/{run['id']}"
    assert (run["state"], run["filter"], run["deduplicated"]) == ("queued", wish, False)
    [event] = await gateway.told("probe.requested")
    assert {name: event[name] for name in wish} == wish
    assert (event["run_id"], event["requested_by"]) == (run["id"], run["requested_by"])

    again = await operator.send("POST", "/api/v1/probes", wish, **{"Idempotency-Key": "look-once-1"})
    assert (again.status, again.json["id"], again.json["deduplicated"]) == (202, run["id"], True)
    other = await operator.send("POST", "/api/v1/probes", {}, **{"Idempotency-Key": "look-once-1"})
    other.problem(422, "idempotency_conflict")
    assert len(await gateway.told("probe.requested")) == 1
    await gateway.published("probe.requested")


async def test_a_run_is_shown_as_far_as_it_has_come(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    asked = (await operator.send("POST", "/api/v1/probes", {})).json
    queued = (await operator.get(f"/api/v1/probes/{asked['id']}")).json
    assert (queued["state"], queued["filter"], queued["counts"], queued["done"]) == ("queued", {}, {}, 0)
    states = {"alive": 9, "unknown": 3}, {"alive": 10, "dead": 2}
    reasons = {"alive": 10, "http_404": 2}
    values = [json.dumps(each) for each in ({}, reasons, *states)]
    await gateway.sql.execute(_RUN, UUID(asked["id"]), values[0], "done", *values[1:])
    done = (await operator.get(f"/api/v1/probes/{asked['id']}")).json
    assert (done["state"], done["total"], done["done"], done["counts"]) == ("done", 12, 12, reasons)
    assert (done["states_before"], done["states_after"]) == states
    (await operator.get(f"/api/v1/probes/{uuid7()}")).problem(404, "not_found")


@pytest.mark.parametrize(
    ("wish", "status", "code"),
    [
        ({"limit": 0}, 422, "invalid"),
        ({"timeout_s": 61}, 422, "invalid"),
        ({"older_than_hours": -1}, 422, "invalid"),
        ({"hots": "typo"}, 422, "invalid"),
        ({"host": "two words"}, 422, "invalid"),
        ({"title": "never-heard-of"}, 404, "unknown_title"),
        ({"episode_id": 999_999}, 404, "unknown_episode"),
    ],
    ids=str,
)
async def test_a_wish_that_means_no_link_is_refused(
    gateway: Gateway, wish: dict[str, object], status: int, code: str
) -> None:
    operator = await gateway.signed_in("operator")
    (await operator.send("POST", "/api/v1/probes", wish)).problem(status, code)
    assert await gateway.told("probe.requested") == []


@pytest.mark.parametrize("role", ["viewer", None])
async def test_only_operators_look_and_clean(gateway: Gateway, role: str | None) -> None:
    visitor = await (gateway.signed_in(role) if role else gateway.visitor())
    status, code = (403, "forbidden") if role else (401, "sign_in_required")
    run = uuid7()
    for path in ("/api/v1/probes", "/api/v1/clean", f"/api/v1/clean/{run}/undo"):
        (await visitor.send("POST", path, {})).problem(status, code)
    for path in (f"/api/v1/probes/{run}", "/api/v1/clean", f"/api/v1/clean/{run}"):
        (await visitor.get(path)).problem(status, code)
    assert await gateway.told("probe.requested") == []


async def test_a_page_of_another_site_neither_looks_nor_cleans(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    operator.csrf = "wrong"
    for path in ("/api/v1/probes", "/api/v1/clean", f"/api/v1/clean/{uuid7()}/undo"):
        (await operator.send("POST", path, {})).problem(403, "bad_csrf")
    assert await gateway.count("catalog.clean_runs") == 0


async def test_the_clean_up_rehearses_marks_trashes_and_is_undone(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    now = SystemClock().now()
    await gateway.sql.execute("update catalog.sources set updated_at = $1", now - timedelta(days=30))
    await gateway.sql.execute(
        "insert into links.source_gone (source_id, times, first_at, last_at) "
        "select id, 3, $1, $2 from catalog.sources",
        now - timedelta(days=3),
        now,
    )
    operator = await gateway.signed_in("operator")
    rehearsal = await operator.send("POST", "/api/v1/clean", {"dry_run": True})
    assert (rehearsal.status, rehearsal.json["id"], rehearsal.json["counts"]["mark"]) == (200, None, 1)
    marked = await operator.send("POST", "/api/v1/clean", {})
    assert (marked.status, marked.json["counts"]["mark"]) == (201, 1)
    overview = (await operator.get("/api/v1/clean")).json
    assert [one["slug"] for one in overview["marks"]] == ["the-glory"]
    assert (overview["interval_hours"], overview["grace_hours"]) == (0, 24)

    await gateway.sql.execute("update catalog.clean_marks set marked_at = $1", now - timedelta(days=2))
    gone = await operator.send("POST", "/api/v1/clean", None)
    assert (gone.status, gone.json["counts"]["trash"]) == (201, 1)
    assert (await operator.page("/title/the-glory")).status == 404
    assert "by the clean-up" in (await operator.page("/admin/trash")).text
    kept = (await operator.get(gone.headers["Location"])).json
    assert [one["slug"] for one in kept["titles"]] == ["the-glory"]

    undone = (await operator.send("POST", f"{gone.headers['Location']}/undo", None)).json
    assert len(undone["restored"]) == 1
    assert undone["undone_by"].startswith("operator-")
    assert (await operator.page("/title/the-glory")).status == 200
    told = [(event["change"], event["episode_ids"]) for event in await gateway.told("catalog.changed")]
    assert told == [("removed", [episode]), ("added", [episode])]
    (await operator.send("POST", f"/api/v1/clean/{uuid7()}/undo", None)).problem(404, "not_found")


async def test_the_clean_up_says_why_it_does_not_run(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    await gateway.sql.execute(
        "insert into health.host_state (host, position) values ('down.example:443', 'open')"
    )
    try:
        problem = (await operator.send("POST", "/api/v1/clean", {})).problem(409, "breaker_open")
        assert "down.example" in problem["detail"]
        rehearsal = await operator.send("POST", "/api/v1/clean", {"dry_run": True})
        assert rehearsal.json["held_back"] == ["down.example:443"]
    finally:
        await gateway.sql.execute("delete from health.host_state where host = 'down.example:443'")
