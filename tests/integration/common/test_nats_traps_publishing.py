"""Traps of publishing: what was not confirmed may be stored, and what is stored may be forgotten."""

import asyncio
import time

import pytest

from tests.contract.delivering import Script, envelope_of, started, until
from tests.integration.common.own_nats import OwnNats
from tests.integration.common.trapped import back, is_down, say, stored
from tests.integration.common.waiting import eventually
from tests.unit.scraper.fakes import request_for
from wellspring_common.bus.nats import bus as bus_module
from wellspring_common.bus.nats.bus import NatsBus
from wellspring_common.bus.nats.connection import connected
from wellspring_common.bus.port import Delivery, Subscription
from wellspring_common.errors import DependencyDown
from wellspring_common.events.scrape import ScrapeRequested
from wellspring_common.events.topology import COMMANDS, SCRAPER_INTERACTIVE, WORK_BUCKET
from wellspring_common.ids import uuid7
from wellspring_common.testing.graveyard import MemoryGraveyard
from wellspring_scraper.adapters.work import Work, WorkNotes


async def test_a_publication_that_timed_out_may_arrive_and_is_stored_once(
    server: OwnNats, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A time-out means "not known": the message id keeps the repetition out."""
    monkeypatch.setattr(bus_module, "PUBLISH_S", 0.3)
    event = started()
    envelope = envelope_of(event)
    async with connected(server.url, "test") as connection:
        bus = NatsBus(connection, prefix=prefix, service="test")
        server.pause()
        for _ in range(2):
            with pytest.raises(DependencyDown):
                await bus.publish(event, envelope)
        server.resume()
        await eventually(lambda: stored(connection, prefix), lambda found: found == 1)
        await bus.publish(event, envelope)
        assert await stored(connection, prefix) == 1


async def test_nothing_is_buffered_while_the_server_is_down(server: OwnNats, prefix: str) -> None:
    """What a client buffers arrives after its publisher was told that it failed: the outbox is for that."""
    async with connected(server.url, "test") as connection:
        bus = NatsBus(connection, prefix=prefix, service="test")
        await server.kill()
        await eventually(lambda: is_down(connection), bool)
        began = time.monotonic()
        for _ in range(20):
            with pytest.raises(DependencyDown):
                await say(bus, started())
        assert time.monotonic() - began < 1
        await server.start()
        await back(bus)
        assert await stored(connection, prefix) == 0


async def test_what_was_acknowledged_survives_a_kill_and_is_stored_once(server: OwnNats, prefix: str) -> None:
    events = [(started(number), uuid7()) for number in range(100)]
    async with connected(server.url, "test") as connection:
        bus = NatsBus(connection, prefix=prefix, service="test")
        await asyncio.gather(*(bus.publish(event, envelope_of(event, each)) for event, each in events))
        await server.kill()
        await server.start()
        await back(bus)
        assert await stored(connection, prefix) == 100
        await asyncio.gather(*(bus.publish(event, envelope_of(event, each)) for event, each in events))
        assert await stored(connection, prefix) == 100


async def test_a_command_that_was_handled_may_be_stored_again_after_a_restart(
    server: OwnNats, prefix: str
) -> None:
    """A work queue forgets the ids of what was acknowledged when it restarts (nats-server#3272).

    A relay that died before it marked its row tells the command again: what the scraper noted of the job
    drops it.
    """
    event = request_for()
    envelope = envelope_of(event)
    arrived, done = Script(), Script()
    async with connected(server.url, "test") as connection:
        bus = NatsBus(connection, prefix=prefix, service="scraper", pace=0.02)
        once = Work(WorkNotes(bus.bucket(WORK_BUCKET))).once(done)

        async def handle(delivery: Delivery) -> None:
            await arrived(delivery)
            await once(delivery)

        async def empty() -> int:
            return await stored(connection, prefix, COMMANDS.name)

        subscription = Subscription(SCRAPER_INTERACTIVE, {ScrapeRequested: handle})
        async with asyncio.TaskGroup() as group:
            consumer = group.create_task(bus.consume(subscription, MemoryGraveyard()))
            await bus.publish(event, envelope)
            await until(lambda: len(done.seen) == 1)
            await eventually(empty, lambda left: left == 0)
            await server.stop()
            await server.start()
            await back(bus)
            await bus.publish(event, envelope)
            await until(lambda: len(arrived.seen) == 2)
            await eventually(empty, lambda left: left == 0)
            consumer.cancel()
    assert len(done.seen) == 1


async def test_the_id_of_a_handled_event_stays_taken_so_that_a_replay_needs_another(
    server: OwnNats, prefix: str
) -> None:
    """A message id is refused for the whole window, acknowledged or not (nats-server#2921)."""
    event = request_for()
    envelope = envelope_of(event)
    handler = Script()
    async with connected(server.url, "test") as connection:
        bus = NatsBus(connection, prefix=prefix, service="test", pace=0.02)
        subscription = Subscription(SCRAPER_INTERACTIVE, {ScrapeRequested: handler})
        async with asyncio.TaskGroup() as group:
            consumer = group.create_task(bus.consume(subscription, MemoryGraveyard()))
            await bus.publish(event, envelope)
            await until(lambda: len(handler.seen) == 1)
            await bus.publish(event, envelope)
            await bus.publish(event, envelope, message_id=f"{envelope.event_id}#r1")
            await until(lambda: len(handler.seen) == 2)
            consumer.cancel()
        stream = await connection.client.jetstream().stream_info(f"{prefix.upper()}_COMMANDS")
    assert stream.state.last_seq == 2
