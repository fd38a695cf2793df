"""The refresher's store on a fresh database, with the refresher's own login."""

from collections.abc import AsyncGenerator

import asyncpg
import pytest

from tests.integration.common.databases import administrator, opened
from tests.integration.common.library import Episode, add_episode
from tests.integration.refresher.rig import Rig, rigged
from tests.integration.refresher.story import Story
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common.inbox import Inbox
from wellspring_common.outbox import Outbox
from wellspring_common.testing.clock import FrozenClock
from wellspring_refresher.adapters.crawls import PostgresCrawls
from wellspring_refresher.adapters.due import PostgresDue
from wellspring_refresher.adapters.planning import PostgresPlanning
from wellspring_refresher.adapters.postgres import SCHEMA, PostgresStore
from wellspring_refresher.adapters.viewing import PostgresViewing


@pytest.fixture
async def store(database: FreshDatabase) -> AsyncGenerator[PostgresStore]:
    async with opened(database, "refresher") as held:
        yield PostgresStore(held, Outbox(SCHEMA), Inbox(SCHEMA))


@pytest.fixture
async def due(database: FreshDatabase) -> AsyncGenerator[PostgresDue]:
    async with opened(database, "refresher") as held:
        yield PostgresDue(held, Outbox(SCHEMA))


@pytest.fixture
async def viewing(database: FreshDatabase) -> AsyncGenerator[PostgresViewing]:
    async with opened(database, "refresher") as held:
        yield PostgresViewing(held, Inbox(SCHEMA))


@pytest.fixture
async def planning(database: FreshDatabase) -> AsyncGenerator[PostgresPlanning]:
    async with opened(database, "refresher") as held:
        yield PostgresPlanning(held)


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


@pytest.fixture
async def rig(
    database: FreshDatabase, admin: "asyncpg.Connection[asyncpg.Record]", clock: FrozenClock
) -> AsyncGenerator[Rig]:
    async with rigged(database, admin, clock) as made:
        yield made


@pytest.fixture
async def episode(admin: "asyncpg.Connection[asyncpg.Record]") -> Episode:
    return await add_episode(admin)


@pytest.fixture
def story(store: PostgresStore, admin: "asyncpg.Connection[asyncpg.Record]", clock: FrozenClock) -> Story:
    return Story(store, admin, clock)
