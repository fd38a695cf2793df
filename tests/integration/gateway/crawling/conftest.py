"""The gateway's crawling stores on a fresh database, with the gateway's own login."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from tests.integration.common.databases import administrator, opened
from tests.integration.common.deliveries import delivery_of
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common.events.crawl import CrawledTitle
from wellspring_common.fetch.guard import Guard
from wellspring_common.inbox import Inbox
from wellspring_common.outbox import Outbox
from wellspring_common.postgres import Database
from wellspring_gateway.adapters.catalogues import PostgresCatalogues
from wellspring_gateway.adapters.crawled import PostgresCrawled
from wellspring_gateway.crawling import CrawlTally
from wellspring_gateway.domain.catalogues import CatalogueForm

from .found import DEFINITION, HOST, NOW, crawled

SCHEMA = "catalog"


@dataclass(frozen=True)
class Library:
    """The library, and the two stores that crawls change it through."""

    database: Database
    admin: "asyncpg.Connection[asyncpg.Record]"
    crawled: PostgresCrawled
    catalogues: PostgresCatalogues
    catalogue_id: int

    async def add_catalogue(self, name: str, definition: str = DEFINITION, **changes: Any) -> int:
        """Store a catalogue that is read on demand only."""
        values = {"every_minutes": None, "full_every_hours": None} | changes
        form = CatalogueForm(name=name, definition=definition, base_urls=(HOST,), **values)
        saved = await self.catalogues.save(form, catalogue_id=None, now=NOW)
        assert saved is not None
        return saved

    async def store(
        self, *titles: CrawledTitle, job_id: UUID | None = None, definition: str = DEFINITION
    ) -> CrawlTally:
        """Store titles as one event brings them, and return what that changed."""
        event = crawled(self.catalogue_id, *titles, job_id=job_id, definition=definition)
        tally = await self.crawled.store("gateway", delivery_of(event), event, now=NOW)
        assert tally is not None
        return tally

    async def rows(self, sql: str, *values: object) -> list[dict[str, Any]]:
        """Return what a query finds."""
        return [dict(row) for row in await self.admin.fetch(sql, *values)]

    async def stored(self) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """Return every row that a crawl may change, as it is now."""
        tables = ("titles", "episodes", "sources", "catalog_refs", "merge_candidates", "posters")
        return {table: await self.rows(f"select * from catalog.{table} order by 1, 2, 3") for table in tables}

    async def told(self) -> list[dict[str, Any]]:
        """Return what was told of the catalogue, oldest first."""
        return await self.rows(
            "select convert_from(payload, 'utf8')::json ->> 'change' as change, "
            "json_array_length(convert_from(payload, 'utf8')::json -> 'episode_ids') as episodes "
            "from catalog.outbox where subject = 'catalog.changed' order by id"
        )


@pytest.fixture
async def library(database: FreshDatabase) -> AsyncGenerator[Library]:
    """Lend an empty library with one catalogue."""
    async with AsyncExitStack() as stack:
        held = await stack.enter_async_context(opened(database, "gateway"))
        admin = await stack.enter_async_context(administrator(database))
        guard = Guard()
        inbox, outbox = Inbox(SCHEMA), Outbox(SCHEMA)
        library = Library(
            held,
            admin,
            PostgresCrawled(held, outbox, inbox, vet=lambda url: str(guard.vet(url))),
            PostgresCatalogues(held, outbox, inbox, vet=lambda url: str(guard.vet(url))),
            0,
        )
        first = await library.add_catalogue("First")
        yield Library(held, admin, library.crawled, library.catalogues, first)
