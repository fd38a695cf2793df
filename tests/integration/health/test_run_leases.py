"""A run of probes is its worker's while looks come in, and somebody else's half a minute after."""

import asyncio
from datetime import datetime, timedelta

import pytest

from tests.integration.health.desk import Desk
from tests.unit.health.fakes import FakeProber
from wellspring_health.domain.evidence import Evidence
from wellspring_health.domain.looks import DueLink
from wellspring_health.settings import HealthSettings
from wellspring_health.sweeps import lease

SHORT = timedelta(seconds=0.3)
"""Its beats come every tenth of a second. The time that the lease is held against is the test's own."""


class Stuck(FakeProber):
    """Begins a look, and ends it when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()

    async def probe(self, link: DueLink, *, deadline_s: float) -> Evidence:
        self.begun.set()
        await self.go_on.wait()
        return await super().probe(link, deadline_s=deadline_s)


async def lease_of(desk: Desk) -> datetime:
    found = await desk.shelf.admin.fetchval("select lease_until from health.probe_runs")
    assert isinstance(found, datetime)
    return found


async def renewed(desk: Desk) -> None:
    """Wait until the lease counts from the time that it is now."""
    async with asyncio.timeout(20):
        while await lease_of(desk) < desk.shelf.clock.now() + SHORT:
            await asyncio.sleep(0.02)


def test_what_a_killed_worker_left_waits_half_a_minute_at_most() -> None:
    assert HealthSettings().run_lease <= timedelta(seconds=30)


async def test_a_slow_batch_keeps_its_run_as_long_as_it_takes(desk: Desk) -> None:
    await desk.shelf.many("one.example", 2)
    await desk.ask()
    slow, other = Stuck(), FakeProber()
    working = asyncio.create_task(desk.replica(slow, run_lease=SHORT).work_once())
    await slow.begun.wait()
    for _ in range(3):
        desk.shelf.clock.advance(10 * SHORT)
        await renewed(desk)
        assert not await desk.replica(other).work_once(), "the run is its worker's"
    slow.go_on.set()
    assert await working
    assert (len(slow.deadlines), other.deadlines) == (2, [])


async def test_the_run_of_a_killed_worker_is_taken_over_when_its_lease_is_over(desk: Desk) -> None:
    await desk.shelf.many("one.example", 2)
    run_id = await desk.ask()
    dying, other = Stuck(), FakeProber()
    working = asyncio.create_task(desk.replica(dying, run_lease=SHORT).work_once())
    await dying.begun.wait()
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    desk.shelf.clock.advance(await lease_of(desk) - desk.shelf.clock.now() - timedelta(milliseconds=1))
    assert not await desk.replica(other).work_once()
    desk.shelf.clock.advance(timedelta(milliseconds=1))
    assert await desk.replica(other).work_once()
    assert ((await desk.run(run_id))["state"], len(other.deadlines)) == ("done", 2)


async def test_a_worker_of_which_nothing_comes_any_more_loses_its_run(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "STALLED_S", 0.0)
    await desk.shelf.many("one.example", 2)
    run_id = await desk.ask()
    stuck, other = Stuck(), FakeProber()
    working = asyncio.create_task(desk.replica(stuck, run_lease=SHORT).work_once())
    await stuck.begun.wait()
    desk.shelf.clock.advance(SHORT)
    assert await desk.replica(other).work_once()
    stuck.go_on.set()
    assert await working
    run = await desk.run(run_id)
    assert (run["state"], run["done"], run["reasons"]) == ("done", 2, '{"alive": 2}'), "counted once"
