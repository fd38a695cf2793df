"""Letters as services leave them, and what became of them."""

from uuid import UUID

import asyncpg

from tests.integration.common.databases import OWNERS, opened
from tests.integration.common.deliveries import NOW, delivery_of
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common.bus.port import Delivery, Undecodable
from wellspring_common.dead_letters import Address
from wellspring_common.events.links import LinksDied
from wellspring_common.events.scrape import ScrapeStarted
from wellspring_common.events.topology import GATEWAY, HEALTH, REFRESHER
from wellspring_common.ids import uuid7
from wellspring_common.inbox import Inbox, PostgresGraveyard

CONSUMERS = {"catalog": GATEWAY, "links": REFRESHER, "health": HEALTH}
"""A consumer whose letters each schema keeps. The uploader has none yet."""


def started(event_id: UUID | None = None) -> Delivery:
    """Return an event for the refresher."""
    return delivery_of(ScrapeStarted(job_id=uuid7(), episode_id=1, attempt=1, started_at=NOW), event_id)


def died() -> Delivery:
    """Return an event of another kind."""
    return delivery_of(LinksDied(episode_id=1, links=(), reason="not_found", checked_at=NOW))


async def bury(
    database: FreshDatabase,
    dead: Delivery | Undecodable,
    *,
    schema: str = "links",
    consumer: str = REFRESHER.name,
    code: str = "bug",
    detail: str = "KeyError: 'x'",
) -> Address:
    """Have a service give up on a message, and return its open letter."""
    async with opened(database, OWNERS[schema]) as held:
        await PostgresGraveyard(held, Inbox(schema)).bury(consumer, dead, code, detail)
        async with held.connection() as connection:
            sql = f"select max(id) from {schema}.dead_letters where state = 'open'"
            return Address(schema, int(await connection.fetchval(sql)))


async def outbox_of(sql: "asyncpg.Connection[asyncpg.Record]", schema: str = "links") -> list[asyncpg.Record]:
    """Return what a schema's outbox holds, oldest first."""
    return await sql.fetch(
        f"select event_id, subject, headers::text as headers, payload, state from {schema}.outbox order by id"
    )
