from datetime import timedelta

from wellspring_common.testing.clock import START, FrozenClock


def test_a_frozen_clock_moves_only_when_told() -> None:
    clock = FrozenClock()
    assert clock.now() == clock.now() == START
    assert clock.advance(timedelta(hours=6)) == START + timedelta(hours=6) == clock.now()
