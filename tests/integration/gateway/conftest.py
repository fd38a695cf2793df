"""The gateway over real Postgres, with its own login there, real NATS and its real server."""

import asyncio
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from threading import Thread
from unittest.mock import patch

import aiohttp
import asyncpg
import pytest
from argon2 import PasswordHasher

from tests.support.gateway import eventually
from wellspring_cli.embedded.nats import Nats
from wellspring_cli.ports import choose
from wellspring_cli.testing import Database, SharedServers
from wellspring_common import runtime
from wellspring_common.bus.nats import topology as nats_topology
from wellspring_common.probes import Readiness
from wellspring_gateway.adapters import argon2
from wellspring_gateway.wiring import wire

from .running import PATIENCE_S, Gateway, OwnGateway

Start = Callable[..., Awaitable[OwnGateway]]

# All tests are one client to the gateway that they share. What limits do is shown by gateways of one's own.
UNLIMITED = """
insert into catalog.settings (key, value)
values ('scrapes_per_client_minute', '1000000'), ('searches_per_client_minute', '1000000'),
    ('sign_ins_per_client_minute', '1000000')
"""

# What is in nobody's row goes with the rows it hangs on.
TABLES = (
    "links.jobs",
    "catalog.catalogues",
    "catalog.definitions",
    "catalog.titles",
    "catalog.search_words",
    "catalog.clean_runs",
    "health.probe_runs",
    "catalog.outbox",
    "catalog.idempotency_keys",
    "uploads.schedules",
    "uploads.targets",
    "uploads.ledger",
    "uploads.downloads",
    "uploads.media_files",
    "access.users",
    "access.sign_in_failures",
    "access.audit",
)


@dataclass(frozen=True)
class Shared:
    """A gateway in a thread of its own, for all tests that leave no trace beyond rows."""

    url: str
    admin_url: str
    nats_url: str
    prefix: str
    films_port: int
    """The one private port that it may reach: tests run their files there."""
    uploader_url: str
    """The same database, with the uploader's login."""


def _environ(database: Database, nats: Nats, prefix: str, port: int) -> dict[str, str]:
    return {
        "WELLSPRING_DATABASE_URL": database.url_for("gateway"),
        "WELLSPRING_NATS_URL": nats.url(),
        "WELLSPRING_NATS_MONITOR_URL": nats.monitor_url,
        "WELLSPRING_NATS_PREFIX": prefix,
        "WELLSPRING_GATEWAY_PORT": str(port),
        # tests change rows past everybody who would tell of it: what is kept has tests of its own
        "WELLSPRING_GATEWAY_ANSWERS_KEPT_S": "0",
    }


@contextmanager
def _settings(environ: dict[str, str]) -> Generator[str]:
    """Set what a gateway reads while it starts, and yield the address it will have."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environ.items():
            patch.setenv(name, value)
        yield f"http://127.0.0.1:{environ['WELLSPRING_GATEWAY_PORT']}"


async def _executed(admin_url: str, statement: str) -> None:
    sql = await asyncpg.connect(admin_url)
    try:
        await sql.execute(statement)
    finally:
        await sql.close()


async def _start(url: str) -> "asyncio.Task[None]":
    main = asyncio.create_task(runtime._work(wire, Readiness("gateway")))

    async def ask() -> int:
        if main.done():
            await main
        async with session.get(f"{url}/readyz") as response:
            return response.status

    async with aiohttp.ClientSession() as session:
        await eventually(ask, lambda status: status == 200, patience_s=PATIENCE_S)
    return main


async def _stop(main: "asyncio.Task[None]") -> None:
    main.cancel()
    await asyncio.wait({main}, timeout=runtime.DRAIN_S)
    assert main.cancelled()
    # what watches over event streams lives as long as its loop
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)


@pytest.fixture(scope="package", autouse=True)
def cheap_hashes() -> Generator[None]:
    """Hash with the least memory and time that there can be. What a hash really costs is a unit test's."""
    with patch.object(
        argon2, "PasswordHasher", partial(PasswordHasher, memory_cost=64, time_cost=1, parallelism=1)
    ):
        yield


@pytest.fixture(scope="package")
def shared(servers: SharedServers) -> Generator[Shared]:
    """Run a gateway for the tests of this folder."""
    prefix, nats = f"t{uuid.uuid4().hex[:8]}", servers.nats
    servers.run(nats_topology.ensure(nats.url(), prefix=prefix))
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, name="gateway", daemon=True)
    thread.start()
    try:
        with servers.database() as database:
            port = choose()
            films_port = choose(avoid=frozenset({port}))
            more = {
                "WELLSPRING_ALLOW_PRIVATE_HOSTS": f"127.0.0.1:{films_port}",
                "WELLSPRING_GATEWAY_RELAY_IDLE_SECONDS": "1",
            }
            with _settings(_environ(database, nats, prefix, port) | more) as url:
                servers.run(_executed(database.admin_url, UNLIMITED))
                main = asyncio.run_coroutine_threadsafe(_start(url), loop).result()
            yield Shared(
                url, database.admin_url, nats.url(), prefix, films_port, database.url_for("uploader")
            )
            asyncio.run_coroutine_threadsafe(_stop(main), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
        servers.drop_streams(prefix)


@pytest.fixture
async def gateway(shared: Shared) -> AsyncGenerator[Gateway]:
    """Lend the shared gateway with an empty library and no user."""
    sql = await asyncpg.connect(shared.admin_url)
    gateway = Gateway(shared.url, sql, shared.nats_url, shared.prefix)
    await sql.execute("; ".join(f"delete from {table}" for table in TABLES))
    try:
        yield gateway
    finally:
        await _leave(gateway)


@pytest.fixture
async def start_gateway(
    database: Database, nats_server: Nats, topology: str, free_port: Callable[[], int]
) -> AsyncGenerator[Start]:
    """Start a gateway of one's own; keywords are further settings, such as `WELLSPRING_DEMO`."""
    async with AsyncExitStack() as stack:

        async def start(**environ: str) -> OwnGateway:
            values = _environ(database, nats_server, topology, free_port()) | environ
            return await stack.enter_async_context(_own(values, database.admin_url))

        yield start


@asynccontextmanager
async def _own(environ: dict[str, str], admin_url: str) -> AsyncGenerator[OwnGateway]:
    sql = await asyncpg.connect(admin_url)
    with _settings(environ) as url:
        main = await _start(url)
    nats_url, prefix = environ["WELLSPRING_NATS_URL"], environ["WELLSPRING_NATS_PREFIX"]
    gateway = OwnGateway(url, sql, nats_url, prefix, main=main)
    try:
        yield gateway
    finally:
        await _leave(gateway)
        await gateway.stop()
    assert main.cancelled(), main.exception()


async def _leave(gateway: Gateway) -> None:
    for visitor in gateway.visitors:
        await visitor.session.close()
    await gateway.sql.close()


@pytest.fixture
async def own_gateway(start_gateway: Start) -> OwnGateway:
    """Run a gateway for one test, which may stop it or change its settings."""
    return await start_gateway()
