"""What is kept of answers: once asked for at a time, never older than a fact, bounded by size."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellspring_common.errors import DependencyDown
from wellspring_gateway.keeping import Found, Keeping


class Slow:
    """A truth that changes, and a way to ask for it that takes until somebody lets it answer."""

    def __init__(self) -> None:
        self.now = 0.0
        self.truth = 0
        self.asked = 0
        self.away = False
        self.gates: list[asyncio.Event] = []
        self.kept = Keeping[str, int]("state", most_bytes=100, monotonic=lambda: self.now)

    async def slowly(self) -> Found[int]:
        self.asked += 1
        seen, gate = self.truth, asyncio.Event()
        self.gates.append(gate)
        await gate.wait()
        return Found(seen, 10, 15.0)

    async def quickly(self) -> Found[int]:
        self.asked += 1
        if self.away:
            raise DependencyDown("away")
        return Found(self.truth, 10, 15.0)

    async def read(self, key: str = "a") -> tuple[int | None, bool]:
        return await self.kept.ask(key, self.quickly)


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_of_many_who_ask_at_once_one_really_asks() -> None:
    slow = Slow()
    asking = [asyncio.create_task(slow.kept.ask("a", slow.slowly)) for _ in range(20)]
    await settle()
    assert slow.asked == 1
    asking[5].cancel()
    slow.gates[0].set()
    answers = await asyncio.gather(*asking, return_exceptions=True)
    assert isinstance(answers.pop(5), asyncio.CancelledError)
    assert answers == [(0, False)] * 19


async def test_who_gives_up_does_not_take_the_answer_from_the_others() -> None:
    slow = Slow()
    asking = [asyncio.create_task(slow.kept.ask("a", slow.slowly)) for _ in range(20)]
    await settle()
    asking[0].cancel()  # the one that really asks
    await settle()
    assert slow.asked == 2
    slow.gates[1].set()
    answers = await asyncio.gather(*asking, return_exceptions=True)
    assert isinstance(answers.pop(0), asyncio.CancelledError)
    assert answers == [(0, False)] * 19


async def test_a_failure_is_told_to_all_who_wait_and_is_not_kept() -> None:
    slow = Slow()

    async def broken() -> Found[int]:
        await asyncio.sleep(0)
        raise ValueError("a bug")

    answers = await asyncio.gather(*(slow.kept.ask("a", broken) for _ in range(3)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [ValueError] * 3
    assert await slow.read() == (0, False)


async def test_a_fact_that_comes_while_it_is_asked_leaves_nothing_older_behind() -> None:
    slow = Slow()
    first = asyncio.create_task(slow.kept.ask("a", slow.slowly))
    await settle()
    slow.truth = 1
    slow.kept.forget("a")
    second = asyncio.create_task(slow.kept.ask("a", slow.slowly))
    await settle()
    slow.gates[1].set()
    assert await second == (1, False)
    slow.gates[0].set()
    assert await first == (0, False)  # who asked before the fact may be told what was so before it
    assert slow.kept.fresh("a") == 1


async def test_an_answer_is_given_unasked_until_its_time_and_no_longer() -> None:
    slow = Slow()
    await slow.read()
    slow.truth, slow.now = 1, 14.9
    assert await slow.read() == (0, False)
    slow.now = 15.0
    assert await slow.read() == (1, False)


async def test_what_is_no_longer_good_is_given_only_while_nobody_answers() -> None:
    slow = Slow()
    await slow.read()
    slow.kept.forget_all()
    slow.away = True
    assert await slow.read() == (0, True)
    with pytest.raises(DependencyDown):
        await slow.read("never seen")
    slow.away, slow.truth = False, 7
    assert await slow.read() == (7, False)


async def test_no_more_is_kept_than_fits_and_what_was_read_lately_stays() -> None:
    slow = Slow()
    for number in range(10):
        await slow.read(str(number))
    await slow.read("0")
    for number in range(10, 19):
        await slow.read(str(number))
    assert slow.kept.size == 100
    assert slow.kept.fresh("0") is not None
    assert slow.kept.fresh("1") is None


Deed = Callable[[Slow], Awaitable[None]]


@given(st.lists(st.sampled_from(["change", "ask", "answer", "wait", "flush"]), max_size=40))
def test_whatever_happens_when_no_answer_is_kept_that_is_older_than_a_fact(deeds: list[str]) -> None:
    async def play() -> None:
        slow = Slow()
        asking: list[asyncio.Task[tuple[int | None, bool]]] = []
        for deed in deeds:
            if deed == "change":
                slow.truth += 1
                slow.kept.forget("a")
            elif deed == "flush":
                slow.kept.forget_all()
            elif deed == "ask":
                asking.append(asyncio.create_task(slow.kept.ask("a", slow.slowly)))
            elif deed == "answer" and slow.gates:
                slow.gates.pop(len(slow.gates) // 2).set()
            else:
                slow.now += 4
            await settle()
            assert slow.kept.fresh("a") in {None, slow.truth}
        for gate in slow.gates:
            gate.set()
        await asyncio.gather(*asking)
        assert slow.kept.fresh("a") in {None, slow.truth}

    asyncio.run(play())
