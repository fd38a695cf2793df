"""A series goes out: in time, once, and in order."""

from datetime import timedelta

from tests.integration.uploader.publishing_rig import Rig

HOUR = timedelta(hours=1)


async def test_a_series_goes_out_one_episode_an_hour_from_the_next_full_hour(rig: Rig) -> None:
    await rig.add_target()
    rig.clock.advance(timedelta(minutes=30))
    said = await rig.schedule(await rig.add_series(episodes=3))
    first = rig.now + timedelta(minutes=30)
    assert (said.episodes, said.starts_at) == (3, first)
    planned = await rig.rows("u.planned_at", "u.waits_for")
    assert planned == [(first, "slot"), (first + HOUR, "series"), (first + 2 * HOUR, "series")]
    worker = await rig.worker()
    await rig.run_until_idle(worker)
    assert await rig.states() == ["planned"] * 3
    for number in (1, 2, 3):
        rig.clock.advance(first + (number - 1) * HOUR - rig.now)
        await rig.run_until_idle(worker)
        assert [video.title for video in rig.platform.published][-1] == f"Show - Episode {number}"
        assert len(rig.platform.published) == number
    assert await rig.states() == ["live"] * 3
    assert await rig.facts() == ["upload.scheduled"] + ["upload.completed"] * 3
    assert rig.platform.drafts == []
    assert rig.platform.playlists == {"Show - Season 1": ["v1", "v2", "v3"]}
    (state,) = await rig.admin.fetchrow("select state from uploads.schedules")
    assert state == "done"
    assert await rig.admin.fetchval("select count(*) from uploads.ledger where published_at is not null") == 3
