"""The traps of nats-py and nats-server that the adapter is built around (events reference, section B)."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import nats.errors
import nats.js.errors
import pytest

from tests.contract.test_bus import Script, envelope_of, started, until
from tests.integration.common.own_nats import OwnNats
from tests.integration.common.waiting import eventually
from wellspring_common.bus.nats import bus as bus_module
from wellspring_common.bus.nats import connection as connection_module
from wellspring_common.bus.nats import consumer as consumer_module
from wellspring_common.bus.nats.bus import NatsBus
from wellspring_common.bus.nats.connection import Connection, connected
from wellspring_common.bus.nats.errors import AWAY
from wellspring_common.bus.nats.topology import ensure
from wellspring_common.bus.port import RECONNECTED, Delivery, Subscription
from wellspring_common.errors import DependencyDown, Throttled, Transient
from wellspring_common.events.scrape import ScrapeStarted
from wellspring_common.events.topology import REFRESHER
from wellspring_common.ids import uuid7
from wellspring_common.testing.graveyard import MemoryGraveyard


@pytest.fixture
async def server(own_nats: OwnNats, prefix: str) -> OwnNats:
    await ensure(own_nats.url, prefix=prefix)
    return own_nats


@asynccontextmanager
async def bus_on(server: OwnNats, prefix: str, *, pace: float = 0.02) -> AsyncGenerator[NatsBus]:
    async with connected(server.url, "test") as connection:
        yield NatsBus(connection, prefix=prefix, service="test", pace=pace)


@asynccontextmanager
async def consuming(bus: NatsBus, handler: Script) -> AsyncGenerator[asyncio.Task[None]]:
    subscription = Subscription(REFRESHER, {ScrapeStarted: handler})
    task = asyncio.create_task(bus.consume(subscription, MemoryGraveyard()))
    try:
        yield task
        assert not task.done(), task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def say(bus: NatsBus, event: ScrapeStarted) -> None:
    await bus.publish(event, envelope_of(event))


async def back(bus: NatsBus) -> None:
    async def pings() -> bool:
        try:
            await bus.ping()
        except DependencyDown:
            return False
        return True

    await eventually(pings, bool)


async def stored(connection: Connection, prefix: str) -> int:
    info = await connection.client.jetstream().stream_info(f"{prefix.upper()}_EVENTS")
    return info.state.messages


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
        await until(lambda: len(handler.seen) == 2)
    assert time.monotonic() - began < 2


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
        await eventually(lambda: _is_down(connection), bool)
        began = time.monotonic()
        for _ in range(20):
            with pytest.raises(DependencyDown):
                await say(bus, started())
        assert time.monotonic() - began < 1
        await server.start()
        await back(bus)
        assert await stored(connection, prefix) == 0


async def _is_down(connection: Connection) -> bool:
    return connection.client.is_reconnecting


async def test_ping_does_not_believe_the_client_while_it_reconnects(server: OwnNats, prefix: str) -> None:
    """`flush` answers by itself while the reader is gone, and `is_connected` is true just after a kill."""
    async with bus_on(server, prefix) as bus:
        await server.kill()
        for _ in range(5):
            with pytest.raises(DependencyDown):
                await bus.ping()
        await server.start()
        await back(bus)


async def test_a_ping_that_was_answered_too_late_does_no_harm(server: OwnNats, prefix: str) -> None:
    """A pong for a flush that timed out raises in the client's reader and ends it."""
    async with connected(server.url, "test") as connection:
        bus = NatsBus(connection, prefix=prefix, service="test")
        server.pause()
        with pytest.raises(DependencyDown):
            await bus.ping()
        server.resume()
        await back(bus)
        await say(bus, started())
        assert connection.reconnects == 0


async def test_a_server_that_hangs_is_noticed_by_two_missing_pongs(
    server: OwnNats, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By default a half-open link is noticed after minutes."""
    monkeypatch.setattr(connection_module, "PING_S", 0.1)
    async with connected(server.url, "test") as connection:
        server.pause()
        await eventually(lambda: _is_down(connection), bool, within=5)
        server.resume()
        bus = NatsBus(connection, prefix=prefix, service="test")
        await back(bus)
        assert connection.reconnects == 1


async def test_a_client_never_gives_up_and_never_ends_quietly(
    server: OwnNats, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By default 60 attempts end in a client that is closed for good in a process that lives on."""
    monkeypatch.setattr(connection_module, "RECONNECT_WAIT_S", 0.01)
    async with connected(server.url, "test") as connection:
        assert connection.client.options["max_reconnect_attempts"] == -1
        bus = NatsBus(connection, prefix=prefix, service="test")
        await server.kill()
        await asyncio.sleep(1.5)  # more than 60 attempts at this pace
        await server.start()
        await back(bus)
        guard = asyncio.create_task(bus.guard())
        await connection.client.close()
        with pytest.raises(DependencyDown, match="closed for good"):
            await asyncio.wait_for(guard, 5)


async def test_a_service_may_start_before_its_broker(own_nats: OwnNats, prefix: str) -> None:
    await own_nats.stop()

    async def connects() -> None:
        async with bus_on(own_nats, prefix) as bus:
            await bus.ping()

    starting = asyncio.create_task(connects())
    done, _ = await asyncio.wait({starting}, timeout=0.5)
    assert not done
    await own_nats.start()
    async with asyncio.timeout(10):
        await starting


async def test_closing_does_not_hang_after_pull_subscriptions(server: OwnNats, prefix: str) -> None:
    """`drain` waits for a queue that fetch never reports back to: 30 s by default (nats.py#171)."""
    handler = Script()
    async with bus_on(server, prefix) as bus:
        async with consuming(bus, handler):
            for number in range(30):
                await say(bus, started(number))
            await until(lambda: len(handler.seen) == 30)
        began = time.monotonic()
    assert time.monotonic() - began < 1


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
            await until(lambda: any(_episode(each) == 2 for each in handler.seen))


def _episode(delivery: Delivery) -> int:
    assert isinstance(delivery.event, ScrapeStarted)
    return delivery.event.episode_id


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
    assert _episode(handler.seen[-1]) == 999


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
