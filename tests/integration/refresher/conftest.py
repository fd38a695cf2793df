"""The refresher's store on a fresh database, with the refresher's own login."""

from collections.abc import AsyncGenerator

import asyncpg
import pytest

from tests.integration.common.databases import administrator, opened
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common.inbox import Inbox
from wellspring_common.outbox import Outbox
from wellspring_common.testing.clock import FrozenClock
from wellspring_refresher.adapters.crawls import PostgresCrawls
from wellspring_refresher.adapters.postgres import SCHEMA, PostgresStore


@pytest.fixture
async def store(database: FreshDatabase) -> AsyncGenerator[PostgresStore]:
    async with opened(database, "refresher") as held:
        yield PostgresStore(held, Outbox(SCHEMA), Inbox(SCHEMA))


@pytest.fixture
async def crawls(database: FreshDatabase) -> AsyncGenerator[PostgresCrawls]:
    async with opened(database, "refresher") as held:
        yield PostgresCrawls(held, Inbox(SCHEMA))


@pytest.fixture
async def admin(database: FreshDatabase) -> AsyncGenerator["asyncpg.Connection[asyncpg.Record]"]:
    async with administrator(database) as connection:
        yield connection


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()
