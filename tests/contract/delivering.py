"""Events on a bus of any kind, and consumers that fail as they are told."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from uuid import UUID

from tests.contract.worlds import World
from wellspring_common.bus.port import Delivery, Handler, Subscription
from wellspring_common.errors import DependencyDown
from wellspring_common.events.envelope import Envelope, Event
from wellspring_common.events.scrape import ScrapeStarted
from wellspring_common.events.topology import REFRESHER
from wellspring_common.ids import uuid7
from wellspring_common.testing.graveyard import MemoryGraveyard

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
PATIENCE_S = 10.0


def started(episode_id: int = 1, attempt: int = 1) -> ScrapeStarted:
    return ScrapeStarted(job_id=uuid7(), episode_id=episode_id, attempt=attempt, started_at=NOW)


def envelope_of(event: Event, event_id: UUID | None = None) -> Envelope:
    identity = event_id or uuid7()
    return Envelope(
        event_id=identity,
        emitted_at=NOW,
        correlation_id=identity,
        schema_name=f"{event.subject}/{event.version}",
    )


async def publish(world: World, event: Event, event_id: UUID | None = None) -> Envelope:
    envelope = envelope_of(event, event_id)
    await world.bus.publish(event, envelope)
    return envelope


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not holds():
            await asyncio.sleep(0.005)


class Script:
    """A handler that fails as told, one entry a call, and then handles."""

    def __init__(self, *failures: BaseException) -> None:
        self.seen: list[Delivery] = []
        self._failures = list(failures)

    async def __call__(self, delivery: Delivery) -> None:
        self.seen.append(delivery)
        if self._failures:
            raise self._failures.pop(0)


@asynccontextmanager
async def consuming(
    world: World, handler: Handler, graveyard: MemoryGraveyard
) -> AsyncGenerator[asyncio.Task[None]]:
    subscription = Subscription(REFRESHER, {ScrapeStarted: handler})
    task = asyncio.create_task(world.bus.consume(subscription, graveyard))
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def nothing_left(world: World, graveyard: MemoryGraveyard) -> list[Delivery]:
    """Return what a fresh consumer gets ahead of an event that is published now."""
    last = started(episode_id=999)
    after = Script()
    await publish(world, last)
    async with consuming(world, after, graveyard):
        await until(lambda: any(each.event == last for each in after.seen))
    return [each for each in after.seen if each.event != last]


async def answers(ping: Callable[[], Awaitable[None]]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                return await ping()
            except DependencyDown:
                await asyncio.sleep(0.02)
