from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellspring_refresher.domain.popularity import Popularity, decayed, per_day, played

from .outlooks import NOBODY, NOW

DAY = timedelta(days=1)
HALF_LIFE = 3 * DAY


def test_a_play_counts_half_after_its_half_life() -> None:
    once = played(NOBODY, now=NOW, half_life=HALF_LIFE)
    assert once == Popularity(1, NOW)
    assert decayed(once, now=NOW + HALF_LIFE, half_life=HALF_LIFE) == 0.5
    assert played(once, now=NOW + HALF_LIFE, half_life=HALF_LIFE) == Popularity(1.5, NOW + HALF_LIFE)


def test_steady_viewing_is_told_as_what_it_is() -> None:
    popularity = NOBODY
    for hour in range(24 * 60):
        popularity = played(popularity, now=NOW + timedelta(hours=hour), half_life=HALF_LIFE)
    rate = per_day(popularity, now=popularity.at, half_life=HALF_LIFE)
    assert rate == pytest.approx(24, rel=0.02)


def test_a_clock_that_went_back_makes_nothing_grow() -> None:
    popularity = Popularity(4, NOW)
    assert decayed(popularity, now=NOW - DAY, half_life=HALF_LIFE) == 4
    assert played(popularity, now=NOW - DAY, half_life=HALF_LIFE) == Popularity(5, NOW)


@given(
    score=st.floats(0, 1e6),
    age=st.timedeltas(timedelta(0), 1000 * DAY),
    longer=st.timedeltas(timedelta(0), 1000 * DAY),
)
def test_what_nobody_watches_only_becomes_less(score: float, age: timedelta, longer: timedelta) -> None:
    popularity = Popularity(score, NOW)
    before = per_day(popularity, now=NOW + age, half_life=HALF_LIFE)
    assert 0 <= per_day(popularity, now=NOW + age + longer, half_life=HALF_LIFE) <= before
