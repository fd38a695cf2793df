"""Whatever the platform does and wherever the worker dies, an episode is published once."""

from datetime import timedelta
from typing import Any

import pytest

from tests.integration.uploader.publishing_rig import Rig, Series, until
from tests.support.platform import Crash, Fault, Video
from wellspring_common.errors import Transient
from wellspring_common.testing.clock import FrozenClock
from wellspring_uploader.domain.refusals import (
    AccountSuspected,
    CredentialsRefused,
    FileRefused,
    Forbidden,
    OutcomeUnknown,
    SessionLost,
)
from wellspring_uploader.ports.targets import Processing
from wellspring_uploader.ports.turns import FenceLostError

HOUR = timedelta(hours=1)
CALLS = ("begin", "send", "create", "publish", "look")


async def started(rig: Rig, **more: Any) -> Any:
    await rig.add_target()
    series = await rig.add_series(episodes=2, **more)
    await rig.schedule(series)
    rig.clock.advance(HOUR)
    return await rig.worker()


@pytest.mark.parametrize("is_done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("call", CALLS)
async def test_a_death_at_any_call_publishes_nothing_twice(rig: Rig, call: str, is_done: bool) -> None:
    worker = await started(rig)
    rig.platform.will(call, Fault(Crash(), is_done=is_done))
    with pytest.raises(Crash):
        await rig.run_until_idle(worker)
    await rig.run_for(await rig.worker(), 3 * HOUR)
    assert [video.title for video in rig.platform.published] == ["Show - Episode 1", "Show - Episode 2"]
    assert rig.platform.drafts == []
    assert await rig.states() == ["live", "live"]
    assert await rig.rows("u.tries") == [(0,) if call != "create" or is_done else (1,), (0,)]


@pytest.mark.parametrize("is_done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("call", ["begin", "send", "create", "publish", "look", "find"])
async def test_an_unknown_outcome_is_looked_up_before_anything_is_made_again(
    rig: Rig, call: str, is_done: bool
) -> None:
    worker = await started(rig)
    rig.platform.will("create", OutcomeUnknown("reset")) if call == "find" else None
    rig.platform.will(call, Fault(OutcomeUnknown("no answer"), is_done=is_done))
    await rig.run_for(worker, 3 * HOUR)
    assert [video.title for video in rig.platform.published] == ["Show - Episode 1", "Show - Episode 2"]
    assert rig.platform.drafts == []
    assert await rig.states() == ["live", "live"]


async def test_what_may_be_made_is_looked_for_twice_over_two_minutes(rig: Rig) -> None:
    worker = await started(rig)
    rig.platform.will("create", OutcomeUnknown("reset"))
    await rig.run_until_idle(worker)
    assert await rig.states() == ["unconfirmed", "planned"]
    rig.clock.advance(timedelta(seconds=119))
    await rig.run_until_idle(worker)
    assert (await rig.states(), len(rig.platform.made)) == (["unconfirmed", "planned"], 0)
    rig.clock.advance(timedelta(seconds=1))
    await rig.run_until_idle(worker)
    assert (await rig.states(), len(rig.platform.made)) == (["live", "planned"], 1)
    assert len(rig.platform.sessions) == 1, "the bytes that are there are used"


async def test_a_listing_that_lags_longer_than_we_look_leaves_no_draft(rig: Rig) -> None:
    worker = await started(rig)
    rig.platform.lag = timedelta(minutes=5)
    rig.platform.encodes_for = timedelta(minutes=20)
    rig.platform.will("create", Fault(OutcomeUnknown("reset"), is_done=True))
    await rig.run_for(worker, timedelta(minutes=50))
    assert [video.title for video in rig.platform.published] == ["Show - Episode 1"]
    assert len(rig.platform.made) == 2
    assert rig.platform.drafts == []


async def test_where_the_last_byte_makes_the_video_it_is_looked_for_first(
    rig: Rig, clock: FrozenClock
) -> None:
    rig.target.makes_by_sending = True
    worker = await started(rig)
    rig.platform.will("send", Fault(Crash(), is_done=True))
    with pytest.raises(Crash):
        await rig.run_until_idle(worker)
    await rig.run_until_idle(await rig.worker())
    assert (await rig.states(), len(rig.platform.made)) == (["live", "planned"], 1)


async def test_where_the_last_byte_makes_the_video_a_lost_end_is_found_or_sent_once_more(rig: Rig) -> None:
    rig.target.makes_by_sending = True
    worker = await started(rig)
    rig.platform.will("send", OutcomeUnknown("the end was not answered"))
    await rig.run_until_idle(worker)
    assert await rig.states() == ["unconfirmed", "planned"]
    await rig.run_for(worker, 2 * HOUR)
    assert await rig.states() == ["live", "live"]
    assert len(rig.platform.made) == 2


async def test_three_tries_then_the_next_episode(rig: Rig) -> None:
    worker = await started(rig)
    rig.platform.will("send", *[SessionLost("gone") for _ in range(3)])
    await rig.run_until_idle(worker)
    assert await rig.rows("u.state", "u.tries", "u.waits_for") == [
        ("failed", 1, "retry"),
        ("planned", 0, "series"),
    ]
    await rig.run_for(worker, timedelta(minutes=59))
    assert await rig.states() == ["skipped", "planned"]
    await rig.run_for(worker, timedelta(minutes=1))
    assert await rig.states() == ["skipped", "live"]
    facts = await rig.facts()
    assert facts == [
        "upload.scheduled",
        "upload.failed",
        "upload.failed",
        "upload.skipped",
        "upload.completed",
    ]


async def test_publishing_that_seems_to_fail_three_times_is_looked_at_before_it_is_given_up(rig: Rig) -> None:
    worker = await started(rig)
    rig.platform.will("publish", *[Fault(Transient("502"), is_done=True) for _ in range(3)])
    await rig.run_for(worker, HOUR / 2)
    assert await rig.states() == ["live", "planned"]
    assert "upload.skipped" not in await rig.facts()


async def test_publishing_that_fails_three_times_leaves_no_draft(rig: Rig) -> None:
    worker = await started(rig)
    rig.platform.will("publish", *[Transient("502") for _ in range(3)])
    await rig.run_for(worker, timedelta(minutes=59))
    assert await rig.states() == ["skipped", "planned"]
    assert rig.platform.videos == {}
    assert await rig.admin.fetchval("select count(*) from uploads.ledger") == 0


async def test_a_film_that_is_refused_as_it_is_needs_a_person_and_the_queue_goes_on(rig: Rig) -> None:
    worker = await started(rig)
    rig.platform.will("create", FileRefused("This is no film.", code="unreadable"))
    await rig.run_for(worker, 2 * HOUR)
    assert await rig.rows("u.state", "u.error_code") == [("needs_fix", "unreadable"), ("live", None)]


@pytest.mark.parametrize("call", ["begin", "send", "create", "publish", "look"])
async def test_refused_credentials_stop_the_target_and_cost_no_try(rig: Rig, call: str) -> None:
    worker = await started(rig)
    rig.platform.will(call, CredentialsRefused("invalid_client"))
    await rig.run_for(worker, 2 * HOUR)
    state, reason = await rig.admin.fetchrow("select state, state_reason from uploads.targets")
    assert state == "auth_paused"
    assert "invalid_client" in reason
    assert (await rig.rows("u.state", "u.tries", "u.waits_for"))[1] == ("planned", 0, "auth")
    await rig.admin.execute("update uploads.targets set state = 'ready'")
    await rig.run_for(worker, 2 * HOUR)
    assert await rig.rows("u.state", "u.tries") == [("live", 0), ("live", 0)]


async def test_what_was_rejected_and_goes_once_more_is_not_taken_for_what_was_rejected(rig: Rig) -> None:
    worker = await started(rig)
    rig.platform.verdicts["v1"] = Processing.REJECTED
    await rig.run_for(worker, HOUR)
    assert await rig.states() == ["rejected", "live"]
    await rig.decide((await rig.rows("u.id"))[0][0], "insert_later")
    rig.platform.will("create", OutcomeUnknown("no answer"))
    await rig.run_for(worker, 3 * HOUR)
    assert await rig.states() == ["live", "live"]
    assert [row[0] for row in await rig.rows("u.video_id")] == ["v3", "v2"]


@pytest.mark.parametrize(
    "change",
    [
        "update uploads.media_files set state = 'missing' where id = 1",
        "update catalog.titles set rights = 'unknown' where title = 'Show'",
    ],
)
@pytest.mark.parametrize("makes_by_sending", [False, True])
async def test_a_film_that_may_not_go_on_in_the_middle_of_sending_blocks_nobody(
    rig: Rig, change: str, makes_by_sending: bool
) -> None:
    rig.target.makes_by_sending = makes_by_sending
    worker = await started(rig)
    rig.platform.will("send", Fault(Crash()))
    with pytest.raises(Crash):
        await rig.run_until_idle(worker)
    other = await rig.add_series("Other", episodes=1)
    await rig.schedule(other)
    await rig.admin.execute(change)
    await rig.run_for(await rig.worker(), 5 * HOUR)
    found = await rig.rows("u.state", "u.error_code")
    assert found[0] in {("needs_fix", "file_missing"), ("needs_fix", "may_not_be_published")}
    assert found[-1] == ("live", None)
    assert rig.platform.drafts == []
    assert await rig.rows("u.session ? 'doubt'") == [(False,)] * len(found)


def somebodys(rig: Rig, **more: Any) -> Video:
    """A video that somebody made by hand on our channel, which looks as the first episode does."""
    told: dict[str, Any] = {"title": "Show - Episode 1", "tags": (), "duration_s": 24 * 60.0}
    told |= {"created_at": rig.now, **more}
    video = Video("by-hand", **told)
    rig.platform.videos[video.video_id] = video
    return video


async def test_what_looks_like_ours_is_never_taken_away(rig: Rig) -> None:
    worker = await started(rig)
    somebodys(rig)
    rig.platform.will("create", OutcomeUnknown("no answer"))
    rig.platform.will("publish", *[Transient("no")] * 3)
    await rig.run_for(worker, 2 * HOUR)
    assert await rig.states() == ["skipped", "live"]
    assert "by-hand" in rig.platform.videos
    assert await rig.rows("u.video_id") == [(None,), ("v1",)]


async def test_the_film_of_another_upload_is_no_film_of_this_one(rig: Rig) -> None:
    worker = await started(rig)
    somebodys(rig, tags=("ws-00112233aa",), is_published=True)
    rig.platform.will("create", OutcomeUnknown("no answer"))
    await rig.run_for(worker, 2 * HOUR)
    assert await rig.states() == ["live", "live"]
    assert len(rig.platform.made) == 2


async def test_a_target_that_somebody_paused_is_not_asked_without_end_where_it_is_refused(rig: Rig) -> None:
    await rig.add_target()
    await rig.schedule(await rig.add_series(episodes=1))
    worker = await rig.worker()
    rig.clock.advance(HOUR)
    await until(worker, "started")
    await rig.admin.execute("update uploads.targets set state = 'paused'")
    rig.platform.will("begin", *[CredentialsRefused("no")] * 3)
    await rig.run_for(worker, timedelta(minutes=50))
    assert await rig.rows("u.state", "u.tries") == [("live", 0)]
    assert await rig.admin.fetchval("select state from uploads.targets") == "paused"


async def test_a_target_that_is_held_is_not_asked_without_end_where_it_is_refused(rig: Rig) -> None:
    await rig.add_target()
    rig.platform.encodes_for = HOUR
    await rig.schedule(await rig.add_series(episodes=1))
    worker = await rig.worker()
    rig.clock.advance(HOUR)
    await rig.run_until_idle(worker)
    await rig.admin.execute("update uploads.targets set state = 'held'")
    rig.platform.will("look", *[CredentialsRefused("no")] * 3)
    await rig.run_for(worker, 3 * HOUR)
    assert await rig.states() == ["live"]


async def test_a_key_that_may_not_touch_playlists_publishes_all_the_same(rig: Rig) -> None:
    await rig.add_target()
    await rig.schedule(await rig.add_series(episodes=2))
    rig.platform.will("playlist", *[Forbidden("no permission")] * 20)
    await rig.run_for(await rig.worker(), 3 * HOUR)
    assert await rig.states() == ["live", "live"]
    assert await rig.admin.fetchval("select state from uploads.targets") == "ready"


async def test_an_account_that_is_suspected_holds_its_target(rig: Rig) -> None:
    worker = await started(rig)
    rig.platform.will("create", AccountSuspected("spam"))
    await rig.run_for(worker, 2 * HOUR)
    assert await rig.admin.fetchval("select state from uploads.targets") == "held"
    assert await rig.rows("u.state", "u.tries") == [("sent", 0), ("planned", 0)]


async def test_two_rejections_in_a_row_hold_the_target(rig: Rig) -> None:
    await rig.add_target()
    await rig.schedule(await rig.add_series(episodes=4))
    rig.platform.verdicts.update(v1=Processing.REJECTED, v3=Processing.REJECTED, v4=Processing.REJECTED)
    worker = await rig.worker()
    await rig.run_for(worker, 3 * HOUR)
    assert await rig.admin.fetchval("select state from uploads.targets") == "ready"
    await rig.run_for(worker, 2 * HOUR)
    assert await rig.admin.fetchval("select state from uploads.targets") == "held"
    assert await rig.states() == ["rejected", "live", "rejected", "rejected"]


async def test_an_older_worker_neither_writes_nor_makes(rig: Rig) -> None:
    older = await started(rig)
    await until(older, "sent")
    await rig.worker()
    with pytest.raises(FenceLostError):
        await older.step()
    assert rig.platform.made == []
    assert (await rig.states())[0] == "sent"


async def published_in_doubt(rig: Rig) -> Any:
    """Publish the first of two episodes without an answer, take the series off and add it again."""
    await rig.add_target()
    series = await rig.add_series(episodes=2)
    await rig.schedule(series)
    rig.clock.advance(HOUR)
    worker = await rig.worker()
    rig.platform.will("publish", Fault(Transient("502"), is_done=True))
    await rig.run_until_idle(worker)
    assert await rig.states() == ["failed", "planned"]
    assert await rig.remove(series.title_id) == 2
    await rig.schedule(series)
    return worker


@pytest.mark.parametrize("who", ["watcher", "next upload"])
async def test_what_was_taken_off_while_its_publication_was_in_doubt_is_not_published_again(
    rig: Rig, who: str
) -> None:
    worker = await published_in_doubt(rig)
    if who == "next upload":  # whoever clears drafts away has not come to it
        rig.platform.will("look", Transient("502"))
        rig.clock.advance(HOUR)
        assert (await worker.watch_step()).did == "not cleared"
        assert (await worker.step()).did == "published"
    await rig.run_for(worker, 4 * HOUR)
    assert [video.title for video in rig.platform.published] == ["Show - Episode 1", "Show - Episode 2"]
    assert await rig.states() == ["removed", "removed", "live", "live"]
    rows = await rig.rows("u.video_id", "u.error_code")
    assert rows == [(None, "transient"), (None, None), ("v1", None), ("v2", None)]
    assert (await rig.facts()).count("upload.completed") == 2
    assert await rig.admin.fetchval("select count(*) from uploads.ledger") == 2


async def test_who_cannot_be_asked_about_an_earlier_video_is_asked_again_and_it_is_no_try(rig: Rig) -> None:
    worker = await published_in_doubt(rig)
    rig.platform.will("look", Transient("502"), Transient("502"))
    rig.clock.advance(HOUR)
    assert (await worker.watch_step()).did == "not cleared"
    assert (await worker.step()).did == "look: halted"
    await rig.run_for(worker, 4 * HOUR)
    assert await rig.rows("u.state", "u.tries") == [("removed", 1), ("removed", 0), ("live", 0), ("live", 0)]
    assert len(rig.platform.made) == 2


async def test_a_channel_that_is_removed_and_added_again_gets_nothing_twice(rig: Rig) -> None:
    worker = await started(rig)
    await rig.run_for(worker, HOUR / 2)
    assert await rig.states() == ["live", "planned"]
    title_id = (await rig.rows("u.title_id"))[0][0]
    assert await rig.remove(title_id) == 1
    await rig.admin.execute("delete from uploads.schedules")
    await rig.admin.execute("delete from uploads.targets")
    old = rig.target_id
    assert await rig.add_target(name="again") != old
    rig.clock.advance(timedelta(days=3))
    bytes_before = rig.platform.bytes_received
    await rig.schedule(Series(title_id, "Show", []))
    await rig.run_for(await rig.worker(), 3 * HOUR)
    assert [video.title for video in rig.platform.published] == ["Show - Episode 1", "Show - Episode 2"]
    assert await rig.rows("u.state", "u.video_id") == [("live", "v1"), ("live", "v2")]
    assert rig.platform.bytes_received < 2 * bytes_before + 16, "of the first no byte is sent again"
    taken = "select count(*) from uploads.ledger where target_id = $1 and published_at is not null"
    assert await rig.admin.fetchval(taken, rig.target_id) == 2


async def test_another_channel_gets_what_a_removed_one_had(rig: Rig) -> None:
    worker = await started(rig)
    await rig.run_for(worker, 2 * HOUR)
    title_id = (await rig.rows("u.title_id"))[0][0]
    await rig.admin.execute("delete from uploads.schedules")
    await rig.admin.execute("delete from uploads.targets")
    rig.platform.videos.clear()
    await rig.add_target(name="other")
    await rig.schedule(Series(title_id, "Show", []))
    await rig.run_for(await rig.worker(), 3 * HOUR)
    assert [video.title for video in rig.platform.published] == ["Show - Episode 1", "Show - Episode 2"]
    assert len(rig.platform.made) == 4


@pytest.mark.parametrize("call", ["nothing", "create", "publish"])
async def test_a_series_taken_off_at_any_step_and_added_again_is_out_once_and_in_order(
    rig: Rig, call: str
) -> None:
    await rig.add_target()
    worker = await rig.worker()
    wanted: list[str] = []
    for steps in range(9):
        series = await rig.add_series(f"Show {steps}", episodes=2)
        await rig.schedule(series)
        rig.clock.advance(HOUR)
        if call != "nothing":
            rig.platform.will(call, Fault(OutcomeUnknown("no answer"), is_done=True))
        for _ in range(steps):
            await worker.step()
        await rig.remove(series.title_id)
        await rig.schedule(series)
        await rig.run_for(worker, 5 * HOUR)
        wanted += [f"Show {steps} - Episode 1", f"Show {steps} - Episode 2"]
        assert [video.title for video in rig.platform.published] == wanted, steps
        assert rig.platform.drafts == []
        assert set(await rig.states()) <= {"live", "removed"}
