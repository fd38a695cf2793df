"""The database of a test, as a service sees it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import asyncpg
from pydantic import SecretStr

from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common.postgres import Database, open_database
from wellspring_common.settings import PostgresSettings

OWNERS = {"catalog": "gateway", "links": "refresher", "health": "health", "uploads": "uploader"}
"""The schemas with messaging tables, and the service that owns each."""


@asynccontextmanager
async def opened(held: FreshDatabase, service: str, *, pool_size: int = 4) -> AsyncGenerator[Database]:
    """Open the database with a service's own login."""
    settings = PostgresSettings(database_url=SecretStr(held.url_for(service)), database_pool_size=pool_size)
    async with open_database(settings, service=service) as database:
        yield database


@asynccontextmanager
async def administrator(held: FreshDatabase) -> AsyncGenerator["asyncpg.Connection[asyncpg.Record]"]:
    """Connect as the superuser, to arrange and to look."""
    connection = await asyncpg.connect(held.admin_url)
    try:
        yield connection
    finally:
        await connection.close()
