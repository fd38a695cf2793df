"""What every bus promises: one class, run against the bus in memory and against NATS."""

import asyncio
from contextlib import suppress

import pytest

from tests.contract.delivering import (
    PATIENCE_S,
    Script,
    answers,
    consuming,
    nothing_left,
    publish,
    started,
    until,
)
from tests.contract.worlds import World
from wellspring_common.bus.port import Delivery, caused_by
from wellspring_common.errors import DependencyDown
from wellspring_common.events.envelope import Event
from wellspring_common.events.links import LinksUpdated
from wellspring_common.events.scrape import ScrapeStarted
from wellspring_common.events.topology import REFRESHER
from wellspring_common.ids import uuid7
from wellspring_common.testing.graveyard import MemoryGraveyard


class TestBus:
    """The promises of `wellspring_common.bus.port.Bus`."""

    async def test_an_event_is_handled_once_as_it_was_published(self, world: World) -> None:
        handler, graveyard, event = Script(), MemoryGraveyard(), started()
        envelope = await publish(world, event)
        async with consuming(world, handler, graveyard):
            await until(lambda: len(handler.seen) == 1)
        (delivery,) = handler.seen
        assert (delivery.event, delivery.envelope) == (event, envelope)
        assert (delivery.subject, delivery.attempt) == ("scrape.started", 1)
        assert ScrapeStarted.decode(delivery.payload) == event
        assert await nothing_left(world, graveyard) == []

    async def test_an_event_published_before_anybody_listened_is_kept(self, world: World) -> None:
        first, second = started(1), started(2)
        await publish(world, first)
        await publish(world, second)
        handler = Script()
        async with consuming(world, handler, MemoryGraveyard()):
            await until(lambda: len(handler.seen) == 2)
        assert {each.event.episode_id for each in handler.seen if isinstance(each.event, ScrapeStarted)} == {
            1,
            2,
        }

    async def test_a_message_id_is_stored_once(self, world: World) -> None:
        handler, graveyard, event, event_id = Script(), MemoryGraveyard(), started(), uuid7()
        for _ in range(3):
            await publish(world, event, event_id)
        async with consuming(world, handler, graveyard):
            await until(lambda: len(handler.seen) == 1)
        assert await nothing_left(world, graveyard) == []

    async def test_a_replay_by_another_message_id_is_delivered_again(self, world: World) -> None:
        handler, event = Script(), started()
        envelope = await publish(world, event)
        await world.bus.publish(event, envelope, message_id=f"{envelope.event_id}#r1")
        async with consuming(world, handler, MemoryGraveyard()):
            await until(lambda: len(handler.seen) == 2)
        assert {each.envelope.event_id for each in handler.seen} == {envelope.event_id}

    async def test_an_event_of_a_stopped_handler_goes_to_the_next_consumer(self, world: World) -> None:
        begun, graveyard, event = asyncio.Event(), MemoryGraveyard(), started()

        async def hangs(_: Delivery) -> None:
            begun.set()
            await asyncio.Event().wait()

        await publish(world, event)
        async with consuming(world, hangs, graveyard):
            await asyncio.wait_for(begun.wait(), PATIENCE_S)
        second = Script()
        async with consuming(world, second, graveyard):
            await until(lambda: len(second.seen) == 1)
        assert second.seen[0].event == event
        assert second.seen[0].attempt == 2
        assert not graveyard.failures

    async def test_a_running_handler_may_finish_when_its_consumer_stops(self, world: World) -> None:
        begun, go_on, graveyard = asyncio.Event(), asyncio.Event(), MemoryGraveyard()
        finished: list[Event] = []

        async def slow(delivery: Delivery) -> None:
            begun.set()
            await go_on.wait()
            finished.append(delivery.event)

        await publish(world, started())
        async with consuming(world, slow, graveyard) as task:
            await asyncio.wait_for(begun.wait(), PATIENCE_S)
            task.cancel()
            await asyncio.sleep(0)
            go_on.set()
            with suppress(asyncio.CancelledError):
                await task
        assert len(finished) == 1
        assert await nothing_left(world, graveyard) == []

    async def test_no_more_is_handled_at_once_than_the_consumer_declares(self, world: World) -> None:
        at_work, most, done = 0, 0, 0

        async def counts(_: Delivery) -> None:
            nonlocal at_work, most, done
            at_work += 1
            most = max(most, at_work)
            await asyncio.sleep(0.02)
            at_work -= 1
            done += 1

        for number in range(3 * REFRESHER.working):
            await publish(world, started(number))
        async with consuming(world, counts, MemoryGraveyard()):
            await until(lambda: done == 3 * REFRESHER.working)
        assert 1 < most <= REFRESHER.working

    async def test_a_handler_may_say_that_it_still_works(self, world: World) -> None:
        async def reports(delivery: Delivery) -> None:
            await delivery.working()
            handled.append(delivery)

        handled: list[Delivery] = []
        await publish(world, started())
        async with consuming(world, reports, MemoryGraveyard()):
            await until(lambda: len(handled) == 1)
        assert handled[0].attempt == 1

    async def test_a_consumer_gets_its_own_subjects_only(self, world: World) -> None:
        handler, graveyard = Script(), MemoryGraveyard()
        await publish(world, LinksUpdated(episode_id=1, job_id=uuid7(), state="failed", changed=()))
        assert await nothing_left(world, graveyard) == []
        assert (handler.seen, graveyard.buried) == ([], [])

    async def test_a_subject_that_no_stream_takes_is_never_said_to_be_stored(self, world: World) -> None:
        with pytest.raises(DependencyDown):
            await world.bus.publish_raw("nobody.keeps.this", b"{}", {})

    async def test_what_was_stored_outlives_the_broker(self, world: World) -> None:
        event, handler, graveyard = started(), Script(), MemoryGraveyard()
        await publish(world, event)
        await world.stop()
        with pytest.raises(DependencyDown):
            await publish(world, started(2), uuid7())
        await world.start()
        await answers(world.bus.ping)
        async with consuming(world, handler, graveyard):
            await until(lambda: any(each.event == event for each in handler.seen))

    async def test_what_follows_from_a_delivery_says_so(self, world: World) -> None:
        handler, event = Script(), started()
        cause = await publish(world, event)
        async with consuming(world, handler, MemoryGraveyard()):
            await until(lambda: len(handler.seen) == 1)
        follow = LinksUpdated(episode_id=1, job_id=event.job_id, state="failed", changed=())
        envelope = caused_by(handler.seen[0], uuid7(), follow)
        assert (envelope.cause_id, envelope.correlation_id) == (cause.event_id, cause.correlation_id)
        assert envelope.schema_name == "links.updated/1"
