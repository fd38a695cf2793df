from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.uploader.uploads import NOW
from wellspring_common.account_limits import PRESETS, Limits
from wellspring_uploader.domain.quota import (
    Used,
    free_at,
    is_full,
    wait_after_refusal,
)
from wellspring_uploader.domain.rules import DAY, Rules

RULES = Rules()
HOUR = timedelta(hours=1)
STANDARD = PRESETS["standard"]


def hourly(count: int, minutes: float = 24) -> list[Used]:
    return [Used(NOW - n * HOUR, minutes) for n in range(count)]


def test_a_standard_account_makes_fifteen_short_films_a_day() -> None:
    assert free_at(hourly(14), STANDARD, 24, at=NOW, rules=RULES) == NOW
    oldest = NOW - 14 * HOUR
    assert free_at(hourly(15), STANDARD, 24, at=NOW, rules=RULES) == oldest + DAY + RULES.quota_margin


@pytest.mark.parametrize(("minutes", "films"), [(24, 15), (45, 13), (60, 10), (90, 6), (120, 5)])
def test_the_minutes_of_a_day_are_counted_too(minutes: float, films: int) -> None:
    assert not is_full(hourly(films - 1, minutes), STANDARD, minutes, now=NOW, rules=RULES)
    assert is_full(hourly(films, minutes), STANDARD, minutes, now=NOW, rules=RULES)


def test_a_film_that_is_a_day_old_counts_no_more() -> None:
    one = Limits(videos_per_day=1)
    used = [Used(NOW - DAY - RULES.quota_margin, 24)]
    assert free_at(used, one, 24, at=NOW, rules=RULES) == NOW
    assert free_at([Used(NOW - DAY, 24)], one, 24, at=NOW, rules=RULES) == NOW + RULES.quota_margin


def test_an_account_without_limits_is_never_full() -> None:
    assert free_at(hourly(500), Limits(), 500, at=NOW, rules=RULES) == NOW
    assert not is_full(hourly(500), Limits(), 500, now=NOW, rules=RULES)


@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(1, 120)), max_size=40), st.integers(1, 120))
def test_when_it_is_free_the_limits_hold(past: list[tuple[int, int]], minutes: int) -> None:
    used = [Used(NOW - timedelta(minutes=ago), length) for ago, length in past]
    at = free_at(used, STANDARD, minutes, at=NOW, rules=RULES)
    window = [each for each in used if each.at + DAY > at]
    assert at >= NOW
    assert len(window) < 15
    assert sum(each.minutes for each in window) + minutes <= 600


def wait(used: list[Used], *, refusals: int = 0, said: timedelta | None = None) -> timedelta:
    until = wait_after_refusal(
        used,
        STANDARD,
        minutes=24,
        refusals=refusals,
        said=None if said is None else NOW + said,
        now=NOW,
        jitter=0.5,
        rules=RULES,
    )
    return until - NOW


def test_a_refused_account_waits_until_its_oldest_film_is_a_day_old() -> None:
    assert wait(hourly(15)) == 10 * HOUR + timedelta(minutes=5)


@pytest.mark.parametrize(("refusals", "hours"), [(0, 1), (1, 2), (2, 4), (3, 4), (9, 4)])
def test_a_refusal_that_our_ledger_does_not_explain_is_asked_again_later_and_later(
    refusals: int, hours: int
) -> None:
    assert wait([], refusals=refusals) == hours * HOUR + timedelta(minutes=5)
    assert wait(hourly(3), refusals=refusals) == hours * HOUR + timedelta(minutes=5)


def test_nobody_waits_longer_than_the_oldest_film_counts() -> None:
    almost = [Used(NOW - DAY + timedelta(minutes=30), 24)]
    assert wait(almost, refusals=2) == timedelta(minutes=35)


def test_what_the_platform_says_counts_unless_it_is_over() -> None:
    assert wait(hourly(15), said=timedelta(minutes=7)) == timedelta(minutes=7)
    assert wait([], said=timedelta(minutes=-7)) == HOUR + timedelta(minutes=5)
