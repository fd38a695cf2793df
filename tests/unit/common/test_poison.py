"""An event that may kill is run beside others, then alone, then not at all."""

import pytest

from tests.integration.common.deliveries import delivery_of
from tests.unit.common.test_handling import EVENT, nothing
from wellspring_common.bus.handling import Arrived, Handling
from wellspring_common.bus.isolation import Isolation
from wellspring_common.bus.poison import POISON, Verdict, judge
from wellspring_common.bus.port import Delivery, Subscription
from wellspring_common.errors import DependencyDown, Transient
from wellspring_common.events.catalog import CatalogChanged
from wellspring_common.events.topology import REFRESHER
from wellspring_common.testing.graveyard import MemoryGraveyard

NAME = REFRESHER.name
DELIVERY = delivery_of(EVENT)
KEY = (NAME, DELIVERY.envelope.event_id)


@pytest.mark.parametrize(
    ("unended", "verdict"),
    [
        pytest.param(0, Verdict.RUN, id="second run: the first was not noted, nothing is known"),
        pytest.param(1, Verdict.ALONE, id="third run: the second never ended"),
        pytest.param(2, Verdict.BURY, id="the one that was alone never ended either"),
        pytest.param(3, Verdict.BURY, id="more than that, after a burial that failed"),
    ],
)
def test_each_run_without_an_end_makes_an_event_more_suspect(unended: int, verdict: Verdict) -> None:
    assert judge(unended) is verdict


class Room:
    """A handler that looks around: who was with it when it ran."""

    def __init__(self, graveyard: MemoryGraveyard, *failures: Exception) -> None:
        self.graveyard = graveyard
        self.isolation = Isolation()
        self.noted: list[int] = []
        self.alone: list[bool] = []
        self.failures = list(failures)
        self.handling = Handling(
            Subscription(REFRESHER, {CatalogChanged: self.handle}), graveyard, self.isolation
        )

    async def handle(self, delivery: Delivery) -> None:
        self.noted.append(self.graveyard.unended_runs[KEY])
        self.alone.append(self.isolation._alone)
        if self.failures:
            raise self.failures.pop(0)

    async def bring(self, attempt: int) -> float | None:
        headers = DELIVERY.envelope.headers()
        arrived = Arrived(DELIVERY.subject, DELIVERY.payload, headers, attempt, nothing)
        return (await self.handling.handle(arrived)).again_after_s


@pytest.fixture
def graveyard() -> MemoryGraveyard:
    return MemoryGraveyard()


async def test_the_first_run_asks_and_notes_nothing(graveyard: MemoryGraveyard) -> None:
    room = Room(graveyard)
    graveyard.down = DependencyDown("Nobody may ask.")
    assert await room.bring(1) is None
    assert (room.noted, room.alone) == ([0], [False])


async def test_the_second_run_is_noted_while_it_lasts(graveyard: MemoryGraveyard) -> None:
    room = Room(graveyard)
    assert await room.bring(2) is None
    assert (room.noted, room.alone) == ([1], [False])
    assert not graveyard.unended_runs


async def test_a_suspect_runs_alone(graveyard: MemoryGraveyard) -> None:
    room = Room(graveyard)
    graveyard.unended_runs[KEY] = 1
    assert await room.bring(3) is None
    assert (room.noted, room.alone) == ([2], [True])
    assert not graveyard.unended_runs


async def test_what_killed_while_it_was_alone_is_buried_unrun(graveyard: MemoryGraveyard) -> None:
    room = Room(graveyard)
    graveyard.unended_runs[KEY] = 2
    assert await room.bring(4) is None
    assert room.noted == []
    (letter,) = graveyard.buried
    assert (letter.code, letter.dead) == (POISON, DELIVERY_AT_4)


DELIVERY_AT_4 = Delivery(
    DELIVERY.event, DELIVERY.envelope, DELIVERY.subject, DELIVERY.payload, attempt=4, working=nothing
)


@pytest.mark.parametrize("failure", [Transient("busy"), KeyError("x"), DependencyDown("away")])
async def test_a_failure_is_an_end_as_well(graveyard: MemoryGraveyard, failure: Exception) -> None:
    room = Room(graveyard, failure)
    graveyard.unended_runs[KEY] = 1
    assert await room.bring(3) is not None
    assert not graveyard.unended_runs


async def test_an_end_that_could_not_be_told_is_told_before_the_next_question(
    graveyard: MemoryGraveyard,
) -> None:
    """The database goes away in the middle of a run, time after time: nobody was killed by that."""

    class Leaves(Room):
        async def handle(self, delivery: Delivery) -> None:
            await super().handle(delivery)
            graveyard.down = DependencyDown("Postgres went away.")
            raise graveyard.down

    room = Leaves(graveyard)
    for attempt in range(2, 7):
        assert await room.bring(attempt) is not None
        graveyard.down = None
    assert graveyard.buried == []
    assert (room.noted, room.alone) == ([1] * 5, [False] * 5)


async def test_an_event_nobody_can_ask_about_is_not_run(graveyard: MemoryGraveyard) -> None:
    room = Room(graveyard)
    graveyard.down = DependencyDown("Postgres is away.")
    assert await room.bring(2) is not None
    assert room.noted == []
