"""Health's store on a fresh database, with health's own login, and links to care for."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest

from tests.integration.common.databases import administrator, opened
from tests.integration.health.desk import Desk
from tests.integration.health.shelf import Shelf
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common.inbox import Inbox
from wellspring_common.outbox import Outbox
from wellspring_common.testing.clock import FrozenClock
from wellspring_health.adapters.postgres import SCHEMA, PostgresStore
from wellspring_health.adapters.runs import PostgresRuns


@pytest.fixture
async def store(database: FreshDatabase) -> AsyncGenerator[PostgresStore]:
    async with opened(database, "health") as held:
        yield PostgresStore(held, Outbox(SCHEMA), Inbox(SCHEMA))


@pytest.fixture
async def admin(database: FreshDatabase) -> AsyncGenerator[Any]:
    async with administrator(database) as connection:
        yield connection


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def shelf(store: PostgresStore, admin: Any, clock: FrozenClock) -> Shelf:
    return Shelf(store, admin, clock)


@pytest.fixture
async def desk(shelf: Shelf, database: FreshDatabase) -> AsyncGenerator[Desk]:
    async with opened(database, "health") as held:
        yield Desk(shelf, PostgresRuns(held, Inbox(SCHEMA)))
