"""What every bus does about poison, pauses and dead letters that come again."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from functools import partial

import pytest
from prometheus_client import REGISTRY

from tests.contract.delivering import Script, envelope_of, publish, started, until
from tests.contract.worlds import World
from wellspring_common.bus.port import Delivery, Subscription, Undecodable
from wellspring_common.errors import DependencyDown, Permanent, Transient
from wellspring_common.events.envelope import MESSAGE_ID
from wellspring_common.events.links import LinksUpdated
from wellspring_common.events.scrape import ScrapeStarted
from wellspring_common.events.specs import ConsumerSpec
from wellspring_common.events.topology import CONSUMERS, HEALTH, REFRESHER
from wellspring_common.ids import uuid7
from wellspring_common.testing.graveyard import MemoryGraveyard


@asynccontextmanager
async def consuming(
    world: World, graveyard: MemoryGraveyard, *subscriptions: Subscription
) -> AsyncGenerator[None]:
    tasks = [asyncio.create_task(world.bus.consume(one, graveyard)) for one in subscriptions]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


class Looking:
    """A handler that counts who is at work beside it, in whichever consumer."""

    def __init__(self) -> None:
        self.at_work = 0
        self.with_suspect: list[int] = []
        self.most = 0
        self.done = 0

    async def __call__(self, delivery: Delivery) -> None:
        self.at_work += 1
        self.most = max(self.most, self.at_work)
        for _ in range(5):
            await asyncio.sleep(0.002)
            if getattr(delivery.event, "episode_id", 0) == SUSPECT and self.failed:
                self.with_suspect.append(self.at_work)
        self.at_work -= 1
        if getattr(delivery.event, "episode_id", 0) == SUSPECT and not self.failed:
            self.failed = True
            raise Transient("again")
        self.done += 1

    failed = False


SUSPECT = 13
CONSUMED = "wellspring_events_consumed_total"


class TestPoison:
    async def test_a_suspect_runs_alone_in_all_consumers_of_its_process(self, world: World) -> None:
        handler, graveyard, suspect = Looking(), MemoryGraveyard(), started(SUSPECT)
        envelope = await publish(world, suspect)
        async with consuming(
            world,
            graveyard,
            Subscription(REFRESHER, {ScrapeStarted: handler}),
            Subscription(HEALTH, {LinksUpdated: handler}),
        ):
            await until(lambda: handler.failed)
            graveyard.unended_runs[REFRESHER.name, envelope.event_id] = 1
            for number in range(20):
                await publish(world, started(100 + number))
                await publish(
                    world, LinksUpdated(episode_id=200 + number, job_id=uuid7(), state="failed", changed=())
                )
            await until(lambda: handler.done == 41)
        assert handler.with_suspect == [1] * 5
        assert handler.most > 1
        assert graveyard.unended_runs.total() == 0

    async def test_what_killed_alone_is_buried_unrun(self, world: World) -> None:
        handler, graveyard = Script(Transient("again")), MemoryGraveyard()
        envelope = await publish(world, started())
        async with consuming(world, graveyard, Subscription(REFRESHER, {ScrapeStarted: handler})):
            await until(lambda: len(handler.seen) == 1)
            graveyard.unended_runs[REFRESHER.name, envelope.event_id] = 2
            await until(lambda: len(graveyard.buried) == 1)
        assert graveyard.buried[0].code == "poison"
        assert len(handler.seen) == 1


class Mute(MemoryGraveyard):
    """Buries, and says that it could not: so does a database that dies as it commits."""

    async def bury(
        self, consumer: str, dead: Delivery | Undecodable, code: str, detail: str, fingerprint: str = ""
    ) -> None:
        await super().bury(consumer, dead, code, detail, fingerprint)
        raise DependencyDown("away")


class TestLostAcknowledgement:
    async def test_what_is_buried_and_comes_again_is_left_where_it_lies(self, world: World) -> None:
        handler, graveyard, spec = Script(Permanent("Never.", code="gone")), Mute(), REFRESHER
        await publish(world, started())
        left = partial(REGISTRY.get_sample_value, CONSUMED, {"consumer": spec.name, "outcome": "duplicate"})
        before = left() or 0
        async with consuming(world, graveyard, Subscription(spec, {ScrapeStarted: handler})):
            await until(lambda: (left() or 0) > before)
        assert len(handler.seen) == 1
        assert [each.code for each in graveyard.buried] == ["gone"]


class Postgres:
    """What a handler depends on, and who asks for it."""

    def __init__(self) -> None:
        self.away = True
        self.asked = 0
        self.tried = 0
        self.stored: list[Delivery] = []

    async def ping(self) -> None:
        self.asked += 1
        if self.away:
            raise DependencyDown("away")

    async def handle(self, delivery: Delivery) -> None:
        self.tried += 1
        if self.away:
            raise DependencyDown("away")
        self.stored.append(delivery)


class TestPause:
    EVENTS = 5 * REFRESHER.working

    @pytest.mark.parametrize("pauses", [True, False], ids=["with a pause", "control: without"])
    async def test_little_is_brought_while_a_dependency_is_away(self, world: World, pauses: bool) -> None:
        postgres, graveyard = Postgres(), MemoryGraveyard(failed_before=10**6)
        for number in range(self.EVENTS):
            await publish(world, started(number))
        subscription = Subscription(
            REFRESHER, {ScrapeStarted: postgres.handle}, ready=postgres.ping if pauses else None
        )
        async with consuming(world, graveyard, subscription):
            if pauses:
                await until(lambda: postgres.asked >= 10)
                assert shown() == 1
                assert postgres.tried <= 2 * REFRESHER.working
            else:
                await until(lambda: postgres.tried > 3 * self.EVENTS)
            postgres.away = False
            await until(lambda: len(postgres.stored) == self.EVENTS)
            assert shown() == 0
        assert not graveyard.failures
        assert graveyard.buried == []

    async def test_a_graveyard_that_is_away_is_a_reason_to_pause(self, world: World) -> None:
        graveyard, handler, asked = MemoryGraveyard(), Script(KeyError("x")), asyncio.Event()
        graveyard.down = DependencyDown("away")

        async def ping() -> None:
            asked.set()
            if graveyard.down is not None:
                raise graveyard.down

        await publish(world, started())
        async with consuming(world, graveyard, Subscription(REFRESHER, {ScrapeStarted: handler}, ready=ping)):
            await asyncio.wait_for(asked.wait(), 10)
            assert shown() == 1
            graveyard.down = None
            await until(lambda: len(handler.seen) == 2)
        assert graveyard.failures.total() == 0


def shown() -> float | None:
    return REGISTRY.get_sample_value("wellspring_consumer_paused", {"consumer": REFRESHER.name})


class TestReplay:
    """A dead letter comes again to who gave up on it, and to nobody else who handles such events."""

    async def test_a_replay_is_heard_by_its_consumer_only(self, world: World) -> None:
        event, graveyard = started(), MemoryGraveyard()
        envelope = envelope_of(event)
        heard: dict[str, list[Delivery]] = {spec.name: [] for spec in CONSUMERS}

        def subscription(spec: ConsumerSpec) -> Subscription:
            async def handle(delivery: Delivery) -> None:
                heard[spec.name].append(delivery)

            return Subscription(spec, {ScrapeStarted: handle})

        headers = {**envelope.headers(), MESSAGE_ID: f"{envelope.event_id}#r1"}
        async with consuming(world, graveyard, *(subscription(spec) for spec in CONSUMERS)):
            await world.bus.publish_raw(REFRESHER.replay, event.model_dump_json().encode(), headers)
            await until(lambda: bool(heard[REFRESHER.name]))
            last = started(2)
            await publish(world, last)
            await until(lambda: len(heard[REFRESHER.name]) == 2)
        again = heard.pop(REFRESHER.name)[0]
        assert (again.event, again.envelope) == (event, envelope)
        assert (again.subject, again.attempt) == ("replay.events.refresher", 1)
        assert not any(heard.values())
        assert graveyard.buried == []

    async def test_each_consumer_hears_its_own_replays(self, world: World) -> None:
        graveyard, handled = MemoryGraveyard(), dict.fromkeys((spec.name for spec in CONSUMERS), 0)

        def subscription(spec: ConsumerSpec) -> Subscription:
            async def handle(_: Delivery) -> None:
                handled[spec.name] += 1

            return Subscription(spec, {ScrapeStarted: handle})

        event = started()
        envelope = envelope_of(event)
        async with consuming(world, graveyard, *(subscription(spec) for spec in CONSUMERS)):
            for spec in CONSUMERS:
                headers = {**envelope.headers(), MESSAGE_ID: f"{envelope.event_id}#{spec.name}"}
                await world.bus.publish_raw(spec.replay, event.model_dump_json().encode(), headers)
            await until(lambda: all(handled.values()))
        assert set(handled.values()) == {1}
