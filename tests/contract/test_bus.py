"""What every bus promises: one class, run against the bus in memory and against NATS."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from uuid import UUID

import pytest

from tests.contract.worlds import World
from wellspring_common.bus.port import RECONNECTED, Delivery, Handler, Subscription, Undecodable, caused_by
from wellspring_common.errors import DependencyDown, Permanent, Throttled, Transient
from wellspring_common.events.envelope import EVENT_ID, MESSAGE_ID, SCHEMA, Envelope, Event
from wellspring_common.events.links import LinksDied, LinksUpdated
from wellspring_common.events.live import ScrapeStep, Step
from wellspring_common.events.scrape import ScrapeStarted
from wellspring_common.events.topology import REFRESHER
from wellspring_common.ids import uuid7
from wellspring_common.retry import BUG_BUDGET, TRANSIENT_BUDGET
from wellspring_common.testing.graveyard import MemoryGraveyard

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
PATIENCE_S = 10.0


def started(episode_id: int = 1, attempt: int = 1) -> ScrapeStarted:
    return ScrapeStarted(job_id=uuid7(), episode_id=episode_id, attempt=attempt, started_at=NOW)


def envelope_of(event: Event, event_id: UUID | None = None) -> Envelope:
    identity = event_id or uuid7()
    return Envelope(
        event_id=identity,
        emitted_at=NOW,
        correlation_id=identity,
        schema_name=f"{event.subject}/{event.version}",
    )


async def publish(world: World, event: Event, event_id: UUID | None = None) -> Envelope:
    envelope = envelope_of(event, event_id)
    await world.bus.publish(event, envelope)
    return envelope


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not holds():
            await asyncio.sleep(0.005)


class Script:
    """A handler that fails as told, one entry a call, and then handles."""

    def __init__(self, *failures: BaseException) -> None:
        self.seen: list[Delivery] = []
        self._failures = list(failures)

    async def __call__(self, delivery: Delivery) -> None:
        self.seen.append(delivery)
        if self._failures:
            raise self._failures.pop(0)


@asynccontextmanager
async def consuming(
    world: World, handler: Handler, graveyard: MemoryGraveyard
) -> AsyncGenerator[asyncio.Task[None]]:
    subscription = Subscription(REFRESHER, {ScrapeStarted: handler})
    task = asyncio.create_task(world.bus.consume(subscription, graveyard))
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def nothing_left(world: World, graveyard: MemoryGraveyard) -> list[Delivery]:
    """Return what a fresh consumer gets ahead of an event that is published now."""
    last = started(episode_id=999)
    after = Script()
    await publish(world, last)
    async with consuming(world, after, graveyard):
        await until(lambda: any(each.event == last for each in after.seen))
    return [each for each in after.seen if each.event != last]


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

    async def test_a_transient_failure_is_tried_again_and_then_handled(self, world: World) -> None:
        handler, graveyard = Script(Transient("busy"), Transient("busy")), MemoryGraveyard()
        envelope = await publish(world, started())
        async with consuming(world, handler, graveyard):
            await until(lambda: len(handler.seen) == 3)
        assert [each.attempt for each in handler.seen] == [1, 2, 3]
        assert graveyard.failures[REFRESHER.name, envelope.event_id] == 2
        assert graveyard.buried == []

    async def test_a_transient_failure_is_buried_when_its_budget_is_used_up(self, world: World) -> None:
        handler = Script(Transient("busy", code="host_busy"))
        graveyard = MemoryGraveyard(failed_before=TRANSIENT_BUDGET - 1)
        await publish(world, started())
        async with consuming(world, handler, graveyard):
            await until(lambda: len(graveyard.buried) == 1)
        assert graveyard.buried[0].code == "host_busy"
        assert await nothing_left(world, graveyard) == []

    async def test_a_permanent_failure_is_buried_at_once_and_never_comes_back(self, world: World) -> None:
        handler, graveyard = Script(Permanent("gone", code="source_gone")), MemoryGraveyard()
        event = started()
        await publish(world, event)
        async with consuming(world, handler, graveyard):
            await until(lambda: len(graveyard.buried) == 1)
        (buried,) = graveyard.buried
        assert (buried.consumer, buried.code, buried.detail) == (REFRESHER.name, "source_gone", "gone")
        assert isinstance(buried.dead, Delivery)
        assert buried.dead.event == event
        assert await nothing_left(world, graveyard) == []

    async def test_a_bug_is_tried_up_to_its_budget_and_buried(self, world: World) -> None:
        handler = Script(*(KeyError("oops") for _ in range(BUG_BUDGET + 2)))
        graveyard = MemoryGraveyard()
        await publish(world, started())
        async with consuming(world, handler, graveyard):
            await until(lambda: len(graveyard.buried) == 1)
        assert len(handler.seen) == BUG_BUDGET
        assert graveyard.buried[0].code == "bug"
        assert "oops" in graveyard.buried[0].detail

    @pytest.mark.parametrize(
        "away", [DependencyDown("Postgres is away"), Throttled("slow down", retry_after=2.0)]
    )
    async def test_what_is_nobodys_fault_costs_no_attempt(self, world: World, away: Transient) -> None:
        handler = Script(*(away for _ in range(BUG_BUDGET)))
        graveyard = MemoryGraveyard(failed_before=TRANSIENT_BUDGET)
        await publish(world, started())
        async with consuming(world, handler, graveyard):
            await until(lambda: len(handler.seen) == BUG_BUDGET + 1)
        assert not graveyard.failures
        assert graveyard.buried == []

    async def test_nothing_is_given_up_while_the_graveyard_is_away(self, world: World) -> None:
        handler, graveyard = Script(Permanent("gone"), Permanent("gone")), MemoryGraveyard()
        graveyard.down = DependencyDown("Postgres is away")
        await publish(world, started())
        async with consuming(world, handler, graveyard):
            await until(lambda: len(handler.seen) == 1)
            graveyard.down = None
            await until(lambda: len(graveyard.buried) == 1)
        assert len(handler.seen) == 2

    @pytest.mark.parametrize(
        ("payload", "headers", "code"),
        [
            (b"{}", {SCHEMA: "scrape.started/1"}, "event_invalid"),
            (b"\xff\x00 no json", {SCHEMA: "scrape.started/1"}, "event_invalid"),
            (b"{}", {SCHEMA: "scrape.started/99"}, "schema_unknown"),
            (b"{}", {}, "schema_unknown"),
        ],
    )
    async def test_what_cannot_be_read_is_buried_whole(
        self, world: World, payload: bytes, headers: Mapping[str, str], code: str
    ) -> None:
        handler, graveyard = Script(), MemoryGraveyard()
        await world.bus.publish_raw("scrape.started", payload, {**headers, MESSAGE_ID: str(uuid7())})
        async with consuming(world, handler, graveyard):
            await until(lambda: len(graveyard.buried) == 1)
        (buried,) = graveyard.buried
        assert isinstance(buried.dead, Undecodable)
        assert (buried.code, buried.dead.payload, buried.dead.subject) == (code, payload, "scrape.started")
        assert handler.seen == []
        assert await nothing_left(world, graveyard) == []

    async def test_an_event_without_its_envelope_is_buried_as_invalid(self, world: World) -> None:
        graveyard, event = MemoryGraveyard(), started()
        headers = {SCHEMA: "scrape.started/1", EVENT_ID: "no uuid"}
        await world.bus.publish_raw("scrape.started", event.model_dump_json().encode(), headers)
        async with consuming(world, Script(), graveyard):
            await until(lambda: len(graveyard.buried) == 1)
        assert graveyard.buried[0].code == "event_invalid"

    async def test_a_field_of_a_newer_sender_is_ignored(self, world: World) -> None:
        handler, event = Script(), started()
        payload = event.model_dump_json()[:-1].encode() + b',"mood":"new"}'
        await world.bus.publish_raw("scrape.started", payload, envelope_of(event).headers())
        async with consuming(world, handler, MemoryGraveyard()):
            await until(lambda: len(handler.seen) == 1)
        assert handler.seen[0].event == event

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

    async def test_a_listener_hears_facts_and_live_words_but_nothing_else(self, world: World) -> None:
        fact, step = started(), ScrapeStep(job_id=uuid7(), episode_id=7, at=NOW, step=Step.FETCHING)
        async with world.bus.listen("scrape.started", "live.>") as heard:
            await world.bus.ping()
            await publish(world, LinksDied(episode_id=1, links=(), reason="not_found", checked_at=NOW))
            await publish(world, fact)
            await world.bus.tell(step)
            async with asyncio.timeout(PATIENCE_S):
                got = [await anext(heard), await anext(heard)]
        assert got == [
            ("scrape.started", fact.model_dump_json().encode()),
            ("live.scrape.7", step.model_dump_json().encode()),
        ]

    async def test_a_listener_that_waited_in_vain_still_hears_what_comes_later(self, world: World) -> None:
        fact = started()
        async with world.bus.listen("scrape.started") as heard:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(heard), 0.05)
            await publish(world, fact)
            subject, payload = await asyncio.wait_for(anext(heard), PATIENCE_S)
        assert (subject, ScrapeStarted.decode(payload)) == ("scrape.started", fact)

    async def test_a_listener_hears_nothing_of_before(self, world: World) -> None:
        await publish(world, started(1))
        later = started(2)
        async with world.bus.listen("scrape.started") as heard:
            await world.bus.ping()
            await publish(world, later)
            _, payload = await asyncio.wait_for(anext(heard), PATIENCE_S)
        assert ScrapeStarted.decode(payload) == later

    async def test_a_subject_that_no_stream_takes_is_never_said_to_be_stored(self, world: World) -> None:
        with pytest.raises(DependencyDown):
            await world.bus.publish_raw("nobody.keeps.this", b"{}", {})

    async def test_ping_answers_while_the_broker_does(self, world: World) -> None:
        await world.bus.ping()
        await world.stop()
        with pytest.raises(DependencyDown):
            await world.bus.ping()
        await world.start()
        await answers(world.bus.ping)

    async def test_telling_never_fails(self, world: World) -> None:
        step = ScrapeStep(job_id=uuid7(), episode_id=7, at=NOW, step=Step.FETCHING)
        await world.stop()
        for _ in range(3):
            await world.bus.tell(step)
        await world.start()
        await answers(world.bus.ping)
        await world.bus.tell(step)

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

    async def test_a_listener_learns_that_it_may_have_missed_something(self, world: World) -> None:
        async with world.bus.listen("scrape.started") as heard:
            await world.stop()
            await world.start()
            subject, payload = await asyncio.wait_for(anext(heard), PATIENCE_S)
        assert (subject, payload) == (RECONNECTED, b"")

    async def test_what_follows_from_a_delivery_says_so(self, world: World) -> None:
        handler, event = Script(), started()
        cause = await publish(world, event)
        async with consuming(world, handler, MemoryGraveyard()):
            await until(lambda: len(handler.seen) == 1)
        follow = LinksUpdated(episode_id=1, job_id=event.job_id, state="failed", changed=())
        envelope = caused_by(handler.seen[0], uuid7(), follow)
        assert (envelope.cause_id, envelope.correlation_id) == (cause.event_id, cause.correlation_id)
        assert envelope.schema_name == "links.updated/1"


async def answers(ping: Callable[[], Awaitable[None]]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                return await ping()
            except DependencyDown:
                await asyncio.sleep(0.02)
