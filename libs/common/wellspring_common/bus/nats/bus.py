"""The bus port on NATS JetStream."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractContextManager, asynccontextmanager, suppress
from typing import Self

import structlog
from nats.aio.msg import Msg

from wellspring_common import metrics
from wellspring_common.bus.isolation import SIGN_OF_LIFE_S, Isolation
from wellspring_common.bus.port import RECONNECTED, Graveyard, Reply, Subscription
from wellspring_common.events.envelope import EVENT_ID, MESSAGE_ID, SCHEMA, TRACEPARENT, Envelope, Event
from wellspring_common.events.permissions import stored_subjects
from wellspring_common.events.specs import StreamSpec, stream_name
from wellspring_common.settings import NatsSettings
from wellspring_common.trace import Role, spanned

from .cancellation import within
from .connection import Connection, connected
from .consumer import Consumer
from .durability import check_durability, check_version
from .errors import AWAY, translated
from .kv import Bucket
from .lease import NatsLease
from .questions import answer, ask
from .reading import read_back
from .topology import TopologyWatch, wait_for

PUBLISH_S = 5.0
TELL_S = 1.0
LISTEN_BACKLOG = 10_000

log = structlog.get_logger(__name__)


class NatsBus:
    """Speaks to one NATS server under one subject prefix. For `pace` see `Consumer`."""

    def __init__(self, connection: Connection, *, prefix: str, service: str, pace: float = 1.0) -> None:
        self._connection = connection
        self._prefix = prefix
        self._service = service
        self._pace = pace
        self._isolation = Isolation(sign_of_life_s=SIGN_OF_LIFE_S * pace)
        self._context = connection.client.jetstream(timeout=PUBLISH_S)
        self.topology: Callable[[], Awaitable[None]] = _nobody_looks
        for subject in stored_subjects(service):
            for outcome in ("ok", "error"):
                metrics.EVENTS_PUBLISHED.labels(subject, outcome)
            metrics.EVENTS_REPEATED.labels(subject)

    async def publish(self, event: Event, envelope: Envelope, *, message_id: str | None = None) -> None:
        """Store an event with the broker. Raises `DependencyDown` when it is not known to be stored."""
        headers = {**envelope.headers(), MESSAGE_ID: message_id or str(envelope.event_id)}
        await self.publish_raw(event.routing(), event.model_dump_json().encode(), headers)

    async def publish_raw(self, subject: str, payload: bytes, headers: Mapping[str, str]) -> None:
        """Store an encoded event under a relative subject.

        Raises `DependencyDown`, and `Permanent` when the broker will never take this very event. After a
        time-out the event may be stored all the same: its message id keeps a repetition out.
        """
        name = ".".join(subject.split(".")[:2])
        try:
            async with within(PUBLISH_S):
                with self._spanned(name, headers):
                    stored = await self._context.publish(
                        f"{self._prefix}.{subject}", payload, headers=dict(headers)
                    )
        except AWAY as error:
            metrics.EVENTS_PUBLISHED.labels(name, "error").inc()
            raise translated(error) from error
        metrics.EVENTS_PUBLISHED.labels(name, "ok").inc()
        if stored.duplicate:
            metrics.EVENTS_REPEATED.labels(name).inc()

    def _spanned(self, name: str, headers: Mapping[str, str]) -> AbstractContextManager[str]:
        ids = {"event_id": headers.get(EVENT_ID, ""), "schema": headers.get(SCHEMA, "")}
        return spanned(headers.get(TRACEPARENT), f"{self._service} publishes {name}", Role.PRODUCER, **ids)

    async def tell(self, event: Event) -> None:
        """Say something to whoever listens now. Never fails, may be lost."""
        with suppress(*AWAY):
            async with within(TELL_S):
                await self._connection.client.publish(
                    f"{self._prefix}.{event.routing()}", event.model_dump_json().encode()
                )

    @asynccontextmanager
    async def listen(self, *subjects: str) -> AsyncGenerator[AsyncIterator[tuple[str, bytes]]]:
        """Hear what is said on relative subjects, and `RECONNECTED` when some of it may have been missed."""
        heard: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue(LISTEN_BACKLOG)

        def keep(subject: str, payload: bytes) -> None:
            if heard.full():  # the listener is too slow: what is lost shows as a reconnect
                while not heard.empty():
                    heard.get_nowait()
                heard.put_nowait((RECONNECTED, b""))
            heard.put_nowait((subject, payload))

        async def on_message(message: Msg) -> None:
            keep(message.subject.removeprefix(f"{self._prefix}."), message.data)

        async with within(PUBLISH_S):
            held = [
                await self._connection.client.subscribe(f"{self._prefix}.{subject}", cb=on_message)
                for subject in subjects
            ]
        watch = asyncio.create_task(self._watch_reconnects(keep))
        try:
            yield _Heard(heard)
        finally:
            watch.cancel()
            for subscription in held:
                with suppress(*AWAY):
                    async with within(TELL_S):
                        await subscription.unsubscribe()

    async def _watch_reconnects(self, keep: Callable[[str, bytes], None]) -> None:
        while True:
            async with self._connection.reconnected:
                await self._connection.reconnected.wait()
            keep(RECONNECTED, b"")

    async def consume(self, subscription: Subscription, graveyard: Graveyard) -> None:
        """Handle one consumer's events until cancelled."""
        client, isolation, pace = self._connection.client, self._isolation, self._pace
        await Consumer(client, self._prefix, subscription, graveyard, isolation=isolation, pace=pace).run()

    async def ask(self, subject: str, question: bytes, *, patience_s: float) -> bytes:
        """Return somebody's answer. Raises `DependencyDown` with `no_responders` or `no_answer`."""
        return await ask(self._connection.client, f"{self._prefix}.{subject}", question, patience_s)

    async def answer(self, replies: Mapping[str, Reply]) -> None:
        """Answer questions by their relative subjects until cancelled. Of several who do, one gets each."""
        whole = {f"{self._prefix}.{subject}": reply for subject, reply in replies.items()}
        await answer(self._connection.client, self._service, whole)

    async def read_back(
        self, stream: StreamSpec, pattern: str, *, most: int
    ) -> list[tuple[str, bytes, Mapping[str, str]]]:
        """Return relative subject, payload and headers of the newest messages, oldest first."""
        found = await read_back(
            self._context, stream_name(self._prefix, stream.name), f"{self._prefix}.{pattern}", most
        )
        return [
            (message.subject.removeprefix(f"{self._prefix}."), message.data, message.headers or {})
            for message in found
        ]

    async def ping(self) -> None:
        """Raise `DependencyDown` unless the broker answers within a second."""
        await self._connection.ping()

    async def guard(self) -> None:
        """Raise `DependencyDown` once the connection is closed for good."""
        await self._connection.guard()

    def bucket(self, name: str) -> Bucket:
        """Return a KV bucket by its relative name."""
        return Bucket(self._context, self._prefix, name)

    def lease(self, name: str, holder: str) -> NatsLease:
        """Return a lease by its name, for whoever `holder` names."""
        return NatsLease(self._context, self._prefix, name, holder)


async def _nobody_looks() -> None:
    """Stand in where no watch runs beside the bus."""


class _Heard:
    """What was heard, one by one. Not a generator: a time-out while waiting must not end it."""

    def __init__(self, queue: asyncio.Queue[tuple[str, bytes]]) -> None:
        self._queue = queue

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> tuple[str, bytes]:
        return await self._queue.get()


@asynccontextmanager
async def open_bus(settings: NatsSettings, *, service: str) -> AsyncGenerator[NatsBus]:
    """Connect, and refuse to start on a server that could lose events or holds another topology."""
    async with connected(settings.nats_login, service) as connection:
        check_version(connection.version)
        await check_durability(settings.nats_monitor_url)
        bus = NatsBus(connection, prefix=settings.nats_prefix, service=service)
        context = connection.client.jetstream(timeout=PUBLISH_S)
        await wait_for(context, service, settings.nats_prefix)
        watch = TopologyWatch(context, service, settings.nats_prefix)
        bus.topology = watch.ping
        watching = asyncio.create_task(watch.run())
        try:
            yield bus
        finally:
            watching.cancel()
