"""The embedded servers: who may log in, what survives, what is explained."""

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from wellspring_cli.console import Failure
from wellspring_cli.embedded.nats import Nats
from wellspring_cli.testing import Database, SharedServers, shared_servers
from wellspring_common.urls import with_login


async def _scalar(url: str, query: str) -> object:
    connection = await asyncpg.connect(url, timeout=10)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def _eventually(question: Callable[[], object], patience_s: float = 20.0) -> None:
    async with asyncio.timeout(patience_s):
        while not question():
            await asyncio.sleep(0.05)


async def test_every_service_logs_in_as_itself(database: Database) -> None:
    for service in ("gateway", "refresher", "health", "uploader", "admin"):
        who = await _scalar(database.url_for(service), "SELECT current_user")
        assert who == f"wellspring_{service}"


async def test_a_wrong_password_opens_nothing(database: Database) -> None:
    wrong = with_login(database.admin_url, "postgres", "wrong")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await _scalar(wrong, "SELECT 1")


async def test_writes_are_synchronous_and_checksummed(database: Database) -> None:
    settings = {
        "synchronous_commit": "on",
        "fsync": "on",
        "data_checksums": "on",
        "password_encryption": "scram-sha-256",
        "listen_addresses": "127.0.0.1",
        "server_encoding": "UTF8",
    }
    for name, wanted in settings.items():
        assert await _scalar(database.admin_url, f"SHOW {name}") == wanted


async def test_no_local_login_is_trusted(database: Database) -> None:
    methods = await _scalar(
        database.admin_url, "SELECT string_agg(DISTINCT auth_method, ',') FROM pg_hba_file_rules"
    )
    assert methods == "scram-sha-256"


async def test_databases_of_two_tests_are_strangers(servers: SharedServers) -> None:
    with servers.database() as first, servers.database() as second:
        await _scalar(first.admin_url, "CREATE TABLE mine (id int)")
        assert await _scalar(second.admin_url, "SELECT to_regclass('mine')") is None


async def test_nats_refuses_strangers(nats_server: Nats) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", nats_server.port)
    try:
        await reader.readline()
        writer.write(b'CONNECT {"verbose":false}\r\nPING\r\n')
        assert b"Authorization Violation" in await asyncio.wait_for(reader.readline(), 10)
    finally:
        writer.close()
        await writer.wait_closed()


async def test_nats_syncs_every_write(nats_server: Nats) -> None:
    assert '"sync_interval": "always"' in nats_server.configuration()
    assert await nats_server.answers()


def test_killed_servers_come_back_with_their_data() -> None:
    with shared_servers() as own, own.database() as database:
        own.run(_scalar(database.admin_url, "CREATE TABLE kept AS SELECT 42 AS answer"))
        first = own._supervisor.processes["postgres"].pid
        own.kill("postgres")
        own.run(_eventually(lambda: own._supervisor.processes["postgres"].pid not in {first, None}))
        own.run(own._supervisor.processes["postgres"].ready.wait())
        assert own.run(_scalar(database.admin_url, "SELECT answer FROM kept")) == 42
        assert own._supervisor.processes["postgres"].restarts == 1


def test_a_lock_file_whose_number_another_process_has_is_no_obstacle(tmp_path: Path) -> None:
    with shared_servers() as own:
        postgres = own.postgres
        own.run(own._supervisor.stop("postgres"))
        lock = postgres.data.postgres / "postmaster.pid"
        lock.write_text(f"1\n{postgres.data.postgres}\n", encoding="ascii")
        postgres.account.give(lock)

        async def start_again() -> list[str]:
            own._supervisor.start(postgres.program)
            return await own._supervisor.wait_ready("postgres", patience_s=20)

        assert own.run(start_again()) == []


def test_a_cluster_of_another_major_version_is_explained() -> None:
    with shared_servers() as own:
        postgres = own.postgres
        own.run(own._supervisor.stop("postgres"))
        (postgres.data.postgres / "PG_VERSION").write_text("15\n", encoding="ascii")
        with pytest.raises(Failure) as caught:
            own.run(postgres.prepare())
        assert "made by Postgres 15" in caught.value.what
        assert "pg_dump 15" in caught.value.todo


def test_postgres_stops_by_fast_shutdown_while_somebody_is_connected() -> None:
    with shared_servers() as own, own.database() as database:

        async def stop_under_a_client() -> None:
            connection = await asyncpg.connect(database.admin_url, timeout=10)
            assert own.postgres.program.stop_signal is signal.SIGINT
            await asyncio.wait_for(own._supervisor.stop("postgres"), 15)
            connection.terminate()

        own.run(stop_under_a_client())
        # The fixture drops its database at the end, and needs the server for it.
        own.run(_start(own))


async def _start(own: SharedServers) -> None:
    own._supervisor.start(own.postgres.program)
    assert await own._supervisor.wait_ready("postgres", patience_s=20) == []
