"""A connection goes back into its pool clean, without a question to the server."""

from collections.abc import AsyncGenerator

import pytest

from tests.integration.common.databases import administrator, opened
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common.postgres import Database


@pytest.fixture
async def held(database: FreshDatabase) -> AsyncGenerator[Database]:
    """The pool lends what came back last: in turn it is always the same connection."""
    async with opened(database, "refresher", pool_size=2) as pool:
        yield pool


async def test_a_transaction_left_open_is_rolled_back(held: Database) -> None:
    async with held.connection() as connection:
        await connection.execute("begin")
        await connection.execute(
            "insert into links.inbox (consumer, event_id) values ('c', gen_random_uuid())"
        )
    async with held.connection() as connection:
        assert await connection.fetchval("select count(*) from links.inbox") == 0
        assert not connection.is_in_transaction()


async def test_locks_and_settings_end_with_their_transaction(held: Database, database: FreshDatabase) -> None:
    async with held.transaction() as connection:
        await connection.execute("set local statement_timeout = 1234")
        await connection.execute("select pg_advisory_xact_lock(1)")
    async with held.connection() as connection:
        assert await connection.fetchval("show statement_timeout") != "1234ms"
    async with administrator(database) as admin:
        assert await admin.fetchval("select count(*) from pg_locks where locktype = 'advisory'") == 0


async def test_a_listener_that_went_hears_nothing_more(held: Database) -> None:
    def hear(*_: object) -> None:
        raise AssertionError("It has gone.")

    async with held.connection() as connection:
        await connection.add_listener("outbox_links", hear)
        await connection.remove_listener("outbox_links", hear)
    async with held.connection() as connection:
        assert await connection.fetch("select pg_listening_channels()") == []


async def test_a_loan_costs_its_own_statements_and_no_more(held: Database, database: FreshDatabase) -> None:
    async with held.connection() as connection:
        pid = await connection.fetchval("select pg_backend_pid()")
        await connection.execute("select 'the last word'")
    async with administrator(database) as admin:
        last = await admin.fetchval("select query from pg_stat_activity where pid = $1", pid)
    assert last == "select 'the last word'"
