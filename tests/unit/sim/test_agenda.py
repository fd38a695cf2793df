import random
from functools import partial

from wellspring_sim.agenda import SLOT_S, Agenda

from .small import DAY


def test_deeds_come_in_the_order_of_their_time_and_those_of_one_moment_as_they_were_put_down() -> None:
    luck = random.Random(5)
    moments = [luck.choice((0.0, SLOT_S, 2 * SLOT_S, luck.uniform(0, DAY))) for _ in range(3000)]
    agenda, done = Agenda(), list[tuple[float, int]]()

    def note(number: int, now: float) -> None:
        done.append((now, number))

    for number, when in enumerate(moments):
        agenda.at(when, partial(note, number))
    agenda.run(DAY)
    assert done == sorted((when, number) for number, when in enumerate(moments))


def test_a_deed_may_put_down_others_for_now_and_for_later_and_none_comes_before_its_time() -> None:
    agenda, done = Agenda(), list[float]()

    def note(now: float) -> None:
        done.append(now)
        if len(done) < 40:
            agenda.at(now, done.append)
            agenda.at(now + SLOT_S * 0.7, note)

    agenda.at(1.0, note)
    agenda.at(float("inf"), note)
    agenda.run(SLOT_S * 5)
    assert done == sorted(done)
    assert done[-1] <= SLOT_S * 5
    held = len(done)
    agenda.run(DAY)
    assert len(done) > held
    assert min(done[held:]) > SLOT_S * 5
