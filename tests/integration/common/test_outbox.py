"""What is written beside a change is told, once, after the change is committed."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from uuid import UUID

import pytest

from tests.integration.common.databases import administrator, opened
from tests.integration.common.waiting import eventually
from wellspring_cli.embedded.nats import Nats
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common import outbox as outbox_module
from wellspring_common import outbox_ear
from wellspring_common.bus.nats.bus import NatsBus
from wellspring_common.bus.nats.connection import connected
from wellspring_common.bus.port import Bus
from wellspring_common.errors import DependencyDown
from wellspring_common.events.envelope import Envelope
from wellspring_common.events.links import LinksDied
from wellspring_common.ids import uuid7
from wellspring_common.outbox import Outbox, Relay
from wellspring_common.postgres import Database
from wellspring_common.testing.bus import MemoryBus
from wellspring_common.trace import traced

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
OUTBOX = Outbox("health")


def died(episode_id: int, reason: str = "not_found") -> LinksDied:
    return LinksDied(episode_id=episode_id, links=(), reason=reason, checked_at=NOW)


@pytest.fixture
async def held(database: FreshDatabase) -> AsyncGenerator[Database]:
    async with opened(database, "health") as pool:
        yield pool


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox_module, "RETRY_S", 0.05)
    monkeypatch.setattr(outbox_ear, "RETRY_S", 0.05)
    monkeypatch.setattr(outbox_ear, "PROBE_S", 0.05)


async def add(held: Database, *episodes: int) -> list[UUID]:
    async with held.transaction() as connection:
        return [await OUTBOX.add(connection, died(episode), now=NOW) for episode in episodes]


async def states(held: Database) -> list[str]:
    async with held.connection() as connection:
        return [row["state"] for row in await connection.fetch("select state from health.outbox order by id")]


def relay(held: Database, bus: Bus) -> Relay:
    return Relay(held, bus, OUTBOX, service="health")


@asynccontextmanager
async def relaying(held: Database, bus: Bus) -> AsyncGenerator[asyncio.Task[None]]:
    task = asyncio.create_task(relay(held, bus).run())
    try:
        yield task
        assert not task.done()
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def listening(database: FreshDatabase) -> list[int]:
    """Return the connections that listen to the outbox."""
    async with administrator(database) as admin:
        rows = await admin.fetch(
            "select pid from pg_stat_activity where datname = current_database() "
            "and application_name = 'wellspring-health' and query like '%extract(epoch from%'"
        )
    return [row["pid"] for row in rows]


class CrashingBus(MemoryBus):
    """Stores what it is given and then fails, like a process killed between publish and delete."""

    def __init__(self, bus: Bus) -> None:
        super().__init__()
        self._bus = bus

    async def publish_raw(self, subject: str, payload: bytes, headers: Mapping[str, str]) -> None:
        await self._bus.publish_raw(subject, payload, headers)
        raise RuntimeError("killed")


async def test_a_committed_event_reaches_the_stream_under_its_own_id(
    held: Database, nats_server: Nats, topology: str
) -> None:
    (event_id,) = await add(held, 7)
    async with connected(nats_server.url(), "test") as connection:
        bus = NatsBus(connection, prefix=topology, service="health")
        assert await relay(held, bus).drain() == 1
        assert await relay(held, bus).drain() == 0
        streams = connection.client.jetstream()
        info = await streams.stream_info(f"{topology.upper()}_EVENTS")
        assert info.state.messages == 1
        message = await streams.get_msg(f"{topology.upper()}_EVENTS", seq=info.state.first_seq)
    assert message.subject == f"{topology}.links.died"
    assert message.headers is not None
    assert message.headers["Nats-Msg-Id"] == message.headers["ws-event-id"] == str(event_id)
    assert message.data is not None
    assert LinksDied.decode(message.data) == died(7)
    assert await states(held) == ["published"]


async def test_a_crash_between_publishing_and_marking_stores_the_event_once(
    held: Database, nats_server: Nats, topology: str
) -> None:
    await add(held, 1, 2, 3)
    async with connected(nats_server.url(), "test") as connection:
        bus = NatsBus(connection, prefix=topology, service="health")
        with pytest.raises(RuntimeError, match="killed"):
            await relay(held, CrashingBus(bus)).drain()
        assert await states(held) == ["new"] * 3
        assert await relay(held, bus).drain() == 3
        info = await connection.client.jetstream().stream_info(f"{topology.upper()}_EVENTS")
    assert info.state.messages == 3


async def test_a_rolled_back_change_is_not_told(held: Database) -> None:
    bus = MemoryBus()
    with suppress(RuntimeError):
        async with held.transaction() as connection:
            await OUTBOX.add(connection, died(1), now=NOW)
            raise RuntimeError("the change did not work out")
    assert await relay(held, bus).drain() == 0
    assert bus.stored == []


async def test_the_same_event_id_is_written_once(held: Database) -> None:
    event_id = uuid7()
    for _ in range(2):
        async with held.transaction() as connection:
            await OUTBOX.add(connection, died(1), now=NOW, event_id=event_id)
    assert await states(held) == ["new"]


async def test_an_event_says_what_caused_it(held: Database) -> None:
    cause = Envelope(event_id=uuid7(), emitted_at=NOW, correlation_id=uuid7())
    bus = MemoryBus()
    async with held.transaction() as connection:
        with traced(None) as traceparent:
            await OUTBOX.add(connection, died(1), now=NOW, cause=cause)
    await relay(held, bus).drain()
    envelope = Envelope.from_headers(dict(bus.stored[0].headers))
    assert (envelope.cause_id, envelope.correlation_id) == (cause.event_id, cause.correlation_id)
    assert (envelope.traceparent, envelope.schema_name) == (traceparent, "links.died/1")


@pytest.mark.usefixtures("quick")
async def test_a_broker_that_is_away_costs_nothing_but_time(held: Database) -> None:
    bus = MemoryBus()
    bus.stop()
    await add(held, 1, 2, 3)
    async with relaying(held, bus):
        with pytest.raises(DependencyDown):
            await relay(held, bus).drain()
        assert await states(held) == ["new"] * 3
        bus.start()
        await eventually(lambda: states(held), lambda found: found == ["published"] * 3)
    assert len(bus.stored) == 3


async def test_what_was_stored_before_the_broker_went_away_is_marked(held: Database) -> None:
    class Tired(MemoryBus):
        async def publish_raw(self, subject: str, payload: bytes, headers: Mapping[str, str]) -> None:
            if len(self.stored) == 2:
                raise DependencyDown("gone")
            await super().publish_raw(subject, payload, headers)

    await add(held, 1)
    await add(held, 2)
    tired = Tired()
    assert await relay(held, tired).drain() == 2
    await add(held, 3)
    with pytest.raises(DependencyDown):
        await relay(held, tired).drain()
    assert await states(held) == ["published", "published", "new"]


async def test_a_notification_wakes_the_relay_before_its_poll(
    held: Database, database: FreshDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_module, "POLL_S", 600)
    bus = MemoryBus()
    async with relaying(held, bus):
        await eventually(lambda: listening(database), lambda found: len(found) == 1)
        async with bus.listen("links.died") as heard:
            await add(held, 1)
            subject, _ = await asyncio.wait_for(anext(heard), 5)
    assert subject == "links.died"


@pytest.mark.usefixtures("quick")
async def test_a_poll_finds_what_no_notification_told(held: Database, database: FreshDatabase) -> None:
    async with administrator(database) as admin:
        await admin.execute("alter table health.outbox disable trigger outbox_wakes_relay")
    async with relaying(held, MemoryBus()):
        await add(held, 1)
        await eventually(lambda: states(held), lambda found: found == ["published"])


@pytest.mark.usefixtures("quick")
async def test_a_lost_listener_listens_again(
    held: Database, database: FreshDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dropped LISTEN that is never made again would silently become polling."""
    monkeypatch.setattr(outbox_module, "POLL_S", 600)
    bus = MemoryBus()
    async with relaying(held, bus):
        (first,) = await eventually(lambda: listening(database), lambda found: len(found) == 1)
        async with administrator(database) as admin:
            await admin.execute("select pg_terminate_backend($1)", first)
        await eventually(lambda: listening(database), lambda found: bool(found) and first not in found)
        async with bus.listen("links.died") as heard:
            await add(held, 1)
            await asyncio.wait_for(anext(heard), 5)


async def test_a_stopped_relay_gives_its_connection_back_clean(held: Database) -> None:
    """asyncpg warns of a connection that still listens, and warnings are errors here."""
    async with relaying(held, MemoryBus()):
        await add(held, 1)
        await eventually(lambda: states(held), lambda found: found == ["published"])
    async with held.connection() as connection:
        assert await connection.fetch("select pg_listening_channels()") == []


async def test_an_event_the_broker_will_never_take_is_set_aside_and_holds_nobody_up(
    held: Database, nats_server: Nats, topology: str
) -> None:
    async with held.transaction() as connection:
        await OUTBOX.add(connection, died(1, reason="x" * 300_000), now=NOW)
        await OUTBOX.add(connection, died(2), now=NOW)
    async with connected(nats_server.url(), "test") as connection:
        await relay(held, NatsBus(connection, prefix=topology, service="health")).drain()
    assert await states(held) == ["stuck", "published"]


async def test_two_relays_share_the_rows(held: Database) -> None:
    said: list[bytes] = []

    class Counting(MemoryBus):
        async def publish_raw(self, subject: str, payload: bytes, headers: Mapping[str, str]) -> None:
            said.append(payload)
            await asyncio.sleep(0.01)
            await super().publish_raw(subject, payload, headers)

    await add(held, *range(450))
    bus = Counting()
    first, second = relay(held, bus), relay(held, bus)
    drained = [await asyncio.gather(first.drain(), second.drain()) for _ in range(2)]
    assert sum(map(sum, drained)) == 450
    assert len(said) == len(set(said)) == 450


async def test_a_schema_name_that_is_no_name_is_refused() -> None:
    with pytest.raises(ValueError, match="no schema name"):
        Outbox("health; drop table x")


async def test_the_prefix_is_added_by_the_bus_and_never_stored(held: Database) -> None:
    await add(held, 1)
    async with held.connection() as connection:
        assert await connection.fetchval("select subject from health.outbox") == "links.died"


async def test_a_relay_stops_although_its_listening_connection_died(
    held: Database, database: FreshDatabase
) -> None:
    """What the dead connection raises on the way out must not swallow the cancellation."""
    task = asyncio.create_task(relay(held, MemoryBus()).run())
    try:
        (pid,) = await eventually(lambda: listening(database), lambda found: len(found) == 1)
        async with administrator(database) as admin:
            await admin.execute("select pg_terminate_backend($1)", pid)
        await eventually(lambda: listening(database), lambda found: pid not in found)
        task.cancel()
        done, _ = await asyncio.wait({task}, timeout=5)
        assert done
    finally:
        task.cancel()
