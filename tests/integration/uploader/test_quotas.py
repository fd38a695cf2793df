"""A quota is a schedule: it is never a try, the calendar knows it, and nobody overtakes who waits for it."""

from datetime import timedelta
from itertools import pairwise

from tests.integration.uploader.publishing_rig import Rig, until
from tests.support.platform import Fault
from wellspring_uploader.domain.refusals import CredentialsRefused, Forbidden, QuotaReached

HOUR = timedelta(hours=1)


async def test_three_series_go_out_in_order_as_the_calendar_said(rig: Rig) -> None:
    await rig.add_target()
    rig.platform.videos_per_day = 15
    for title in ("First", "Second", "Third"):
        await rig.schedule(await rig.add_series(title, episodes=12))
    planned = [at for (at,) in await rig.rows("u.planned_at")]
    await rig.run_for(await rig.worker(), timedelta(days=3))
    out = rig.platform.published
    wanted = [f"{title} - Episode {n}" for title in ("First", "Second", "Third") for n in range(1, 13)]
    assert [video.title for video in out] == wanted
    assert [video.published_at for video in out] == planned
    starts = [at for (at,) in await rig.rows("u.started_at")]
    assert all(later - earlier >= HOUR for earlier, later in pairwise(starts))
    assert set(await rig.rows("u.state", "u.tries")) == {("live", 0)}
    steps = await rig.admin.fetch("select code from uploads.steps where code = 'quota_reached'")
    assert steps == [], "the ledger knew it before the platform said it"


async def test_minutes_count_as_well_as_films(rig: Rig) -> None:
    await rig.add_target()
    await rig.schedule(await rig.add_series(episodes=8, minutes=100))
    planned = await rig.rows("u.planned_at", "u.waits_for")
    first = planned[0][0]
    assert [at - first for at, _ in planned[:6]] == [n * HOUR for n in range(6)]
    assert planned[6] == (first + 24 * HOUR + timedelta(minutes=1), "quota")


async def test_a_refusal_waits_and_nobody_overtakes(rig: Rig) -> None:
    await rig.add_target(limits="custom", custom_limits={})
    await rig.schedule(await rig.add_series(episodes=2))
    rig.platform.will(
        "create", QuotaReached("limit", raw="the body"), QuotaReached("limit"), QuotaReached("limit")
    )
    rig.clock.advance(HOUR)
    worker = await rig.worker()
    await rig.run_until_idle(worker)
    refused = rig.now
    jitter = timedelta(minutes=5)
    assert await rig.rows("u.state", "u.tries", "u.waits_for", "u.planned_at") == [
        ("quota_wait", 0, "quota", refused + HOUR + jitter),
        ("planned", 0, "series", refused + 2 * HOUR + jitter),
    ]
    detail = await rig.admin.fetchval("select detail from uploads.steps where code = 'quota_reached'")
    assert "the body" in detail
    await rig.run_for(worker, 12 * HOUR)
    assert await rig.rows("u.state", "u.tries") == [("live", 0), ("live", 0)]
    assert [video.title for video in rig.platform.published] == ["Show - Episode 1", "Show - Episode 2"]
    waited = rig.platform.published[0].created_at - refused
    assert waited == (1 + 2 + 4) * HOUR + 3 * jitter
    assert await rig.admin.fetchval("select quota_refusals from uploads.targets") == 0
    assert len(rig.platform.sessions) == 2, "what was sent is not sent again"


async def test_what_the_platform_says_about_the_wait_counts(rig: Rig) -> None:
    await rig.add_target()
    await rig.schedule(await rig.add_series(episodes=1))
    rig.clock.advance(HOUR)
    until = rig.now + timedelta(minutes=17)
    rig.platform.will("create", QuotaReached("limit", until=until))
    worker = await rig.worker()
    await rig.run_until_idle(worker)
    assert await rig.rows("u.state", "u.planned_at") == [("quota_wait", until)]


async def test_a_place_that_went_stale_during_the_wait_costs_no_try(rig: Rig) -> None:
    await rig.add_target()
    await rig.schedule(await rig.add_series(episodes=1))
    rig.clock.advance(HOUR)
    rig.platform.will("create", QuotaReached("limit"))
    worker = await rig.worker()
    await rig.run_until_idle(worker)
    for held in rig.platform.sessions.values():
        held.is_dead = True
    await rig.run_for(worker, 3 * HOUR)
    assert await rig.rows("u.state", "u.tries") == [("live", 0)]


async def test_a_refusal_without_a_word_is_a_quota_where_our_ledger_is_full(rig: Rig) -> None:
    await rig.add_target(limits="custom", custom_limits={"videos_per_day": 1})
    await rig.schedule(await rig.add_series(episodes=2))
    worker = await rig.worker()
    await rig.run_for(worker, 2 * HOUR)
    await rig.set_settings({"limits": "custom"})
    rig.clock.advance(HOUR)
    await until(worker, "started")
    full = {"limits": "custom", "custom_limits": {"videos_per_day": 1}}
    rig.platform.will("begin", Fault(Forbidden("no")))
    await rig.set_settings(full)
    await worker.step()
    assert await rig.rows("u.state", "u.tries") == [("live", 0), ("quota_wait", 0)]
    assert await rig.admin.fetchval("select state from uploads.targets") == "ready"


async def test_a_refusal_without_a_word_is_one_of_credentials_where_our_ledger_is_not_full(rig: Rig) -> None:
    await rig.add_target()
    await rig.schedule(await rig.add_series(episodes=1))
    rig.platform.will("create", Forbidden("no"))
    await rig.run_for(await rig.worker(), HOUR)
    assert await rig.admin.fetchval("select state from uploads.targets") == "auth_paused"
    assert isinstance(Forbidden("no"), CredentialsRefused)


async def test_a_series_moved_before_one_that_waits_for_the_quota_has_its_slot_for_itself(rig: Rig) -> None:
    await rig.add_target()
    first = await rig.schedule(await rig.add_series("First", episodes=1))
    worker = await rig.worker()
    rig.platform.will("create", QuotaReached("enough", until=rig.now + 5 * HOUR))
    await rig.run_for(worker, HOUR)
    second = await rig.schedule(await rig.add_series("Second", episodes=1))
    await rig.change(second.schedule_id, "move", before=first.schedule_id)
    shown = await rig.rows("s.title", "u.planned_at")
    await rig.run_for(worker, 10 * HOUR)
    assert [title for title, _ in shown] == ["Second", "First"]
    assert [video.created_at for video in rig.platform.published] == [at for _, at in shown]
    assert rig.platform.made[1] - rig.platform.made[0] == HOUR


async def test_a_sign_in_that_is_forbidden_is_no_quota_however_full_the_day_is(rig: Rig) -> None:
    await rig.add_target(limits="custom", custom_limits={"videos_per_day": 1})
    await rig.schedule(await rig.add_series(episodes=1))
    worker = await rig.worker()
    rig.clock.advance(HOUR)
    await until(worker, "made")
    again = await rig.worker()
    rig.platform.will("test", Forbidden("no"))
    await rig.run_until_idle(again)
    assert await rig.admin.fetchval("select state from uploads.targets") == "auth_paused"
    assert await rig.rows("u.state", "u.tries") == [("created", 0)]
    await rig.admin.execute("update uploads.targets set state = 'ready'")
    await rig.run_until_idle(again)
    assert await rig.states() == ["live"]
