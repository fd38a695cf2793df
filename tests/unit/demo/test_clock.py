"""The world's clock can be moved and sped up without surprises."""

import pytest

from wellspring_demo.domain.clock import WorldClock


class Real:
    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


def test_an_untouched_world_tells_real_time() -> None:
    real = Real()
    clock = WorldClock(real)
    real.seconds += 5
    assert clock.now() == 1_005
    assert clock.offset_s == 0


def test_an_offset_is_counted_from_real_time_however_often_it_is_set() -> None:
    clock = WorldClock(Real())
    clock.set_offset(3_600)
    clock.set_offset(60)
    assert clock.now() == 1_060


def test_an_advance_is_counted_from_where_the_world_is() -> None:
    clock = WorldClock(Real())
    clock.advance(100)
    clock.advance(20)
    assert clock.offset_s == 120


def test_a_new_rate_speeds_the_world_up_without_a_jump() -> None:
    real = Real()
    clock = WorldClock(real)
    clock.set_rate(60)
    assert clock.now() == 1_000
    real.seconds += 10
    assert clock.now() == 1_600
    clock.set_rate(1)
    real.seconds += 10
    assert clock.now() == 1_610


def test_a_world_may_stand_still_but_not_run_backwards() -> None:
    real = Real()
    clock = WorldClock(real)
    clock.set_rate(0)
    real.seconds += 10
    assert clock.now() == 1_000
    with pytest.raises(ValueError, match="negative"):
        clock.set_rate(-1)
