"""How often a link is looked at: what is watched often, the rest seldom, nothing in step."""

from datetime import UTC, datetime, timedelta

from wellspring_health.domain.rhythm import (
    AT_HAND,
    DEAD_LOOK,
    FIRST_DOUBT,
    HURRIED,
    KEPT_READY,
    LONGEST_DEAD_LOOK,
    LONGEST_DOUBT,
    WATCHED_PER_DAY,
    back_off,
    dead_look,
    interval_of,
    jitter,
    trusted_for,
)
from wellspring_refresher.domain.rules import Rules

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
WATCHED, IDLE = timedelta(minutes=30), timedelta(hours=24)
SECOND = timedelta(seconds=1)


def test_what_is_watched_is_looked_at_more_often() -> None:
    assert interval_of(WATCHED_PER_DAY, watched=WATCHED, idle=IDLE) == WATCHED
    assert interval_of(0.01, watched=WATCHED, idle=IDLE) == IDLE
    assert interval_of(0, watched=IDLE, idle=WATCHED) == IDLE, "nobody's links are never asked more often"


def test_what_somebody_is_about_to_open_is_looked_at_most_often_and_then_kept_ready() -> None:
    def wait(ago: timedelta | None, plays: float = 0.0) -> timedelta:
        return interval_of(plays, watched=WATCHED, idle=IDLE, wanted_ago=ago)

    assert wait(timedelta(0)) == wait(AT_HAND - SECOND) == WATCHED / HURRIED
    assert wait(AT_HAND) == wait(KEPT_READY - SECOND) == WATCHED
    assert wait(KEPT_READY) == wait(None) == IDLE
    assert wait(KEPT_READY, plays=1.0) == WATCHED


def test_health_keeps_the_next_episode_in_view_as_long_as_the_refresher_keeps_it_ready() -> None:
    assert Rules().next_up_for == KEPT_READY


def test_what_stays_dead_is_asked_less_and_less_often() -> None:
    assert dead_look(timedelta(0)) == dead_look(timedelta(hours=5)) == DEAD_LOOK
    assert dead_look(timedelta(hours=20)) == timedelta(hours=20)
    assert dead_look(timedelta(days=40)) == LONGEST_DEAD_LOOK


def test_each_link_has_its_own_lot_and_keeps_it() -> None:
    lots = [jitter(number) for number in range(10_000)]
    assert lots == [jitter(number) for number in range(10_000)]
    assert min(lots) >= 0.85
    assert max(lots) <= 1.15
    for low in range(6):
        share = sum(0.85 + low / 20 <= lot < 0.9 + low / 20 for lot in lots) / len(lots)
        assert abs(share - 1 / 6) < 0.01, "spread evenly"


def test_a_guessed_expiry_is_looked_at_in_time_and_what_outlives_it_more_often() -> None:
    plain = trusted_for(7, interval=IDLE, now=NOW)
    assert plain == IDLE * jitter(7)
    soon = NOW + timedelta(hours=6)
    assert trusted_for(7, interval=IDLE, now=NOW, expires_at=soon) == timedelta(hours=6)
    assert trusted_for(7, interval=IDLE, now=NOW, expires_at=NOW + 2 * IDLE) == plain
    assert trusted_for(7, interval=IDLE, now=NOW, expires_at=NOW - IDLE) == plain / 2
    assert trusted_for(7, interval=IDLE, now=NOW, expires_at=NOW + timedelta(seconds=1)) == plain / 8


def test_waits_double_up_to_six_hours() -> None:
    assert [back_off(times) for times in (1, 2, 3)] == [FIRST_DOUBT, FIRST_DOUBT * 2, FIRST_DOUBT * 4]
    assert back_off(6) == back_off(500) == LONGEST_DOUBT
