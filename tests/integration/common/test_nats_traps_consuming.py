"""Traps of consuming: fetches that die, consumers that vanish, counts that count too much."""

import asyncio
import time
from contextlib import suppress
from dataclasses import replace

import nats.errors
import nats.js.errors
import pytest
import structlog
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, ConsumerInfo

from tests.contract.delivering import Script, started, until
from tests.integration.common.own_nats import OwnNats
from tests.integration.common.trapped import back, bus_on, consuming, episode_of, say
from tests.integration.common.waiting import eventually
from wellspring_common.bus.nats import bus as bus_module
from wellspring_common.bus.nats import consumer as consumer_module
from wellspring_common.bus.nats.bus import NatsBus
from wellspring_common.bus.nats.connection import connected
from wellspring_common.bus.nats.errors import AWAY
from wellspring_common.bus.nats.pull import Pull
from wellspring_common.bus.nats.topology import ensure
from wellspring_common.bus.port import RECONNECTED, Delivery
from wellspring_common.errors import Throttled, Transient
from wellspring_common.events.scrape import ScrapeStarted
from wellspring_common.events.specs import ConsumerSpec
from wellspring_common.events.topology import EVENTS, REFRESHER
from wellspring_common.retry import TRANSIENT_BUDGET
from wellspring_common.testing.graveyard import MemoryGraveyard


def test_every_time_out_of_nats_py_is_caught_whatever_its_class() -> None:
    """`fetch(n)` may raise `asyncio.TimeoutError`, which is not `nats.errors.TimeoutError` (nats.py#934)."""
    for kind in (
        TimeoutError,
        asyncio.TimeoutError,
        nats.errors.TimeoutError,
        nats.js.errors.FetchTimeoutError,
    ):
        assert issubclass(kind, TimeoutError)
        assert issubclass(kind, AWAY)


async def test_an_idle_consumer_outlives_its_empty_fetches(
    server: OwnNats, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer_module, "FETCH_S", 0.02)
    handler = Script()
    async with bus_on(server, prefix) as bus, consuming(bus, handler):
        await asyncio.sleep(0.3)
        await say(bus, started())
        await until(lambda: len(handler.seen) == 1)


async def test_fetch_survives_a_server_restart_within_two_seconds_nats_py_504(
    server: OwnNats, prefix: str
) -> None:
    """The pull request dies with the server, and a long fetch would sit out its whole time-out."""
    handler = Script()
    async with bus_on(server, prefix) as bus, consuming(bus, handler):
        await say(bus, started(1))
        await until(lambda: len(handler.seen) == 1)
        await server.kill()
        await server.start()
        await back(bus)
        began = time.monotonic()
        await say(bus, started(2))
        # the first one comes again where its acknowledgement died with the server
        await until(lambda: any(episode_of(each) == 2 for each in handler.seen))
    assert time.monotonic() - began < 2


async def test_a_consumer_that_was_deleted_and_made_again_is_taken_up(server: OwnNats, prefix: str) -> None:
    """Its fetches end in a plain time-out, then in 503 (nats-server#4061): a warning, and another try."""
    handler = Script()
    async with connected(server.url, "test") as connection:
        bus = NatsBus(connection, prefix=prefix, service="test", pace=0.02)
        async with consuming(bus, handler):
            await say(bus, started(1))
            await until(lambda: len(handler.seen) == 1)
            await connection.client.jetstream().delete_consumer(f"{prefix.upper()}_EVENTS", REFRESHER.name)
            await asyncio.sleep(0.1)
            assert await ensure(server.url, prefix=prefix) != []
            await say(bus, started(2))
            await until(lambda: any(episode_of(each) == 2 for each in handler.seen))


async def test_messages_that_wait_do_not_stop_the_others(server: OwnNats, prefix: str) -> None:
    """A delayed nak counts as pending: with a small `max_ack_pending` two of them stop all delivery."""
    waiting = 3 * REFRESHER.working
    handler = Script(*(Throttled("slow down", retry_after=600) for _ in range(waiting)))
    async with bus_on(server, prefix, pace=1.0) as bus:
        for number in range(waiting):
            await say(bus, started(number))
        async with consuming(bus, handler):
            await until(lambda: len(handler.seen) == waiting)
            await say(bus, started(999))
            await until(lambda: len(handler.seen) == waiting + 1)
    assert episode_of(handler.seen[-1]) == 999


async def test_a_redelivery_is_never_immediate(server: OwnNats, prefix: str) -> None:
    """A bare nak comes back at once: four deliveries in ten milliseconds."""
    moments: list[float] = []

    class Timed(Script):
        async def __call__(self, delivery: Delivery) -> None:
            moments.append(time.monotonic())
            await super().__call__(delivery)

    handler = Timed(Transient("busy"))
    async with bus_on(server, prefix, pace=1.0) as bus, consuming(bus, handler):
        await say(bus, started())
        await until(lambda: len(handler.seen) == 2)
    assert moments[1] - moments[0] >= 0.45


async def test_what_came_often_is_not_given_up_for_it(server: OwnNats, prefix: str) -> None:
    """`num_delivered` counts restarts and lost acknowledgements too: it is no counter of attempts."""
    handler, graveyard = Script(Transient("busy")), MemoryGraveyard()
    async with connected(server.url, "test") as connection:
        bus = NatsBus(connection, prefix=prefix, service="test", pace=0.02)
        await say(bus, started())
        pull = await connection.client.jetstream().pull_subscribe_bind(
            durable=REFRESHER.name, stream=f"{prefix.upper()}_EVENTS"
        )
        for _ in range(TRANSIENT_BUDGET + 2):
            (message,) = await pull.fetch(1, timeout=5)
            await message.nak()
        await pull.unsubscribe()
        async with consuming(bus, handler, graveyard=graveyard):
            await until(lambda: len(handler.seen) == 2)
    assert handler.seen[0].attempt > TRANSIENT_BUDGET
    assert graveyard.buried == []


async def test_a_lost_acknowledgement_costs_one_delivery(
    server: OwnNats, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`ack` waits for nobody, and what the server had of it may die with it: the inbox absorbs the rest."""
    spec = await brisk(server, prefix)
    lost: list[Msg] = []
    acknowledge = Pull.acknowledge

    async def lose(pull: Pull, message: Msg, most: int, *, within_s: float) -> None:
        if lost:
            await acknowledge(pull, message, most, within_s=within_s)
        else:
            lost.append(message)
            raise nats.errors.ConnectionClosedError

    monkeypatch.setattr(Pull, "acknowledge", lose)
    handler = Script()
    with structlog.testing.capture_logs() as said:
        async with connected(server.url, "test") as connection:
            bus = NatsBus(connection, prefix=prefix, service="test", pace=0.02)
            async with consuming(bus, handler, spec=spec):
                await say(bus, started())
                await until(lambda: len(handler.seen) == 2)
                first, second = handler.seen
                assert first.envelope.event_id == second.envelope.event_id

                async def unacknowledged() -> int:
                    stream = f"{prefix.upper()}_EVENTS"
                    held = await connection.client.jetstream().consumer_info(stream, spec.name)
                    return held.num_ack_pending or 0

                await eventually(unacknowledged, lambda left: left == 0)
    assert len(lost) == 1
    assert [line for line in said if line["log_level"] in {"warning", "error"}] == []


async def test_an_event_may_run_twice_at_once_and_a_late_acknowledgement_counts(
    server: OwnNats, prefix: str
) -> None:
    """A handler that stands still is taken for dead: only the row of the inbox keeps two effects apart."""
    spec = await brisk(server, prefix)
    goes_on = asyncio.Event()

    class Slow(Script):
        async def __call__(self, delivery: Delivery) -> None:
            await super().__call__(delivery)
            await goes_on.wait()

    handler = Slow()
    async with bus_on(server, prefix) as bus, consuming(bus, handler, spec=spec):
        await say(bus, started(1))
        await until(lambda: len(handler.seen) == 2)
        goes_on.set()
        await say(bus, started(2))
        await until(lambda: episode_of(handler.seen[-1]) == 2)
    assert [episode_of(each) for each in handler.seen] == [1, 1, 2]


async def brisk(server: OwnNats, prefix: str) -> ConsumerSpec:
    """Make a consumer that is brought again after a second what it did not acknowledge, and return it."""
    spec = replace(REFRESHER, name="brisk", ack_wait_s=1)
    async with connected(server.url, "test") as connection:
        await connection.client.jetstream().add_consumer(
            f"{prefix.upper()}_EVENTS",
            ConsumerConfig(
                durable_name=spec.name,
                ack_policy=AckPolicy.EXPLICIT,
                ack_wait=spec.ack_wait_s,
                max_ack_pending=spec.max_ack_pending,
                filter_subjects=[f"{prefix}.{ScrapeStarted.subject}"],
            ),
        )
    return spec


async def test_reading_back_ends_although_messages_went_meanwhile(
    server: OwnNats, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`fetch(n)` ends in one of three time-outs, or with fewer than it was asked for."""
    info = JetStreamContext.PullSubscription.consumer_info
    async with connected(server.url, "test") as connection:
        bus = NatsBus(connection, prefix=prefix, service="test")
        for number in range(4):
            await say(bus, started(number))

        async def purged(pull: JetStreamContext.PullSubscription) -> ConsumerInfo:
            found = await info(pull)
            await connection.client.jetstream().purge_stream(f"{prefix.upper()}_EVENTS", keep=1)
            return found

        monkeypatch.setattr(JetStreamContext.PullSubscription, "consumer_info", purged)
        async with asyncio.timeout(5):
            found = await bus.read_back(EVENTS, "scrape.started", most=10)
    assert len(found) <= 1


async def test_a_listener_that_is_too_slow_is_told_that_it_missed_something(
    server: OwnNats, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A push subscription drops what its client does not take (nats.py#372)."""
    monkeypatch.setattr(bus_module, "LISTEN_BACKLOG", 5)
    async with bus_on(server, prefix) as bus, bus.listen("scrape.started") as heard:
        for number in range(12):
            await say(bus, started(number))
        await bus.ping()
        subjects = []
        with suppress(TimeoutError):
            while True:
                subjects.append(await asyncio.wait_for(anext(heard), 0.2))
    assert RECONNECTED in {subject for subject, _ in subjects}
    last = ScrapeStarted.decode(subjects[-1][1])
    assert isinstance(last, ScrapeStarted)
    assert last.episode_id == 11
