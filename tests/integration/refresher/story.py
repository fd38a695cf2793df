"""Scrapes of one episode as they end, and what the refresher stores of them."""

from datetime import timedelta
from typing import Any

import asyncpg

from tests.integration.common.deliveries import delivery_of
from wellspring_common.events.links import LinksUpdated
from wellspring_common.events.scrape import LinksScraped, ScrapeFailed
from wellspring_common.events.topology import REFRESHER
from wellspring_common.testing.clock import FrozenClock
from wellspring_common.tunables import Tunables
from wellspring_refresher.adapters.postgres import PostgresStore

HOUR = timedelta(hours=1)
ALWAYS = Tunables(refresh_policy="always")


class Story:
    """Events of one episode as they come in, and what is stored after them."""

    def __init__(
        self, store: PostgresStore, admin: "asyncpg.Connection[asyncpg.Record]", clock: FrozenClock
    ) -> None:
        self.store, self.admin, self.clock = store, admin, clock

    async def found(self, event: LinksScraped) -> int | None:
        return await self.store.links_found(
            REFRESHER.name, delivery_of(event), event, now=self.clock.now(), tunables=ALWAYS
        )

    async def failed(self, event: ScrapeFailed) -> None:
        await self.store.scrape_failed(
            REFRESHER.name, delivery_of(event), event, now=self.clock.now(), tunables=ALWAYS
        )

    async def links(self) -> dict[str, dict[str, Any]]:
        rows = await self.admin.fetch("select * from links.links order by id")
        return {row["server"]: dict(row) for row in rows}

    async def job(self, job_id: object) -> dict[str, Any]:
        return dict(await self.admin.fetchrow("select * from links.jobs where id = $1", job_id) or {})

    async def schedule(self) -> dict[str, Any]:
        return dict(await self.admin.fetchrow("select * from links.refresh_schedule") or {})

    async def told(self) -> list[LinksUpdated]:
        rows = await self.admin.fetch(
            "select payload from links.outbox where subject = 'links.updated' order by id"
        )
        events = [LinksUpdated.decode(row["payload"]) for row in rows]
        return [event for event in events if isinstance(event, LinksUpdated)]
