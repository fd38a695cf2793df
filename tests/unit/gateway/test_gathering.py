"""What is asked together: at once for who comes alone, and never seen before it was asked for."""

import asyncio
import random
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

import pytest

from wellspring_common.errors import DependencyDown
from wellspring_gateway.gathering import AT_ONCE, MOST, AskForMany, Gathering


class Slow:
    """A truth that changes, and a way to ask for much of it that takes until somebody lets it answer."""

    def __init__(self) -> None:
        self.truth = 0
        self.asked: list[tuple[int, ...]] = []
        self.gates: list[asyncio.Event] = []
        self.away = False
        self.lent, self.lendings, self.nothing_to_lend = 0, 0, False
        self.gathered = Gathering[int, str](self.turn)

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[AskForMany[int, str]]:
        if self.nothing_to_lend:
            raise DependencyDown("nothing to lend")
        self.lent += 1
        self.lendings += 1
        try:
            yield self.ask
        finally:
            self.lent -= 1

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
    tasks = await slow.want(1, 2, 3, 3)
    assert slow.asked == [(1,)]
    slow.truth = 1
    await slow.let_go()
    assert slow.asked == [(1,), (2, 3)]
    await slow.let_go()
    assert await asyncio.gather(*tasks) == ["1 of 0", "2 of 1", "3 of 1", "3 of 1"]


async def test_a_full_question_does_not_wait_for_the_one_before_it() -> None:
    slow = Slow()
    full = tuple(range(2, 2 + MOST))
    tasks = await slow.want(1, *full, 50, 51, 52, 53, 54)
    assert slow.asked == [(1,), full]
    assert len(slow.asked) == AT_ONCE
    await slow.let_go()
    assert slow.asked == [(1,), full, (50, 51, 52, 53)]
    await slow.let_go()
    assert slow.asked[-1] == (54,)
    await slow.let_go()
    assert all(await asyncio.gather(*tasks))


async def test_as_many_questions_begin_as_those_who_come_together_fill() -> None:
    for coming, questions in ((MOST, 1), (2 * MOST - 1, 1), (2 * MOST, 2)):
        slow = Slow()
        tasks = [asyncio.create_task(slow.gathered.answer(key)) for key in range(1, coming + 1)]
        await settle()
        assert [len(asked) for asked in slow.asked] == [MOST] * questions
        while not all(task.done() for task in tasks):
            await slow.let_go()
        assert all(await asyncio.gather(*tasks))


async def test_an_answer_is_never_older_than_its_asking() -> None:
    slow = Slow()
    tasks = await slow.want(1, 2)
    slow.truth = 1
    tasks += await slow.want(1)
    await slow.let_go()
    await slow.let_go()
    assert await asyncio.gather(*tasks) == ["1 of 0", "2 of 1", "1 of 1"]


async def test_nothing_is_an_answer() -> None:
    slow = Slow()
    tasks = await slow.want(0)
    await slow.let_go()
    assert await tasks[0] is None


async def test_a_failure_is_told_to_all_who_asked_and_to_nobody_after_them() -> None:
    slow = Slow()
    tasks = await slow.want(1, 2, 3)
    await slow.let_go()
    slow.away = True
    await slow.let_go()
    told = await asyncio.gather(*tasks, return_exceptions=True)
    assert told[0] == "1 of 0"
    assert [type(each) for each in told[1:]] == [DependencyDown] * 2
    slow.away = False
    (after,) = await slow.want(5)
    await slow.let_go()
    assert await after == "5 of 0"


async def test_who_leaves_is_not_asked_for_and_takes_nothing_from_the_others() -> None:
    slow = Slow()
    tasks = await slow.want(1, 2, 3)
    for leaving in tasks[:2]:
        leaving.cancel()
    await settle()
    await slow.let_go()
    assert slow.asked == [(1,), (3,)]
    await slow.let_go()
    assert await tasks[2] == "3 of 0"
    with pytest.raises(asyncio.CancelledError):
        await tasks[0]


async def test_nobody_waits_for_a_question_that_was_given_up() -> None:
    slow = Slow()
    tasks = await slow.want(1)
    (asking,) = slow.gathered._asking
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await tasks[0]


async def test_questions_that_follow_one_another_are_asked_with_what_was_lent_once() -> None:
    slow = Slow()
    tasks = await slow.want(1, 2)
    await slow.let_go()
    assert slow.asked == [(1,), (2,)]
    assert (slow.lent, slow.lendings) == (1, 1)
    await slow.let_go()
    assert slow.lent == 0
    assert all(await asyncio.gather(*tasks))


async def test_what_failed_is_given_back_before_the_next_question() -> None:
    slow = Slow()
    tasks = await slow.want(1, 2)
    slow.away = True
    await slow.let_go()
    slow.away = False
    assert (slow.lent, slow.lendings) == (1, 2)
    await slow.let_go()
    assert slow.lent == 0
    told = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(each) for each in told] == [DependencyDown, str]


async def test_whoever_waits_hears_that_there_is_nothing_to_ask_with() -> None:
    slow = Slow()
    slow.nothing_to_lend = True
    for task in await slow.want(1, 2):
        with pytest.raises(DependencyDown):
            await task
    assert slow.asked == []
    slow.nothing_to_lend = False
    (after,) = await slow.want(3)
    await slow.let_go()
    assert await after == "3 of 0"


@pytest.mark.parametrize("many", [2, 5, 12])
async def test_nobody_is_forgotten_whenever_they_come(many: int) -> None:
    chance = random.Random(7)

    async def pause(most: int) -> None:
        for _ in range(chance.randrange(most)):
            await asyncio.sleep(0)

    async def ask(keys: Sequence[int]) -> dict[int, int]:
        await pause(3)
        return {key: -key for key in keys}

    @asynccontextmanager
    async def turn() -> AsyncGenerator[AskForMany[int, int]]:
        await pause(3)
        yield ask
        await pause(3)

    gathered = Gathering[int, int](turn)

    async def come() -> None:
        for key in range(500):
            assert await gathered.answer(key) == -key
            await pause(6)

    async with asyncio.timeout(60):
        await asyncio.gather(*(come() for _ in range(many)))
