"""Jobs that people hurry on, and jobs that they end."""

import asyncio
from uuid import UUID, uuid4

from wellspring_common.events.envelope import EVENT_ID
from wellspring_common.ids import derived_id

from .running import PAGE, Gateway

REQUESTED = "scrape.requested"


async def outbox_ids(gateway: Gateway, subject: str) -> list[UUID]:
    rows = await gateway.sql.fetch(
        "select event_id, headers ->> $2 as said from catalog.outbox "
        "where subject like $1 || '%' order by id",
        subject,
        EVENT_ID,
    )
    assert all(str(row["event_id"]) == row["said"] for row in rows)
    return [row["event_id"] for row in rows]


async def test_somebody_who_waits_promotes_the_job_that_waits_in_the_background(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    job_id = await gateway.add_job(episode, state="queued", lane="background", requested_by="refresher")
    before = await gateway.sql.fetchrow("select * from links.jobs")
    visitor = await gateway.visitor()
    await visitor.page(f"/watch/{episode}")
    answer = await visitor.send("POST", f"/api/v1/episodes/{episode}/scrape", None)
    assert (answer.status, answer.json["deduplicated"], answer.json["job"]["id"]) == (202, True, str(job_id))
    (event,) = await gateway.told(REQUESTED)
    assert (event["job_id"], event["lane"], event["episode_id"]) == (str(job_id), "interactive", episode)
    assert [source["quality"] for source in event["sources"]] == [480, 720, 1080]
    assert await outbox_ids(gateway, REQUESTED) == [derived_id(job_id, "promoted")]
    subject = await gateway.sql.fetchval("select subject from catalog.outbox where subject like 'scrape%'")
    assert subject == "scrape.requested.interactive.default"
    after = await gateway.sql.fetchrow("select * from links.jobs")
    assert before is not None
    assert after is not None
    changed = {name for name in before.keys() if before[name] != after[name]}  # noqa: SIM118  (a record)
    assert (changed, after["lane"]) == ({"lane", "updated_at"}, "interactive")


async def test_many_who_wait_promote_it_once(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    job_id = await gateway.add_job(episode, state="queued", lane="background")
    visitor = await gateway.visitor()
    await visitor.page(f"/watch/{episode}")
    paths = [f"/api/v1/episodes/{episode}/scrape"] * 4
    answers = await asyncio.gather(*(visitor.send("POST", path, None) for path in paths))
    answers.append(await visitor.get("/scrape?show=The Glory&ep=1"))
    assert {answer.status for answer in answers} == {200, 202}
    assert {answer.headers["Location"] for answer in answers} == {f"/api/v1/jobs/{job_id}"}
    assert answers[-1].json == {"status": "queued"}
    assert len(await gateway.told(REQUESTED)) == 1


async def test_the_seeds_scrape_promotes_too_and_answers_as_ever(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    job_id = await gateway.add_job(episode, state="queued", lane="background")
    answer = await (await gateway.visitor()).get("/scrape?show=The Glory&ep=1")
    assert (answer.status, answer.json) == (200, {"status": "queued"})
    assert await outbox_ids(gateway, REQUESTED) == [derived_id(job_id, "promoted")]


async def test_a_job_that_runs_or_is_urgent_already_is_only_joined(gateway: Gateway) -> None:
    for number, (state, lane) in enumerate([("running", "background"), ("queued", "interactive")]):
        episode = await gateway.add_episode(number=number + 1)
        job_id = await gateway.add_job(episode, state=state, lane=lane)
        visitor = await gateway.visitor()
        await visitor.page(f"/watch/{episode}")
        answer = await visitor.send("POST", f"/api/v1/episodes/{episode}/scrape", None)
        assert (answer.status, answer.json["job"]["id"]) == (202, str(job_id))
    assert await gateway.told(REQUESTED) == []


async def test_an_operator_ends_a_job_by_program(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    job_id = await gateway.add_job(episode, state="running")
    operator = await gateway.signed_in("operator")
    for _ in range(2):
        answer = await operator.send("POST", f"/api/v1/jobs/{job_id}/cancel", None)
        assert (answer.status, answer.json["job"]["id"]) == (202, str(job_id))
        assert answer.headers["Location"] == f"/api/v1/jobs/{job_id}"
    (event,) = await gateway.told("job.cancelled")
    assert event["job_id"] == str(job_id)
    assert event["cancelled_by"].startswith("operator-")
    assert await outbox_ids(gateway, "job.cancelled") == [derived_id(job_id, "cancelled")]


async def test_a_job_with_an_end_and_no_job_cannot_be_ended(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    for number, state in enumerate(["succeeded", "partial", "failed", "cancelled"]):
        episode = await gateway.add_episode(number=number + 1)
        job_id = await gateway.add_job(episode, state=state)
        answer = await operator.send("POST", f"/api/v1/jobs/{job_id}/cancel", None)
        assert answer.problem(409, "job_ended")["state"] == state
    (await operator.send("POST", f"/api/v1/jobs/{uuid4()}/cancel", None)).problem(404, "not_found")
    (await operator.send("POST", "/api/v1/jobs/7/cancel", None)).problem(422, "invalid")
    assert await gateway.told("job.cancelled") == []


async def test_only_operators_end_jobs_and_only_from_our_own_pages(gateway: Gateway) -> None:
    job_id = await gateway.add_job(await gateway.add_episode(), state="queued")
    path = f"/api/v1/jobs/{job_id}/cancel"
    visitor = await gateway.visitor()
    await visitor.page("/")
    (await visitor.send("POST", path, None)).problem(401, "sign_in_required")
    viewer = await gateway.signed_in("viewer")
    (await viewer.send("POST", path, None)).problem(403, "forbidden")
    operator = await gateway.signed_in("operator")
    operator.csrf = "wrong"
    (await operator.send("POST", path, None)).problem(403, "bad_csrf")
    assert (await operator.form(f"/admin/jobs/{job_id}/cancel")).status == 403
    assert await gateway.told("job.cancelled") == []


async def test_the_button_is_there_while_the_job_lives(gateway: Gateway) -> None:
    job_id = await gateway.add_job(await gateway.add_episode(), state="running")
    action = f'action="/admin/jobs/{job_id}/cancel"'
    operator = await gateway.signed_in("operator", language="id")
    for language, word in (("en", "Cancel"), ("id", "Batalkan")):
        headers = {**PAGE, "Accept-Language": language}
        for path in (f"/admin/jobs/{job_id}", "/admin"):
            shown = await operator.get(path, headers=headers)
            assert action in shown.text
            assert f"</svg>{word}</button>" in shown.text
            assert (f'aria-label="{word} The Glory' in shown.text) is (path == "/admin")
    answer = await operator.form(f"/admin/jobs/{job_id}/cancel")
    assert (answer.status, answer.headers["Location"]) == (303, f"/admin/jobs/{job_id}?cancelling=1")
    answer = await operator.form(f"/admin/jobs/{job_id}/cancel", back="list")
    assert (answer.status, answer.headers["Location"]) == (303, "/admin#jobs-title")
    pending = await operator.page(f"/admin/jobs/{job_id}?cancelling=1")
    assert "Sedang dibatalkan." in pending.text
    assert action not in pending.text
    assert len(await gateway.told("job.cancelled")) == 1


async def test_a_cancelled_job_has_a_word_and_no_error(gateway: Gateway) -> None:
    job_id = await gateway.add_job(await gateway.add_episode(), state="cancelled")
    await gateway.sql.execute("update links.jobs set cancelled_by = 'ada <3'")
    operator = await gateway.signed_in("operator")
    for language, words in (("en", ("Cancelled", "Cancelled by")), ("id", ("Dibatalkan", "Dibatalkan oleh"))):
        headers = {**PAGE, "Accept-Language": language}
        shown = await operator.get(f"/admin/jobs/{job_id}?cancelling=1", headers=headers)
        assert all(word in shown.text for word in words)
        assert "ada &lt;3" in shown.text
        assert "notice-bad" not in shown.text
        assert f"/admin/jobs/{job_id}/cancel" not in shown.text
    answer = await operator.form(f"/admin/jobs/{job_id}/cancel")
    assert (answer.status, answer.headers["Location"]) == (303, f"/admin/jobs/{job_id}")


async def test_a_cancelled_scrape_does_not_keep_people_from_the_next_one(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    await gateway.add_links(episode, {720: {"pixel": "https://p.example/1"}})
    await gateway.add_job(episode, state="succeeded", minutes_ago=60)
    job_id = await gateway.add_job(episode, state="cancelled", minutes_ago=1)
    visitor = await gateway.visitor()
    await visitor.page(f"/watch/{episode}")
    answer = await visitor.send("POST", f"/api/v1/episodes/{episode}/scrape", None)
    assert (answer.status, answer.json["deduplicated"]) == (202, False)
    assert answer.json["job"]["id"] != str(job_id)
