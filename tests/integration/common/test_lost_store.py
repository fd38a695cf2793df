"""A broker that lost its data is told again what was published, and nothing happens twice by it."""

import shutil
from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest

from tests.integration.common.databases import opened
from tests.integration.common.deliveries import NOW
from tests.integration.common.own_nats import OwnNats
from tests.integration.common.replaying import Service, Sql, with_effects
from tests.integration.common.trapped import back, stored
from tests.integration.common.waiting import eventually
from wellspring_cli.outboxes import republish
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common.bus.nats.bus import NatsBus
from wellspring_common.bus.nats.connection import connected
from wellspring_common.bus.nats.topology import ensure
from wellspring_common.events.jobs import JobCancelled
from wellspring_common.events.topology import REFRESHER
from wellspring_common.ids import uuid7
from wellspring_common.outbox import Outbox, Relay
from wellspring_common.postgres import Database

OUTBOX = Outbox("links")


@pytest.fixture
async def sql(database: FreshDatabase) -> AsyncGenerator[Sql]:
    async with with_effects(database) as connection:
        yield connection


@pytest.fixture
async def held(database: FreshDatabase) -> AsyncGenerator[Database]:
    async with opened(database, "refresher") as pool:
        yield pool


async def add(held: Database) -> None:
    async with held.transaction() as connection:
        event = JobCancelled(job_id=uuid7(), cancelled_by="ada", cancelled_at=NOW)
        await OUTBOX.add(connection, event, now=NOW)


async def test_what_was_published_before_the_loss_is_handled_once(
    sql: Sql, held: Database, database: FreshDatabase, server: OwnNats, prefix: str
) -> None:
    """Of two events one was handled before the store was lost with both of them."""

    async def effects() -> int:
        return int(await sql.fetchval("select count(distinct event_id) from public.effects"))

    async def waiting() -> int:
        return int(await sql.fetchval("select count(*) from links.outbox where published_at is null"))

    async with connected(server.url, "test") as connection:
        bus = NatsBus(connection, prefix=prefix, service="refresher")
        await add(held)
        async with Service(held, bus).running(REFRESHER):
            await eventually(effects, lambda found: found == 1)
            # what is cut between publishing and noting it is published again
            await eventually(waiting, lambda found: found == 0)
        await add(held)
        assert await Relay(held, bus, OUTBOX, service="refresher").drain() == 1
        assert await stored(connection, prefix) == 2

        await server.kill()
        shutil.rmtree(server.folder / "store")
        await server.start()
        await ensure(server.url, prefix=prefix)
        await back(bus)
        assert await stored(connection, prefix) == 0

        told = await republish(database.admin_url, timedelta(hours=1), ("links",))
        assert told == {"links": 2}
        service = Service(held, bus)
        async with service.running(REFRESHER):
            await eventually(effects, lambda found: found == 2)

            async def heard() -> int:
                return service.heard.total()

            await eventually(heard, lambda found: found == 2)
        assert await sql.fetchval("select count(*) from public.effects") == 2
