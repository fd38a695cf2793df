"""A stop under load gives back what was pulled and not begun: nobody waits for it to be missed."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Any

import pytest

from tests.contract.delivering import envelope_of, started
from tests.integration.common.waiting import eventually
from wellspring_cli.testing import SharedServers
from wellspring_common.bus.nats import pull as pull_module
from wellspring_common.bus.nats.bus import NatsBus
from wellspring_common.bus.nats.connection import connected
from wellspring_common.bus.nats.consumer import Consumer
from wellspring_common.bus.port import Delivery, Subscription
from wellspring_common.events.scrape import ScrapeStarted
from wellspring_common.events.topology import REFRESHER
from wellspring_common.testing.graveyard import MemoryGraveyard

EVENTS = 400
STOPS = 12
PACE = 0.1
SOON_S = 15.0
"""Less than the time after which the broker brings again what nobody gave back: `ack_wait_s`."""


class Work:
    def __init__(self) -> None:
        self.handled: Counter[int] = Counter()

    async def handle(self, delivery: Delivery) -> None:
        assert isinstance(delivery.event, ScrapeStarted)
        await asyncio.sleep(0.002)
        self.handled[delivery.event.episode_id] += 1

    async def count(self) -> int:
        return len(self.handled)


@pytest.fixture
async def bus(servers: SharedServers, topology: str) -> AsyncGenerator[NatsBus]:
    async with connected(servers.nats.url(), "test") as connection:
        bus = NatsBus(connection, prefix=topology, service="test", pace=PACE)
        events = [started(number) for number in range(EVENTS)]
        for first in range(0, EVENTS, 50):
            some = events[first : first + 50]
            await asyncio.gather(*(bus.publish(event, envelope_of(event)) for event in some))
        yield bus


async def consume_and_stop(bus: NatsBus, work: Work, *, until: int, within: float = SOON_S) -> None:
    subscription = Subscription(REFRESHER, {ScrapeStarted: work.handle})
    task = asyncio.create_task(bus.consume(subscription, MemoryGraveyard()))
    try:
        await eventually(work.count, lambda found: found >= until, within=within)
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_nothing_that_was_pulled_is_missed_after_a_stop(bus: NatsBus) -> None:
    assert REFRESHER.ack_wait_s > SOON_S
    work = Work()
    for stop in range(1, STOPS + 1):
        await consume_and_stop(bus, work, until=stop * 20)
    await consume_and_stop(bus, work, until=EVENTS)
    assert set(work.handled.values()) == {1}


async def test_without_giving_back_a_stop_leaves_events_behind(
    bus: NatsBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: what was on its way at the stop comes again only after `ack_wait_s`."""

    async def keep(self: Consumer) -> None:
        while self._pull.take() is not None:
            pass

    async def leave(subscription: Any) -> None:
        await subscription.unsubscribe()

    monkeypatch.setattr(Consumer, "_give_back", keep)
    monkeypatch.setattr(pull_module, "_leave", leave)
    work = Work()
    for stop in range(1, STOPS + 1):
        await consume_and_stop(bus, work, until=stop * 20)
    with pytest.raises(AssertionError, match="not within"):
        await consume_and_stop(bus, work, until=EVENTS, within=8)
