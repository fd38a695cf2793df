"""What asyncpg raises, in our words: only what a wait can mend may wait."""

import asyncio
from collections.abc import AsyncGenerator
from typing import TypeAlias
from urllib.parse import urlsplit

import asyncpg
import pytest
from pydantic import SecretStr

from tests.integration.common.databases import administrator, opened
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common import postgres
from wellspring_common.errors import DependencyDown, Transient
from wellspring_common.postgres import Connection, Database, open_database
from wellspring_common.settings import PostgresSettings
from wellspring_common.urls import with_login


@pytest.fixture
async def held(database: FreshDatabase) -> AsyncGenerator[Database]:
    async with opened(database, "health", pool_size=2) as pool:
        yield pool


Admin: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


async def lose(connection: Connection, admin: Admin) -> None:
    """Have the server end a connection."""
    pid = await connection.fetchval("select pg_backend_pid()")
    await admin.execute("select pg_terminate_backend($1)", pid)


async def asks_while_it_dies(held: Database, admin: Admin) -> None:
    async with held.connection() as connection:
        await lose(connection, admin)
        await connection.fetchval("select pg_sleep(5)")


async def writes_while_it_dies(held: Database, admin: Admin) -> None:
    async with held.transaction() as connection:
        await connection.execute(
            "insert into health.inbox (consumer, event_id) values ('a', gen_random_uuid())"
        )
        await lose(connection, admin)


async def test_a_killed_connection_is_a_dependency_that_is_down_and_the_next_one_works(
    held: Database, database: FreshDatabase
) -> None:
    """Whenever it dies: a query that meets the dying connection raises an internal error of asyncpg."""
    async with administrator(database) as admin:
        for _ in range(20):
            with pytest.raises(DependencyDown):
                await asks_while_it_dies(held, admin)
            await held.ping()


async def test_a_connection_that_dies_in_a_transaction_commits_nothing(
    held: Database, database: FreshDatabase
) -> None:
    async with administrator(database) as admin:
        with pytest.raises(DependencyDown):
            await writes_while_it_dies(held, admin)
        assert await admin.fetchval("select count(*) from health.inbox") == 0


async def test_moments_are_told_in_utc_wherever_the_server_thinks_it_is(database: FreshDatabase) -> None:
    name = urlsplit(database.admin_url).path.lstrip("/")
    async with administrator(database) as admin:
        await admin.execute(f"alter database {name} set timezone = 'Asia/Jakarta'")
    async with opened(database, "health") as held, held.connection() as connection:
        told = await connection.fetchval("select json_build_array('2026-01-15T10:00:00+07'::timestamptz)")
    assert told == '["2026-01-15T03:00:00+00:00"]'


async def test_a_value_that_asyncpg_refuses_is_a_bug_and_not_an_outage(held: Database) -> None:
    """As an outage the event would be tried for ever: an outage costs no attempt."""
    with pytest.raises(asyncpg.DataError, match="value out of int64 range"):
        async with held.connection() as connection:
            await connection.fetchval("select $1::bigint", 2**70)


async def test_what_the_schema_refuses_is_a_bug(held: Database) -> None:
    with pytest.raises(asyncpg.NotNullViolationError):
        async with held.transaction() as connection:
            await connection.execute("insert into health.inbox (consumer) values ('x')")


async def test_a_deadlock_is_worth_another_try(held: Database) -> None:
    async with held.connection() as connection:
        await connection.execute(
            "insert into health.inbox (consumer, event_id) values ('a', gen_random_uuid())"
        )
        await connection.execute(
            "insert into health.inbox (consumer, event_id) values ('b', gen_random_uuid())"
        )
    both_hold_one = asyncio.Barrier(2)

    async def lock(first: str, second: str) -> None:
        async with held.transaction() as connection:
            await connection.fetch("select 1 from health.inbox where consumer = $1 for update", first)
            await both_hold_one.wait()
            await connection.fetch("select 1 from health.inbox where consumer = $1 for update", second)

    ends = await asyncio.gather(lock("a", "b"), lock("b", "a"), return_exceptions=True)
    (lost,) = [end for end in ends if end is not None]
    assert type(lost) is Transient
    assert lost.code == "database_busy"


async def test_a_lock_that_is_not_to_be_had_is_worth_another_try(held: Database) -> None:
    async with held.connection() as connection:
        await connection.execute(
            "insert into health.inbox (consumer, event_id) values ('a', gen_random_uuid())"
        )
    async with held.transaction() as first:
        await first.fetch("select 1 from health.inbox for update")
        with pytest.raises(Transient) as caught:
            async with held.transaction() as second:
                await second.fetch("select 1 from health.inbox for update nowait")
    assert caught.value.code == "database_busy"


async def test_an_exhausted_pool_is_a_dependency_that_is_down(
    held: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with held.connection(), held.connection():
        with monkeypatch.context() as hurried:
            hurried.setattr(postgres, "ACQUIRE_TIMEOUT_S", 0.05)
            with pytest.raises(DependencyDown):
                await held.ping()
    await held.ping()


async def test_opening_waits_for_a_database_that_is_not_there_yet(
    database: FreshDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "RECONNECT_S", 0.02)
    settings = PostgresSettings(database_url=SecretStr(database.url_for("health")))
    async with administrator(database) as admin:
        await admin.execute("alter role wellspring_health connection limit 0")
        try:

            async def ping() -> None:
                async with open_database(settings, service="health") as pool:
                    await pool.ping()

            opening = asyncio.create_task(ping())
            done, _ = await asyncio.wait({opening}, timeout=0.3)
            assert not done
        finally:
            await admin.execute("alter role wellspring_health connection limit -1")
    async with asyncio.timeout(5):
        await opening


async def test_opening_waits_for_the_schema_of_this_release(
    database: FreshDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "RECONNECT_S", 0.02)
    settings = PostgresSettings(database_url=SecretStr(database.url_for("health")))
    newest = "delete from schema_migrations where version = $1"
    async with administrator(database) as admin:
        assert await admin.execute(newest, postgres.expected_schema()) == "DELETE 1"

        async def ping() -> None:
            async with open_database(settings, service="health") as pool:
                await pool.ping()

        opening = asyncio.create_task(ping())
        done, _ = await asyncio.wait({opening}, timeout=0.3)
        assert not done
        await admin.execute("insert into schema_migrations values ($1)", postgres.expected_schema())
        async with asyncio.timeout(5):
            await opening


@pytest.mark.parametrize(
    ("wrong", "said"), [({"role": "nobody"}, "nobody"), ({"base": "nowhere"}, "nowhere")]
)
async def test_opening_waits_for_a_login_and_a_database_that_are_not_made_yet(
    database: FreshDatabase,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    wrong: dict[str, str],
    said: str,
) -> None:
    monkeypatch.setattr(postgres, "RECONNECT_S", 0.02)
    url = database.url_for("health")
    if "role" in wrong:
        url = with_login(url, wrong["role"], "secret")
    else:
        url = url.replace(urlsplit(url).path, f"/{wrong['base']}")
    opening = asyncio.create_task(
        open_database(PostgresSettings(database_url=SecretStr(url)), service="health").__aenter__()
    )
    done, _ = await asyncio.wait({opening}, timeout=0.3)
    opening.cancel()
    assert not done
    told = [line for line in capsys.readouterr().out.splitlines() if "postgres.awaited" in line]
    assert len(told) == 1, "told once, and not at each try"
    assert said in told[0]


async def test_json_goes_in_and_comes_out_as_values(held: Database) -> None:
    async with held.connection() as connection:
        assert await connection.fetchval("select $1::jsonb", {"a": [1, None, "x"]}) == {"a": [1, None, "x"]}


async def test_connections_say_who_they_are(held: Database) -> None:
    async with held.connection() as connection:
        name, user = await connection.fetchrow(
            "select current_setting('application_name') as name, session_user::text as login"
        ) or ("", "")
    assert (name, user) == ("wellspring-health", "wellspring_health")
