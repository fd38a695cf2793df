"""Hosts that want to be left alone, told from one service to the others."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from wellspring_common.cooldowns import KEY, MOST_HOSTS, Cooldowns
from wellspring_common.events.live import HostQuiet
from wellspring_common.fetch.pace import Pacer, PaceRule
from wellspring_common.testing.bus import MemoryBus
from wellspring_common.testing.clock import FrozenClock
from wellspring_common.testing.kv import MemoryValues

HOST = "files.example:443"


class World:
    """Services with a pacer each, around one broker."""

    def __init__(self) -> None:
        self.bus, self.values, self.clock = MemoryBus(), MemoryValues(), FrozenClock()

    @asynccontextmanager
    async def service(self, name: str) -> AsyncGenerator[Pacer]:
        pacer = Pacer(PaceRule(), clock=lambda: 0.0)
        cooldowns = Cooldowns(self.bus, self.values, pacer, self.clock, service=name)
        await cooldowns.load()
        task = asyncio.create_task(cooldowns.run())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        try:
            yield pacer
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def kept(self) -> dict[str, str]:
        held = self.values.held.get(KEY)
        found: dict[str, str] = json.loads(held.value) if held is not None else {}
        return found


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(3):
        while not holds():
            await asyncio.sleep(0.001)


@pytest.fixture
def world() -> World:
    return World()


async def test_what_one_is_told_the_others_heed(world: World) -> None:
    async with world.service("scraper") as scraper, world.service("health") as health:
        scraper.quiet(HOST, 40)
        await until(lambda: health.quiet_for(HOST) > 0)
        assert health.quiet_for(HOST) == scraper.quiet_for(HOST) == 40


async def test_it_outlives_a_restart_and_ends_in_time(world: World) -> None:
    async with world.service("scraper") as scraper:
        scraper.quiet(HOST, 40)
        await until(lambda: HOST in world.kept())
    world.clock.advance(timedelta(seconds=30))
    async with world.service("scraper") as again:
        assert again.quiet_for(HOST) == 10
    world.clock.advance(timedelta(seconds=11))
    async with world.service("scraper") as later:
        assert later.quiet_for(HOST) == 0


async def test_our_own_pace_is_nobodys_business(world: World) -> None:
    async with world.service("scraper") as scraper, world.service("health") as health:
        for _ in range(16):
            async with scraper.turn(HOST, patience_s=60):
                pass
        assert scraper.quiet_for(HOST) > 0
        await asyncio.sleep(0.01)
        assert (world.kept(), health.quiet_for(HOST)) == ({}, 0)


async def test_the_longer_wish_stays(world: World) -> None:
    async with world.service("scraper") as scraper, world.service("health") as health:
        scraper.quiet(HOST, 100)
        await until(lambda: HOST in world.kept())
        before = world.kept()
        health.quiet(HOST, 5)
        health.quiet("other.example:80", 5)
        await until(lambda: "other.example:80" in world.kept())
        assert world.kept()[HOST] == before[HOST]


async def test_a_swap_that_somebody_else_won_is_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, lost = world.values.swap, 0

    async def swap(key: str, value: bytes, revision: int) -> bool:
        nonlocal lost
        if lost < 2:
            lost += 1
            await world.values.put(key, b'{"others.example:80": "2999-01-01T00:00:00+00:00"}')
            return False
        return await real(key, value, revision)

    monkeypatch.setattr(world.values, "swap", swap)
    async with world.service("scraper") as scraper:
        scraper.quiet(HOST, 40)
        await until(lambda: HOST in world.kept())
    assert set(world.kept()) == {HOST, "others.example:80"}


async def test_without_a_broker_it_is_kept_until_it_is_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wellspring_common.cooldowns._AGAIN_S", 0.001)
    world.values.down = True
    async with world.service("scraper") as scraper:
        scraper.quiet(HOST, 40)
        await asyncio.sleep(0.01)
        assert scraper.quiet_for(HOST) == 40
        world.values.down = False
        await until(lambda: HOST in world.kept())


async def test_nobody_is_left_alone_for_a_year_by_hearsay(world: World) -> None:
    async with world.service("scraper") as scraper:
        far = world.clock.now() + timedelta(days=365)
        await world.bus.tell(HostQuiet(host=HOST, until=far, said_by="health"))
        await until(lambda: scraper.quiet_for(HOST) > 0)
        assert scraper.quiet_for(HOST) == 600


async def test_only_so_many_hosts_are_kept(world: World) -> None:
    later = world.clock.now() + timedelta(hours=1)
    known = {f"h{number}.example:80": later.isoformat() for number in range(MOST_HOSTS)}
    known["gone.example:80"] = (world.clock.now() - timedelta(hours=1)).isoformat()
    await world.values.put(KEY, json.dumps(known).encode())
    async with world.service("scraper") as scraper:
        scraper.quiet(HOST, 40)
        revision = world.values.puts
        await until(lambda: world.values.puts > revision)
    assert len(world.kept()) == MOST_HOSTS
    assert "gone.example:80" not in world.kept()


async def test_what_nobody_can_read_is_no_reason_to_stop(world: World) -> None:
    await world.values.put(KEY, b"[1, 2]")
    async with world.service("scraper") as scraper:
        scraper.quiet(HOST, 40)
        await until(lambda: HOST in world.kept())


async def test_a_host_may_want_more_time_between_two_requests() -> None:
    now = 0.0
    pacer = Pacer(PaceRule(), clock=lambda: now)
    pacer.slow(HOST, 7.0)
    async with pacer.turn(HOST, patience_s=0):
        pass
    assert pacer.quiet_for(HOST) == 7.0
    assert pacer.quiet_for("other.example:443") == 0.0
    now = 7.0
    assert pacer.quiet_for(HOST) == 0.0
