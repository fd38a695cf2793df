"""Beside others or alone: never both, never for ever, whoever gives up meanwhile."""

import asyncio
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.examples import examples
from wellspring_common.bus.isolation import Isolation

PATIENCE_S = 5.0


class Floor:
    """Counts who is at work."""

    def __init__(self) -> None:
        self.isolation = Isolation(sign_of_life_s=0.001)
        self.together = 0
        self.alone = 0
        self.order: list[str] = []

    async def work(self, name: str, alone: bool, steps: int) -> None:
        turn = self.isolation.alone() if alone else self.isolation.together()
        async with turn:
            self.order.append(name)
            self.alone += alone
            self.together += not alone
            try:
                for _ in range(steps + 1):
                    assert self.alone <= 1
                    assert not (self.alone and self.together)
                    await asyncio.sleep(0)
            finally:
                self.alone -= alone
                self.together -= not alone


WORKERS = st.lists(
    st.tuples(
        st.booleans(),  # alone
        st.integers(0, 4),  # how long
        st.integers(0, 6),  # when it comes
        st.none() | st.integers(0, 8),  # when it is cancelled
    ),
    min_size=1,
    max_size=30,
)


@settings(max_examples=examples(200), deadline=None)
@given(workers=WORKERS)
def test_nobody_is_beside_one_who_is_alone_and_everybody_gets_a_turn(
    workers: list[tuple[bool, int, int, int | None]],
) -> None:
    async def day() -> None:
        floor = Floor()

        async def one(index: int, alone: bool, steps: int, comes: int) -> None:
            for _ in range(comes):
                await asyncio.sleep(0)
            await floor.work(str(index), alone, steps)

        async def cancelling(task: asyncio.Task[None], when: int) -> None:
            for _ in range(when):
                await asyncio.sleep(0)
            task.cancel()

        async with asyncio.timeout(PATIENCE_S):
            tasks = []
            for index, (alone, steps, comes, cancelled) in enumerate(workers):
                task = asyncio.create_task(one(index, alone, steps, comes))
                tasks.append((task, cancelled))
                if cancelled is not None:
                    tasks.append((asyncio.create_task(cancelling(task, cancelled)), None))
            for task, cancelled in tasks:
                with suppress(asyncio.CancelledError):
                    await task
                assert cancelled is not None or not task.cancelled()
            # Whatever happened, the floor is free.
            await floor.work("last", alone=True, steps=0)
            await floor.work("very last", alone=False, steps=0)
        assert floor.isolation._together == 0
        assert not floor.isolation._alone
        assert not floor.isolation._want_alone
        assert not floor.isolation._want_together

    asyncio.run(day())


async def begun(floor: Floor, name: str, alone: bool, steps: int = 3) -> asyncio.Task[None]:
    task = asyncio.create_task(floor.work(name, alone, steps))
    await asyncio.sleep(0)
    return task


async def test_who_wants_to_be_alone_goes_before_those_who_come_later() -> None:
    floor = Floor()
    tasks = [await begun(floor, name, name.startswith("alone")) for name in ("a", "alone", "b", "c")]
    await asyncio.gather(*tasks)
    assert floor.order == ["a", "alone", "b", "c"]


async def test_a_row_of_suspects_keeps_nobody_waiting_for_ever() -> None:
    floor = Floor()
    names = ("a", "alone 1", "alone 2", "b", "alone 3", "c")
    await asyncio.gather(*[await begun(floor, name, name.startswith("alone")) for name in names])
    assert floor.order == ["a", "alone 1", "b", "c", "alone 2", "alone 3"]


async def test_one_who_gives_up_waiting_keeps_nobody_waiting() -> None:
    floor = Floor()
    long = await begun(floor, "a", alone=False, steps=1000)
    suspect = await begun(floor, "alone", alone=True)
    later = await begun(floor, "b", alone=False)
    suspect.cancel()
    await asyncio.wait_for(later, PATIENCE_S)
    assert not long.done()
    await long
    assert floor.order == ["a", "b"]


async def test_who_waits_says_so() -> None:
    isolation, said = Isolation(sign_of_life_s=0.001), asyncio.Event()
    heard = 0

    async def waiting() -> None:
        nonlocal heard
        heard += 1
        if heard == 3:
            said.set()

    async def suspect() -> None:
        async with isolation.alone(waiting):
            pass

    async with isolation.together():
        task = asyncio.create_task(suspect())
        await asyncio.wait_for(said.wait(), PATIENCE_S)
    await asyncio.wait_for(task, PATIENCE_S)


async def test_a_sign_of_life_that_fails_ends_the_wait_and_nothing_else() -> None:
    isolation = Isolation(sign_of_life_s=0.001)

    async def fails() -> None:
        raise RuntimeError("The broker is away.")

    async with isolation.together():
        with pytest.raises(RuntimeError):
            async with isolation.alone(fails):
                raise AssertionError("It is not alone.")
        async with isolation.together():
            pass
