from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.uploader.uploads import NOW
from wellspring_common.account_limits import Limits
from wellspring_common.events.uploads import UploadState
from wellspring_uploader.domain.calendar import (
    Ground,
    Turn,
    Waiting,
    Waits,
    calendar,
    next_multiple,
    slot_taken,
)
from wellspring_uploader.domain.quota import Used
from wellspring_uploader.domain.rules import DAY, Rules
from wellspring_uploader.domain.upload import ChannelState

RULES = Rules()
HOUR = timedelta(hours=1)
FULL_HOUR = datetime(2026, 1, 1, 13, tzinfo=UTC)
GROUND = Ground(HOUR, ChannelState.READY, Limits())


def waiting(number: int, state: UploadState = UploadState.PLANNED, **more: object) -> Waiting:
    return replace(Waiting(UUID(int=number), state, 24.0, FULL_HOUR), **more)  # type: ignore[arg-type]


def turns(ground: Ground, *queue: Waiting, now: datetime = NOW) -> list[Turn]:
    return calendar(ground, queue, now=now, rules=RULES)


def shown(found: list[Turn]) -> list[tuple[timedelta | None, str, bool]]:
    """Return each turn as the time after the first full hour, its reason, and whether it is due."""
    return [
        (None if turn.planned_at is None else turn.planned_at - FULL_HOUR, turn.waits_for.value, turn.is_due)
        for turn in found
    ]


def test_slots_begin_with_the_next_full_hour_in_utc() -> None:
    assert next_multiple(NOW, HOUR) == FULL_HOUR
    assert next_multiple(FULL_HOUR, HOUR) == FULL_HOUR + HOUR
    assert next_multiple(NOW, timedelta(seconds=7)) - NOW <= timedelta(seconds=7)


def test_one_episode_an_hour() -> None:
    found = shown(turns(GROUND, *(waiting(n) for n in (1, 2, 3))))
    assert found == [(0 * HOUR, "slot", False), (HOUR, "series", False), (2 * HOUR, "series", False)]


def test_who_has_the_slot_of_now_is_due_and_nobody_else() -> None:
    found = turns(GROUND, waiting(1), waiting(2), now=FULL_HOUR + timedelta(seconds=3))
    assert shown(found) == [(0 * HOUR, "slot", True), (HOUR, "series", False)]


def test_the_next_slot_is_an_interval_after_the_last_start() -> None:
    ground = replace(GROUND, last_started_at=FULL_HOUR)
    assert shown(turns(ground, waiting(2), now=FULL_HOUR + HOUR / 2)) == [(HOUR, "slot", False)]
    assert shown(turns(ground, waiting(2), now=FULL_HOUR + HOUR)) == [(HOUR, "slot", True)]


def test_after_an_outage_one_starts_at_once_and_the_next_an_interval_later() -> None:
    now = FULL_HOUR + 9 * HOUR + timedelta(minutes=20)
    ground = replace(GROUND, last_started_at=FULL_HOUR)
    first, second = turns(ground, waiting(2), waiting(3), now=now)
    assert first.is_due
    assert not second.is_due
    assert second.planned_at == now + HOUR
    started = slot_taken(first.planned_at or now, HOUR, now=now, rules=RULES)
    assert started == now
    (left,) = turns(replace(GROUND, last_started_at=started), waiting(3), now=now)
    assert left.planned_at == now + HOUR


def test_who_starts_in_time_keeps_to_the_full_hours() -> None:
    late = FULL_HOUR + timedelta(seconds=40)
    assert slot_taken(FULL_HOUR, HOUR, now=late, rules=RULES) == FULL_HOUR
    too_late = FULL_HOUR + timedelta(seconds=61)
    assert slot_taken(FULL_HOUR, HOUR, now=too_late, rules=RULES) == too_late


def test_while_one_is_under_way_nobody_is_due() -> None:
    ground = replace(GROUND, last_started_at=FULL_HOUR - HOUR, is_busy=True)
    found = turns(ground, waiting(2), waiting(3), now=FULL_HOUR + timedelta(minutes=10))
    assert [turn.is_due for turn in found] == [False, False]
    again = turns(ground, waiting(2), waiting(3), now=FULL_HOUR + timedelta(minutes=10, seconds=30))
    assert again == found, "what is late is not planned anew with every second"


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (ChannelState.PAUSED, Waits.PAUSED),
        (ChannelState.AUTH_PAUSED, Waits.AUTH),
        (ChannelState.HELD, Waits.HELD),
    ],
)
def test_a_target_that_stands_still_says_why(state: ChannelState, reason: Waits) -> None:
    found = turns(replace(GROUND, state=state), waiting(1), waiting(2), now=FULL_HOUR)
    assert found == [Turn(UUID(int=n), None, reason) for n in (1, 2)]


def test_a_paused_series_lets_the_next_one_go() -> None:
    found = turns(GROUND, waiting(1, is_paused=True), waiting(2), now=FULL_HOUR)
    assert found[0] == Turn(UUID(int=1), None, Waits.PAUSED)
    assert found[1].is_due


def test_nobody_overtakes_a_film_that_is_being_fetched() -> None:
    found = turns(GROUND, waiting(1, is_coming=True), waiting(2), now=FULL_HOUR)
    assert [(turn.waits_for, turn.is_due) for turn in found] == [
        (Waits.DOWNLOAD, False),
        (Waits.SERIES, False),
    ]


def test_a_second_try_takes_no_slot_and_nobody_overtakes_it() -> None:
    ground = replace(GROUND, last_started_at=FULL_HOUR)
    again = FULL_HOUR + timedelta(minutes=5)
    failed = waiting(1, UploadState.FAILED, next_try_at=again)
    before = turns(ground, failed, waiting(2), now=FULL_HOUR + timedelta(minutes=4))
    assert shown(before) == [(timedelta(minutes=5), "retry", False), (HOUR, "series", False)]
    assert [turn.is_due for turn in turns(ground, failed, waiting(2), now=again)] == [True, False]


def test_nobody_overtakes_who_waits_for_the_quota() -> None:
    until = FULL_HOUR + 5 * HOUR + timedelta(minutes=7)
    ground = replace(GROUND, quota_until=until, last_started_at=FULL_HOUR)
    held = waiting(1, UploadState.QUOTA_WAIT, next_try_at=until)
    found = turns(ground, held, waiting(2), now=FULL_HOUR + HOUR)
    assert found[0] == Turn(UUID(int=1), until, Waits.QUOTA)
    assert found[1] == Turn(UUID(int=2), until + HOUR, Waits.SERIES)


def test_who_waited_for_the_quota_goes_a_slot_behind_who_was_moved_before_it() -> None:
    until = FULL_HOUR + 5 * HOUR
    ground = replace(GROUND, quota_until=until, last_started_at=FULL_HOUR)
    held = waiting(1, UploadState.QUOTA_WAIT, next_try_at=until)
    found = turns(ground, waiting(2), held, now=FULL_HOUR + HOUR)
    assert [turn.planned_at for turn in found] == [until, until + HOUR]
    after, now = replace(ground, quota_until=None, last_started_at=until), until + timedelta(minutes=2)
    overtaken = replace(held, is_overtaken=True)
    assert turns(after, overtaken, now=now) == [Turn(UUID(int=1), until + HOUR, Waits.QUOTA)]
    assert turns(after, held, now=now)[0].is_due


@pytest.mark.parametrize("state", [UploadState.PLANNED, UploadState.FAILED])
def test_no_calendar_shows_anybody_before_who_goes_first(state: UploadState) -> None:
    at_once = waiting(3, state, next_try_at=FULL_HOUR - timedelta(minutes=20))
    found = turns(GROUND, waiting(1), waiting(2), at_once, waiting(4), now=FULL_HOUR - timedelta(minutes=20))
    planned = [turn.planned_at - FULL_HOUR for turn in found if turn.planned_at is not None]
    assert planned == [0 * HOUR, HOUR, HOUR, 2 * HOUR]


def test_a_full_day_is_seen_before_anybody_is_refused() -> None:
    ground = replace(GROUND, limits=Limits(videos_per_day=2))
    found = turns(ground, *(waiting(n) for n in range(1, 5)))
    full = DAY + RULES.quota_margin
    assert shown(found) == [
        (0 * HOUR, "slot", False),
        (HOUR, "series", False),
        (full, "quota", False),
        (full + HOUR, "series", False),
    ]


@given(
    count=st.integers(1, 60),
    limit=st.tuples(st.integers(1, 20), st.integers(1, 120)),
    interval=st.integers(60, 7200),
    ago=st.lists(st.integers(0, 1440), max_size=20),
    late=st.integers(0, 10_000),
)
def test_every_calendar_is_in_order_spaced_and_within_the_quota(
    count: int, limit: tuple[int, int], interval: int, ago: list[int], late: int
) -> None:
    (per_day, minutes), step = limit, timedelta(seconds=interval)
    used = tuple(Used(NOW - timedelta(minutes=one), 24) for one in ago)
    last = max((each.at for each in used), default=None)
    limits = Limits(videos_per_day=per_day, minutes_per_day=600)
    ground = Ground(step, ChannelState.READY, limits, used, last_started_at=last)
    now = NOW + timedelta(seconds=late)
    queue = [Waiting(UUID(int=n), UploadState.PLANNED, float(minutes), NOW) for n in range(1, count + 1)]
    found = [turn.planned_at or now for turn in calendar(ground, queue, now=now, rules=RULES)]
    starts = [max(at, now) for at in found]
    # The first may start a moment after its slot, which the second keeps to.
    assert all(later - earlier >= step - RULES.on_time for earlier, later in pairwise(starts))
    everything = [*used, *(Used(at, minutes) for at in starts)]
    for at in starts:
        window = [each for each in everything if at - DAY < each.at <= at]
        assert len(window) <= per_day
        assert sum(each.minutes for each in window) <= 600
