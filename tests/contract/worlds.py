"""The two buses under one face, so that one test can run on both."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from wellspring_common.bus.nats.bus import NatsBus
from wellspring_common.bus.nats.connection import connected
from wellspring_common.bus.port import Bus, Values
from wellspring_common.events.topology import HOSTS_BUCKET
from wellspring_common.testing.bus import MemoryBus
from wellspring_common.testing.kv import MemoryValues

PACE = 0.02
"""Every wait of the retry table, 50 times as fast."""


@dataclass(frozen=True)
class World:
    """A bus, and how to take its broker away and bring it back."""

    bus: Bus
    stop: Callable[[], Awaitable[None]]
    start: Callable[[], Awaitable[None]]
    values: Values
    """A bucket of the broker."""


@asynccontextmanager
async def memory_world() -> AsyncGenerator[World]:
    """A bus in memory."""
    bus, values = MemoryBus(pace=PACE), MemoryValues()

    async def stop() -> None:
        bus.stop()
        values.down = True

    async def start() -> None:
        bus.start()
        values.down = False

    yield World(bus, stop, start, values)


@asynccontextmanager
async def nats_world(
    url: str, prefix: str, stop: Callable[[], Awaitable[None]], start: Callable[[], Awaitable[None]]
) -> AsyncGenerator[World]:
    """A bus on a server that has its topology already."""
    async with connected(url, "contract") as connection:
        bus = NatsBus(connection, prefix=prefix, service="contract", pace=PACE)
        yield World(bus, stop, start, bus.bucket(HOSTS_BUCKET))
