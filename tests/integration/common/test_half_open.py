"""A link that fell silent is noticed within 15 s, and work goes on over the next one.

Each test has a control beside it: the library as it comes, over the same silent link, notices nothing.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

import asyncpg
import nats
import pytest

from tests.integration.common.databases import opened
from tests.integration.common.waiting import eventually
from tests.support.half_open import HalfOpen, half_open
from wellspring_cli.embedded.nats import Nats
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common import metrics
from wellspring_common.bus.nats.bus import NatsBus
from wellspring_common.bus.nats.connection import Connection, connected
from wellspring_common.errors import DependencyDown
from wellspring_common.events.config import SettingsChanged
from wellspring_common.events.topology import SETTINGS_BUCKET
from wellspring_common.outbox import Outbox, Relay
from wellspring_common.postgres import Database
from wellspring_common.testing.bus import MemoryBus

NOTICED_S = 15.0
PATIENCE_S = 5.0
"""How long the bus lets anybody wait for an answer."""
ANSWERED_S = PATIENCE_S + 5
"""The same with some time for a machine that does much else."""
NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


def through(url: str, proxy: HalfOpen) -> str:
    """Return an address with the proxy's port in it."""
    parts = urlsplit(url)
    return url.replace(f":{parts.port}", f":{proxy.port}", 1)


@pytest.fixture
async def to_nats(nats_server: Nats) -> AsyncGenerator[HalfOpen]:
    async with half_open(nats_server.port) as proxy:
        yield proxy


@pytest.fixture
async def to_postgres(database: FreshDatabase) -> AsyncGenerator[HalfOpen]:
    async with half_open(urlsplit(database.admin_url).port or 0) as proxy:
        yield proxy


@pytest.fixture
async def held(database: FreshDatabase, to_postgres: HalfOpen) -> AsyncGenerator[Database]:
    async with opened(
        replace(database, admin_url=through(database.admin_url, to_postgres)), "health"
    ) as pool:
        yield pool


# nats-py drops the socket of a try to connect that took too long, and leaves it to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_the_client_of_nats_notices_and_comes_back(nats_server: Nats, to_nats: HalfOpen) -> None:
    url = through(nats_server.url(), to_nats)
    plain = await nats.connect(url)
    async with connected(url, "test") as connection:

        async def is_connected() -> bool:
            return connection.client.is_connected

        to_nats.pause()
        await eventually(is_connected, lambda found: not found, within=NOTICED_S)
        assert plain.is_connected, "the library as it comes should not have noticed"
        await plain.close()
        to_nats.resume()
        await eventually(is_connected, bool, within=NOTICED_S)
        await connection.ping()


async def test_nobody_waits_for_an_answer_without_an_end(
    nats_server: Nats, topology: str, to_nats: HalfOpen
) -> None:
    async with connected(through(nats_server.url(), to_nats), "test") as connection:
        bus = NatsBus(connection, prefix=topology, service="gateway")
        bucket, lease = bus.bucket(SETTINGS_BUCKET), bus.lease("scraper", "me")
        calls: dict[str, Callable[[], Awaitable[object]]] = {
            "publish": lambda: bus.publish_raw("settings.changed", b"{}", {}),
            "get": lambda: bucket.kept("key"),
            "put": lambda: bucket.put("key", b"value"),
            "take": lease.take,
            "ask": lambda: bus.ask("question", b"", patience_s=2),
            "ping": bus.ping,
        }
        assert await lease.take()
        to_nats.pause()
        waits, *took = await asyncio.gather(
            still_waits(bare_answer(connection, topology)), *(refused(call) for call in calls.values())
        )
        assert dict(zip(calls, took, strict=True)) == dict.fromkeys(calls, True)
        assert waits, "without a deadline nobody is told"
        async with asyncio.timeout(ANSWERED_S):
            await bus.tell(SettingsChanged(keys=(), revision=1))


async def bare_answer(connection: Connection, prefix: str) -> None:
    stored = await connection.client.subscribe("_INBOX.half.open")
    await connection.client.publish(f"{prefix}.settings.changed", b"{}", reply="_INBOX.half.open")
    await stored.next_msg(timeout=None)


async def test_the_pool_of_postgres_notices_and_tries_the_others_anew(
    held: Database, to_postgres: HalfOpen, database: FreshDatabase
) -> None:
    async with asyncio.TaskGroup() as group:  # so that several connections of the pool are open
        for _ in range(3):
            group.create_task(slept(held))
    plain = await asyncpg.connect(through(database.admin_url, to_postgres))
    to_postgres.pause()
    waiting = asyncio.create_task(plain.fetchval("select 1"))
    assert await refused(held.ping, within=NOTICED_S)
    assert not waiting.done(), "the library as it comes should not have noticed"
    to_postgres.resume()
    began = time.monotonic()
    await held.ping()
    assert time.monotonic() - began < ANSWERED_S
    waiting.cancel()
    plain.terminate()


async def test_a_deaf_relay_notices_and_listens_again(held: Database, to_postgres: HalfOpen) -> None:
    up = metrics.OUTBOX_LISTENING.labels("health")._value
    task = asyncio.create_task(Relay(held, MemoryBus(), Outbox("health"), service="health").run())

    async def is_up() -> bool:
        return bool(up.get() == 1)

    await eventually(is_up, bool)
    to_postgres.pause()
    await eventually(is_up, lambda found: not found, within=NOTICED_S)
    to_postgres.resume()
    await eventually(is_up, bool, within=NOTICED_S)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@pytest.mark.long
async def test_postgres_lets_go_of_what_a_silent_client_holds(
    held: Database, to_postgres: HalfOpen, database: FreshDatabase
) -> None:
    """Its locks would else last until the kernel gives the connection up, hours later."""
    plain = await asyncpg.connect(through(database.admin_url, to_postgres))
    await plain.execute("begin; lock table health.inbox in exclusive mode")
    other = await asyncpg.connect(database.admin_url)
    with suppress(DependencyDown):
        async with held.transaction() as connection:
            await connection.execute("lock table health.outbox in exclusive mode")
            to_postgres.pause()
            async with asyncio.timeout(NOTICED_S + 5):
                await other.execute("begin; lock table health.outbox")
    with pytest.raises(asyncpg.LockNotAvailableError):
        await other.execute("lock table health.inbox nowait")
    await other.close()
    plain.terminate()


async def slept(held: Database) -> None:
    async with held.connection() as connection:
        await connection.execute("select pg_sleep(0.1)")


async def refused(call: Callable[[], Awaitable[object]], *, within: float = ANSWERED_S) -> bool:
    """Return whether a call ended in time, in our own words for a server that is away."""
    try:
        async with asyncio.timeout(within):
            await call()
    except DependencyDown:
        return True
    except TimeoutError:
        return False
    return False


async def still_waits(call: Awaitable[object], *, after_s: float = PATIENCE_S + 1) -> bool:
    """Return whether a call has not ended after so long, and end it."""
    try:
        async with asyncio.timeout(after_s):
            await call
    except TimeoutError:
        return True
    return False
