"""What the tests of the broker's traps share: a bus on a server of their own, and a consumer on it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from tests.contract.delivering import Script, envelope_of
from tests.integration.common.own_nats import OwnNats
from tests.integration.common.waiting import eventually
from wellspring_common.bus.nats.bus import NatsBus
from wellspring_common.bus.nats.connection import Connection, connected
from wellspring_common.bus.port import Delivery, Subscription
from wellspring_common.errors import DependencyDown
from wellspring_common.events.scrape import ScrapeStarted
from wellspring_common.events.specs import ConsumerSpec
from wellspring_common.events.topology import REFRESHER
from wellspring_common.testing.graveyard import MemoryGraveyard


@asynccontextmanager
async def bus_on(server: OwnNats, prefix: str, *, pace: float = 0.02) -> AsyncGenerator[NatsBus]:
    """A bus on a server."""
    async with connected(server.url, "test") as connection:
        yield NatsBus(connection, prefix=prefix, service="test", pace=pace)


@asynccontextmanager
async def consuming(
    bus: NatsBus,
    handler: Script,
    *,
    spec: ConsumerSpec = REFRESHER,
    graveyard: MemoryGraveyard | None = None,
) -> AsyncGenerator[asyncio.Task[None]]:
    """Handle what starts for the length of the block, which the consumer must outlive."""
    subscription = Subscription(spec, {ScrapeStarted: handler})
    task = asyncio.create_task(bus.consume(subscription, graveyard or MemoryGraveyard()))
    try:
        yield task
        assert not task.done(), task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def say(bus: NatsBus, event: ScrapeStarted) -> None:
    """Publish an event under an id of its own."""
    await bus.publish(event, envelope_of(event))


async def back(bus: NatsBus) -> None:
    """Wait until the broker answers again."""

    async def pings() -> bool:
        try:
            await bus.ping()
        except DependencyDown:
            return False
        return True

    await eventually(pings, bool)


async def stored(connection: Connection, prefix: str, stream: str = "EVENTS") -> int:
    """Return how many messages a stream holds."""
    info = await connection.client.jetstream().stream_info(f"{prefix.upper()}_{stream}")
    return info.state.messages


async def is_down(connection: Connection) -> bool:
    """Return whether the client has noticed that its server is away."""
    return connection.client.is_reconnecting


def episode_of(delivery: Delivery) -> int:
    """Return what tells the events of these tests apart."""
    assert isinstance(delivery.event, ScrapeStarted)
    return delivery.event.episode_id
