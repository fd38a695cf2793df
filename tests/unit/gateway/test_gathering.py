"""What is asked together: at once for who comes alone, and never seen before it was asked for."""

import asyncio
from collections.abc import Sequence

import pytest

from wellspring_common.errors import DependencyDown
from wellspring_gateway.gathering import AT_ONCE, MOST, Gathering


class Slow:
    """A truth that changes, and a way to ask for much of it that takes until somebody lets it answer."""

    def __init__(self) -> None:
        self.truth = 0
        self.asked: list[tuple[int, ...]] = []
        self.gates: list[asyncio.Event] = []
        self.away = False
        self.gathered = Gathering[int, str](self.ask)

    async def ask(self, keys: Sequence[int]) -> dict[int, str]:
        self.asked.append(tuple(keys))
        seen, gate = self.truth, asyncio.Event()
        self.gates.append(gate)
        await gate.wait()
        if self.away:
            raise DependencyDown("away")
        return {key: f"{key} of {seen}" for key in keys if key}

    async def want(self, *keys: int) -> list[asyncio.Task[str | None]]:
        """Ask for keys, one after the other."""
        tasks = []
        for key in keys:
            tasks.append(asyncio.create_task(self.gathered.answer(key)))
            await settle()
        return tasks

    async def let_go(self) -> None:
        """Let every question be answered that is under way."""
        gates, self.gates = self.gates, []
        for gate in gates:
            gate.set()
        await settle()


async def settle() -> None:
    for _ in range(6):
        await asyncio.sleep(0)


async def test_who_comes_alone_is_asked_for_at_once() -> None:
    slow = Slow()
    (task,) = await slow.want(1)
    assert slow.asked == [(1,)]
    await slow.let_go()
    assert await task == "1 of 0"
    (again,) = await slow.want(2)
    assert slow.asked == [(1,), (2,)]
    await slow.let_go()
    assert await again == "2 of 0"


async def test_who_comes_while_others_wait_goes_into_the_next_question() -> None:
    slow = Slow()
    tasks = await slow.want(1, 2, 3, 4, 3)
    assert slow.asked == [(1,), (2,)]
    assert len(slow.asked) == AT_ONCE
    slow.truth = 1
    await slow.let_go()
    assert slow.asked == [(1,), (2,), (3, 4)]
    await slow.let_go()
    assert await asyncio.gather(*tasks) == ["1 of 0", "2 of 0", "3 of 1", "4 of 1", "3 of 1"]


async def test_an_answer_is_never_older_than_its_asking() -> None:
    slow = Slow()
    tasks = await slow.want(1, 2)
    slow.truth = 1
    tasks += await slow.want(1)
    await slow.let_go()
    await slow.let_go()
    assert await asyncio.gather(*tasks) == ["1 of 0", "2 of 0", "1 of 1"]


async def test_a_question_has_a_bound() -> None:
    slow = Slow()
    tasks = await slow.want(*range(1, AT_ONCE + MOST + 2))
    await slow.let_go()
    assert [len(asked) for asked in slow.asked] == [1] * AT_ONCE + [MOST, 1]
    await slow.let_go()
    assert all(await asyncio.gather(*tasks))


async def test_nothing_is_an_answer() -> None:
    slow = Slow()
    tasks = await slow.want(0)
    await slow.let_go()
    assert await tasks[0] is None


async def test_a_failure_is_told_to_all_who_asked_and_to_nobody_after_them() -> None:
    slow = Slow()
    tasks = await slow.want(1, 2, 3, 4)
    await slow.let_go()
    slow.away = True
    await slow.let_go()
    told = await asyncio.gather(*tasks, return_exceptions=True)
    assert told[:AT_ONCE] == ["1 of 0", "2 of 0"]
    assert [type(each) for each in told[AT_ONCE:]] == [DependencyDown] * 2
    slow.away = False
    (after,) = await slow.want(5)
    await slow.let_go()
    assert await after == "5 of 0"


async def test_who_leaves_is_not_asked_for_and_takes_nothing_from_the_others() -> None:
    slow = Slow()
    tasks = await slow.want(1, 2, 3, 4)
    for leaving in (tasks[0], tasks[2]):
        leaving.cancel()
    await settle()
    await slow.let_go()
    assert slow.asked == [(1,), (2,), (4,)]
    await slow.let_go()
    assert (await tasks[1], await tasks[3]) == ("2 of 0", "4 of 0")
    with pytest.raises(asyncio.CancelledError):
        await tasks[0]


async def test_nobody_waits_for_a_question_that_was_given_up() -> None:
    slow = Slow()
    tasks = await slow.want(1)
    (asking,) = slow.gathered._asking
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await tasks[0]
