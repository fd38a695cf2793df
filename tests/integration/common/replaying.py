"""Consumers that fail while they are broken, on the real broker, and where their effects are stored."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import TypeAlias
from uuid import UUID

import asyncpg

from tests.contract.delivering import envelope_of
from tests.integration.common.databases import administrator
from tests.integration.common.deliveries import NOW
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common.bus.nats.bus import NatsBus
from wellspring_common.bus.port import Delivery, Subscription
from wellspring_common.errors import DependencyDown, Permanent
from wellspring_common.events.jobs import JobCancelled
from wellspring_common.events.specs import ConsumerSpec
from wellspring_common.ids import uuid7
from wellspring_common.inbox import Inbox, PostgresGraveyard
from wellspring_common.outbox import Outbox, Relay
from wellspring_common.postgres import Database

Sql: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
INBOX = Inbox("links")


class Service:
    """Consumers that store one effect an event, and those of them that are broken."""

    def __init__(self, held: Database, bus: NatsBus, *broken: ConsumerSpec) -> None:
        self._held = held
        self._bus = bus
        self.broken = {consumer.name for consumer in broken}
        self.heard: Counter[tuple[str, UUID]] = Counter()

    def handler(self, consumer: ConsumerSpec) -> Callable[[Delivery], Awaitable[None]]:
        """Return what a consumer does with an event."""

        async def handle(delivery: Delivery) -> None:
            event_id = delivery.envelope.event_id
            self.heard[consumer.name, event_id] += 1
            if consumer.name in self.broken:
                raise Permanent("The handler has a bug.", code="broken")
            async with self._held.transaction() as connection:
                if await INBOX.first_time(connection, consumer.name, event_id):
                    await connection.execute(
                        "insert into public.effects values ($1, $2)", consumer.name, event_id
                    )

        return handle

    @asynccontextmanager
    async def running(self, *consumers: ConsumerSpec) -> AsyncGenerator[None]:
        """Consume and relay for the length of the block."""
        graveyard = PostgresGraveyard(self._held, INBOX)
        work = [
            self._bus.consume(Subscription(consumer, {JobCancelled: self.handler(consumer)}), graveyard)
            for consumer in consumers
        ]
        work.append(Relay(self._held, self._bus, Outbox("links"), service="refresher").run())
        tasks = [asyncio.create_task(each) for each in work]
        try:
            yield
            assert not [task for task in tasks if task.done()]
        finally:
            for task in tasks:
                task.cancel()
            for task in tasks:
                with suppress(asyncio.CancelledError, DependencyDown):
                    await task


@asynccontextmanager
async def with_effects(database: FreshDatabase) -> AsyncGenerator[Sql]:
    """Yield the administrator of a database that has a table for the effects of handlers."""
    async with administrator(database) as connection:
        await connection.execute("create table public.effects (consumer text, event_id uuid)")
        await connection.execute("grant insert on public.effects to ws_refresher")
        yield connection


async def say(bus: NatsBus) -> UUID:
    """Publish an event that two consumers hear, and return its id."""
    event = JobCancelled(job_id=uuid7(), cancelled_by="ada", cancelled_at=NOW)
    envelope = envelope_of(event)
    await bus.publish(event, envelope)
    return envelope.event_id
