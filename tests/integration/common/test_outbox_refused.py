"""A row that its stream does not take now waits by itself, and nothing is lost over it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from tests.integration.common.databases import administrator, opened
from tests.integration.common.waiting import eventually
from wellspring_cli.embedded.nats import Nats
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common import metrics, outbox_ear
from wellspring_common.bus.nats.bus import NatsBus
from wellspring_common.bus.nats.connection import Connection, connected
from wellspring_common.errors import DependencyDown
from wellspring_common.events.envelope import Event
from wellspring_common.events.links import LinksDied
from wellspring_common.events.playback import PlaybackStarted
from wellspring_common.ids import uuid7
from wellspring_common.outbox import POLL_S, Outbox, Relay
from wellspring_common.postgres import Database
from wellspring_common.testing.bus import MemoryBus

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
OUTBOX = Outbox("health")
DIED = LinksDied(episode_id=1, links=(), reason="not_found", checked_at=NOW)


@pytest.fixture
async def held(database: FreshDatabase) -> AsyncGenerator[Database]:
    async with opened(database, "health") as pool:
        yield pool


@pytest.fixture
async def broker(nats_server: Nats, topology: str) -> AsyncGenerator[Connection]:
    async with connected(nats_server.url(), "test") as connection:
        yield connection


async def add(held: Database, *events: Event) -> None:
    async with held.transaction() as connection:
        for event in events:
            await OUTBOX.add(connection, event, now=NOW)


async def rows(held: Database) -> list[tuple[str, float, str | None]]:
    """Return state, seconds until it is due and what was said of each row, in order."""
    async with held.connection() as connection:
        found = await connection.fetch(
            "select state, last_error, case when not_before > '-infinity' "
            "then extract(epoch from not_before - now())::float8 else 0 end as due "
            "from health.outbox order by id"
        )
    return [(row["state"], row["due"], row["last_error"]) for row in found]


async def states(held: Database) -> list[str]:
    return [state for state, _, _ in await rows(held)]


async def make_due(held: Database) -> None:
    async with held.connection() as connection:
        await connection.execute("update health.outbox set not_before = now() where state = 'new'")


def relay(held: Database, broker: Connection, prefix: str) -> Relay:
    return Relay(held, NatsBus(broker, prefix=prefix, service="health"), OUTBOX, service="health")


async def limit(broker: Connection, stream: str, max_bytes: int) -> None:
    streams = broker.client.jetstream()
    config = (await streams.stream_info(stream)).config
    config.max_bytes = max_bytes
    await streams.update_stream(config)


def report() -> PlaybackStarted:
    return PlaybackStarted(
        play_id=uuid7(),
        episode_id=1,
        link_id=1,
        generation=1,
        server="a",
        quality=None,
        position_s=0,
        first_try=True,
    )


async def test_a_full_stream_puts_its_rows_off_and_nobody_else(
    held: Database, broker: Connection, topology: str
) -> None:
    name = f"{topology.upper()}_EVENTS"
    await limit(broker, name, 1)
    await add(held, DIED, report(), DIED)
    assert await relay(held, broker, topology).drain() == 3
    found = await rows(held)
    assert [state for state, _, _ in found] == ["new", "published", "new"]
    for _, due, said in (found[0], found[2]):
        assert 0 < due <= 10
        assert said == "The stream is full: raise its limit."
    assert await relay(held, broker, topology).drain() == 0, "a row that is put off is not claimed"
    await limit(broker, name, 10**6)
    await make_due(held)
    assert await relay(held, broker, topology).drain() == 2
    assert await states(held) == ["published"] * 3


async def test_a_missing_stream_puts_its_rows_off_and_nobody_else(
    held: Database, broker: Connection, topology: str
) -> None:
    await broker.client.jetstream().delete_stream(f"{topology.upper()}_EVENTS")
    await add(held, DIED, report())
    assert await relay(held, broker, topology).drain() == 2
    found = await rows(held)
    assert [state for state, _, _ in found] == ["new", "published"]
    assert found[0][2] == "No stream takes the event."


async def test_rows_that_were_put_off_come_after_those_that_never_were(
    held: Database, broker: Connection, topology: str
) -> None:
    """A backlog of a full stream would else be asked about before anything new is told."""
    await limit(broker, f"{topology.upper()}_EVENTS", 1)
    await add(held, *(DIED for _ in range(250)))
    one = relay(held, broker, topology)
    assert await one.drain() == 200
    assert await one.drain() == 50
    await make_due(held)
    await add(held, report())
    await one.drain()
    assert (await states(held)).count("published") == 1


async def test_a_full_stream_stays_a_delay_however_long_it_lasts(
    held: Database, broker: Connection, topology: str
) -> None:
    await limit(broker, f"{topology.upper()}_EVENTS", 1)
    await add(held, DIED)
    for _ in range(20):
        await make_due(held)
        await relay(held, broker, topology).drain()
    assert await states(held) == ["new"]


async def test_a_repeated_publication_is_counted(held: Database, broker: Connection, topology: str) -> None:
    def repeated() -> float:
        return float(metrics.EVENTS_REPEATED.labels("links.died")._value.get())

    before = repeated()
    await add(held, DIED)
    await relay(held, broker, topology).drain()
    async with held.connection() as connection:
        await connection.execute("update health.outbox set state = 'new'")
    await relay(held, broker, topology).drain()
    assert repeated() == before + 1


async def test_a_listen_that_was_ended_is_back_in_time_and_polling_bridges_it(
    held: Database, database: FreshDatabase
) -> None:
    """A dropped LISTEN is never renewed by itself (procrastinate#1425): this one is back within 20 s."""
    bus = MemoryBus()
    up = metrics.OUTBOX_LISTENING.labels("health")._value
    task = asyncio.create_task(Relay(held, bus, OUTBOX, service="health").run())

    async def is_up() -> bool:
        return bool(up.get() == 1)

    async def stored() -> int:
        return len(bus.stored)

    async def added() -> bool:
        try:
            await add(held, DIED)
        except DependencyDown:  # over a connection that was ended too, which nobody had noticed yet
            return False
        return True

    try:
        await eventually(is_up, bool)
        async with administrator(database) as admin:
            await admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where datname = current_database() and application_name = 'wellspring-health'"
            )
        await eventually(is_up, lambda found: not found, within=outbox_ear.PROBE_S)
        await eventually(added, bool)
        await eventually(stored, lambda found: found == 1, within=POLL_S + 2)
        await eventually(is_up, bool, within=20)
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
