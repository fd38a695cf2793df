"""Only one works, and it stops before another may begin."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import pytest

from tests.support.virtual_time import in_virtual_time
from wellspring_common.duty import Duty
from wellspring_common.errors import DependencyDown


@dataclass
class Table:
    """What a broker would know of one lease."""

    holder: str | None = None
    away: bool = False
    hangs: bool = False
    missed: int = 0


@dataclass
class LeaseOf:
    """A lease on the table, for one name."""

    table: Table
    name: str
    lasts_s: float = 0.08
    given_back: list[str] = field(default_factory=list)

    async def take(self) -> bool:
        if self.table.away:
            self.table.missed += 1
            raise DependencyDown("away")
        if self.table.hangs:
            await asyncio.Event().wait()
        if self.table.holder in {None, self.name}:
            self.table.holder = self.name
        return self.table.holder == self.name

    async def give_back(self) -> None:
        self.given_back.append(self.name)
        if self.table.holder == self.name:
            self.table.holder = None


@dataclass
class Worker:
    """Counts how many of it are at work."""

    at_work: list[str] = field(default_factory=list)
    most: int = 0

    async def work(self, name: str) -> None:
        self.at_work.append(name)
        self.most = max(self.most, len(self.at_work))
        try:
            await asyncio.Event().wait()
        finally:
            self.at_work.remove(name)


def on_duty(table: Table, worker: Worker, name: str) -> tuple[Duty, "asyncio.Task[None]", list[bool]]:
    """Start a process of a service, as far as its duty goes."""
    told: list[bool] = []
    duty = Duty(LeaseOf(table, name), name="scraper", tell=told.append)

    async def live() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(duty.run())
            group.create_task(duty.only_on_duty(lambda: worker.work(name)))

    return duty, asyncio.create_task(live()), told


async def until(holds: Callable[[], bool], patience_s: float = 2.0) -> None:
    async with asyncio.timeout(patience_s):
        while not holds():
            await asyncio.sleep(0.005)


async def ended(*tasks: "asyncio.Task[None]") -> None:
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@in_virtual_time
async def test_the_second_stands_by_and_takes_over_when_the_first_ends() -> None:
    table, worker = Table(), Worker()
    _, first, told = on_duty(table, worker, "first")
    await until(lambda: worker.at_work == ["first"])
    standby, second, _ = on_duty(table, worker, "second")
    await asyncio.sleep(0.1)
    assert worker.at_work == ["first"]
    assert not standby.is_on
    await ended(first)
    assert told == [False, True, False]
    await until(lambda: worker.at_work == ["second"])
    assert worker.most == 1
    await ended(second)


@in_virtual_time
async def test_the_lease_is_kept_until_the_work_has_ended() -> None:
    table, order = Table(), list[str]()
    lease = LeaseOf(table, "first", given_back=order)
    duty = Duty(lease, name="scraper", tell=lambda _: None)

    async def slow_to_end() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(0.05)
            order.append("work ended")

    async def live() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(duty.run())
            group.create_task(duty.only_on_duty(slow_to_end))

    living = asyncio.create_task(live())
    await until(lambda: duty.is_on)
    await asyncio.sleep(0.02)
    await ended(living)
    assert order == ["work ended", "first"]


@in_virtual_time
async def test_a_broker_that_is_away_ends_the_duty_in_time_and_not_before() -> None:
    table, worker = Table(), Worker()
    duty, living, _ = on_duty(table, worker, "first")
    await until(lambda: worker.at_work == ["first"])
    table.away = True
    await until(lambda: table.missed == 1)
    assert duty.is_on, "one missed renewal is no reason to stop"
    await until(lambda: not duty.is_on)
    await until(lambda: worker.at_work == [])
    table.away = False
    await until(lambda: worker.at_work == ["first"])
    await ended(living)


@in_virtual_time
async def test_a_broker_that_never_answers_does_not_make_the_duty_longer_than_the_lease() -> None:
    table, told = Table(), list[tuple[bool, float]]()
    clock = asyncio.get_running_loop().time
    lease = LeaseOf(table, "first", lasts_s=0.8)
    duty = Duty(lease, name="scraper", tell=lambda on: told.append((on, clock())))
    keeping = asyncio.create_task(duty.run())
    await until(lambda: duty.is_on)
    table.hangs = True
    await until(lambda: not duty.is_on)
    (_, (began, since), (ends, at)) = told
    assert (began, ends) == (True, False)
    assert 0.4 < at - since < 0.75, "a quarter of the lease is kept for clocks and slow machines"
    await ended(keeping)


@in_virtual_time
async def test_a_lease_that_somebody_else_has_ends_the_work_at_once() -> None:
    table, worker = Table(), Worker()
    duty, living, _ = on_duty(table, worker, "first")
    await until(lambda: worker.at_work == ["first"])
    table.holder = "second"
    await until(lambda: worker.at_work == [])
    assert not duty.is_on
    await ended(living)


@in_virtual_time
async def test_work_that_fails_is_not_hidden() -> None:
    duty = Duty(LeaseOf(Table(), "first"), name="scraper", tell=lambda _: None)

    async def broken() -> None:
        raise ZeroDivisionError

    running = asyncio.create_task(duty.run())
    with pytest.raises(ZeroDivisionError):
        await duty.only_on_duty(broken)
    await ended(running)
