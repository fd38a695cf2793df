"""While Postgres is away its consumers wait: nothing is lost or counted, and little is brought in vain."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import replace
from uuid import UUID

import pytest
from prometheus_client import REGISTRY

from tests.contract.delivering import envelope_of, started
from tests.integration.common.databases import administrator, opened
from tests.integration.common.waiting import eventually
from tests.support.outage import postgres_away
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_cli.testing import SharedServers
from wellspring_common.bus.nats.bus import NatsBus
from wellspring_common.bus.nats.connection import connected
from wellspring_common.bus.port import Delivery, Subscription
from wellspring_common.events.scrape import ScrapeStarted
from wellspring_common.events.topology import REFRESHER
from wellspring_common.inbox import Inbox, PostgresGraveyard
from wellspring_common.postgres import Database

EVENTS = 120
AWAY_S = 3.0
PACE = 0.1
PATIENCE_S = 30.0
INBOX = Inbox("links")


class Work:
    """One insert for each event, and how often each was brought."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.brought: defaultdict[UUID, int] = defaultdict(int)
        self.stored = 0

    async def handle(self, delivery: Delivery) -> None:
        event_id = delivery.envelope.event_id
        self.brought[event_id] = max(self.brought[event_id], delivery.attempt)
        async with self._database.transaction() as connection:
            if await INBOX.first_time(connection, REFRESHER.name, event_id):
                await connection.execute("insert into public.effects values ($1)", event_id)
        self.stored += 1

    async def count(self) -> int:
        return self.stored


async def paused() -> float | None:
    return REGISTRY.get_sample_value("wellspring_consumer_paused", {"consumer": REFRESHER.name})


async def say(bus: NatsBus, count: int) -> None:
    for number in range(count):
        event = started(number)
        await bus.publish(event, envelope_of(event))


@pytest.fixture
async def held(database: FreshDatabase) -> AsyncGenerator[Database]:
    async with administrator(database) as admin:
        await admin.execute("create table public.effects (event_id uuid)")
        await admin.execute("grant all on public.effects to public")
    async with opened(database, "refresher") as pool:
        yield pool


@pytest.fixture
async def bus(servers: SharedServers, topology: str) -> AsyncGenerator[NatsBus]:
    async with connected(servers.nats.url(), "test") as connection:
        yield NatsBus(connection, prefix=topology, service="test", pace=PACE)


@pytest.mark.parametrize("pauses", [True, False], ids=["with a pause", "control: without"])
async def test_an_outage_of_postgres_costs_no_event_and_no_attempt(
    servers: SharedServers, database: FreshDatabase, held: Database, bus: NatsBus, pauses: bool
) -> None:
    work = Work(held)
    subscription = Subscription(REFRESHER, {ScrapeStarted: work.handle})
    if pauses:
        subscription = replace(subscription, ready=held.ping)
    await say(bus, EVENTS // 2)
    consuming = asyncio.create_task(bus.consume(subscription, PostgresGraveyard(held, INBOX)))
    try:
        await eventually(work.count, lambda found: found >= EVENTS // 4)
        async with postgres_away(servers):
            await say(bus, EVENTS - EVENTS // 2)
            if pauses:
                await eventually(paused, lambda found: found == 1)
            before = work.stored
            await asyncio.sleep(AWAY_S)  # the length of the outage is the point
            assert work.stored == before
        await eventually(work.count, lambda found: found >= EVENTS, within=PATIENCE_S)
        assert await paused() == 0
    finally:
        consuming.cancel()
        with suppress(asyncio.CancelledError):
            await consuming
    async with administrator(database) as admin:
        assert await admin.fetchval("select count(*) from public.effects") == EVENTS
        assert await admin.fetchval("select count(distinct event_id) from public.effects") == EVENTS
        assert await admin.fetchval("select count(*) from links.attempts") == 0
        assert await admin.fetchval("select count(*) from links.dead_letters") == 0
    in_vain = sum(brought - 1 for brought in work.brought.values())
    if pauses:
        assert in_vain <= 4 * REFRESHER.working
        assert max(work.brought.values()) <= 4
    else:
        assert in_vain > EVENTS
