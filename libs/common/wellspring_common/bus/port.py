"""The bus as services see it: publish, tell, consume."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from wellspring_common.events.envelope import Envelope, Event
from wellspring_common.events.specs import ConsumerSpec, StreamSpec

RECONNECTED = "reconnected"
"""What a listener hears in place of a subject when it may have missed something."""


@dataclass(frozen=True)
class Delivery:
    """One event as it arrived. `attempt` counts deliveries, restarts of the broker included."""

    event: Event
    envelope: Envelope
    subject: str
    payload: bytes
    attempt: int
    working: Callable[[], Awaitable[None]]
    """Tells the broker that the work goes on: call it between steps, never from a free-running timer."""


@dataclass(frozen=True)
class Undecodable:
    """A message that is no event we know: kept whole for the dead letters."""

    subject: str
    payload: bytes
    headers: Mapping[str, str]
    code: str
    detail: str


Handler = Callable[[Delivery], Awaitable[None]]
"""Handles one event. Returns when the effect is stored, raises `Transient` or `Permanent` otherwise."""


@dataclass(frozen=True)
class Subscription:
    """What a service does with one consumer's events: a handler per event class."""

    consumer: ConsumerSpec
    handlers: Mapping[type[Event], Handler]
    admit: Callable[[], bool] = field(default=lambda: True)
    """Asked before each event is taken: while it says no, nothing is pulled."""
    apart: bool = False
    """Handled also while another event has the process for itself: for what may end that one."""
    ready: Callable[[], Awaitable[None]] | None = None
    """Raises while what the handlers depend on is away. After a `DependencyDown` nothing is pulled until it
    returns: without it, the consumer goes on pulling."""


class Graveyard(Protocol):
    """Notes runs that never ended, counts failed attempts, and keeps what can't be handled."""

    async def unended(self, consumer: str, delivery: Delivery) -> int:
        """Return how many runs of an event were noted that never ended: they took their process with them."""
        ...

    async def begun(self, consumer: str, delivery: Delivery) -> int:
        """Note that an event which was brought before is run now, and return what `unended` was until now.

        An event that comes for the first time is not noted: nearly all end well, and a note costs a write.
        """
        ...

    async def ended(self, consumer: str, delivery: Delivery) -> None:
        """Forget an event's unended runs: one of them came to its end, whatever that was."""
        ...

    async def is_buried(self, consumer: str, delivery: Delivery) -> bool:
        """Return whether an event was given up and nobody tried it again: its acknowledgement was lost."""
        ...

    async def failed(self, consumer: str, delivery: Delivery, error: BaseException) -> int:
        """Record a failed attempt and return how many there were."""
        ...

    async def bury(
        self,
        consumer: str,
        dead: "Delivery | Undecodable",
        code: str,
        detail: str,
        fingerprint: str = "",
    ) -> None:
        """Keep a message that will not be tried again, and forget its attempts: a replay starts afresh.

        Letters with the same `fingerprint` died in the same way.
        """
        ...


Reply = Callable[[bytes], Awaitable[bytes]]
"""Answers one question. What it raises is a bug: a refusal is an answer too."""


@dataclass(frozen=True)
class Kept:
    """A value of a bucket. `revision` is what `swap` compares."""

    value: bytes
    revision: int


class Values(Protocol):
    """Small values by key that outlive a process."""

    async def get(self, key: str) -> bytes | None:
        """Return the value under a key, or nothing. Raises `DependencyDown`."""
        ...

    async def kept(self, key: str) -> Kept | None:
        """Return the value under a key with its revision, or nothing. Raises `DependencyDown`."""
        ...

    async def put(self, key: str, value: bytes) -> None:
        """Store a value. Raises `DependencyDown`."""
        ...

    async def swap(self, key: str, value: bytes, revision: int) -> bool:
        """Store a value unless somebody else did since `revision`, and return whether it was stored."""
        ...


class Archive(Protocol):
    """What the broker has stored, for those who may look at all of it."""

    async def read_back(
        self, stream: StreamSpec, pattern: str, *, most: int
    ) -> list[tuple[str, bytes, Mapping[str, str]]]:
        """Return relative subject, payload and headers of the newest messages, oldest first."""
        ...


class Bus(Protocol):
    """The broker, without saying which."""

    async def publish(self, event: Event, envelope: Envelope, *, message_id: str | None = None) -> None:
        """Store an event with the broker. Raises `DependencyDown` when it is not known to be stored."""
        ...

    async def publish_raw(self, subject: str, payload: bytes, headers: Mapping[str, str]) -> None:
        """Store an encoded event under a relative subject, as the outbox holds it."""
        ...

    async def tell(self, event: Event) -> None:
        """Say something to whoever listens now. Never fails, may be lost."""
        ...

    def listen(self, *subjects: str) -> AbstractAsyncContextManager[AsyncIterator[tuple[str, bytes]]]:
        """Hear everything said on relative subjects from now on, facts included, without acknowledging."""
        ...

    async def consume(self, subscription: Subscription, graveyard: Graveyard) -> None:
        """Handle one consumer's events until cancelled."""
        ...

    async def ask(self, subject: str, question: bytes, *, patience_s: float) -> bytes:
        """Return somebody's answer.

        Raises `DependencyDown`: at once with `no_responders` where nobody listens, else with `no_answer`
        when the time is over.
        """
        ...

    async def answer(self, replies: Mapping[str, Reply]) -> None:
        """Answer questions by their relative subjects until cancelled. Of several who do, one gets each."""
        ...

    async def ping(self) -> None:
        """Raise `DependencyDown` unless the broker answers within a second."""
        ...


def caused_by(delivery: Delivery, event_id: UUID, event: Event) -> Envelope:
    """Return the envelope of what follows from a delivery."""
    return Envelope(
        event_id=event_id,
        emitted_at=delivery.envelope.emitted_at,
        correlation_id=delivery.envelope.correlation_id,
        cause_id=delivery.envelope.event_id,
        traceparent=delivery.envelope.traceparent,
        schema_name=f"{event.subject}/{event.version}",
    )
