"""A week of three series under a daily limit, on a clock of its own: the calendar said it all before."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from tests.integration.uploader.publishing_rig import CHOICES, Rig
from wellspring_common.uploading import ScheduleSeries

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
PER_DAY = 15
EPISODES = 35
"""Three series of so many are seven days of fifteen."""


@pytest.mark.long
async def test_a_week_of_three_series_goes_out_in_order_at_the_hours_that_were_shown(rig: Rig) -> None:
    await rig.add_target()
    rig.platform.videos_per_day = PER_DAY
    shown: list[tuple[str | None, datetime | None]] = []
    for title in ("First", "Second", "Third"):
        series = await rig.add_series(title, episodes=EPISODES)
        wish = ScheduleSeries(title_id=series.title_id, choices=CHOICES, requested_by="anna")
        rehearsal = await rig.asked.dry_run(wish)
        shown += [(slot.video_title, slot.planned_at) for slot in rehearsal.slots]
        await rig.schedule(series)
    assert [at for (at,) in await rig.rows("u.planned_at")] == [at for _, at in shown]
    began = rig.now
    for _ in range(8):
        await rig.run_for(await rig.worker(), DAY)  # the uploader is started again every day
    out = rig.platform.published
    assert [(video.title, video.published_at) for video in out] == shown
    assert [video.title for video in out] == [
        f"{title} - Episode {number}"
        for title in ("First", "Second", "Third")
        for number in range(1, EPISODES + 1)
    ]
    moments = [video.created_at for video in out]
    assert all(later - earlier >= HOUR for earlier, later in pairwise(moments))
    assert all(later - earlier > DAY for earlier, later in zip(moments, moments[PER_DAY:], strict=False))
    assert timedelta(days=6) < moments[-1] - began < timedelta(days=8)
    assert set(await rig.rows("u.state", "u.tries")) == {("live", 0)}
    steps = await rig.admin.fetch("select code from uploads.steps where code = 'quota_reached'")
    assert steps == [], "the platform never had to refuse"
    assert rig.platform.drafts == []
