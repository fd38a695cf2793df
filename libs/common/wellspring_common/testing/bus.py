"""A bus in memory: the streams, redeliveries and dead letters of the real one, without a broker."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Self

from wellspring_common.bus.handling import STOPPED_DELAY_S, Arrived, Handling
from wellspring_common.bus.isolation import SIGN_OF_LIFE_S, Isolation
from wellspring_common.bus.pause import Pause
from wellspring_common.bus.port import RECONNECTED, Graveyard, Reply, Subscription
from wellspring_common.errors import DependencyDown
from wellspring_common.events.envelope import MESSAGE_ID, Envelope, Event
from wellspring_common.events.specs import ConsumerSpec, StreamSpec
from wellspring_common.events.topology import STREAMS

FINISH_S = 6.0
ADMIT_S = 0.5


@dataclass(frozen=True)
class Stored:
    """One message that the bus holds, under its relative subject."""

    subject: str
    payload: bytes
    headers: Mapping[str, str]


@dataclass
class _Progress:
    """How far one durable consumer is: positions in the log that are done, in work, or to come back."""

    done: set[int] = field(default_factory=set)
    in_work: set[int] = field(default_factory=set)
    not_before: dict[int, float] = field(default_factory=dict)
    deliveries: dict[int, int] = field(default_factory=dict)


class MemoryBus:
    """The `Bus` port in memory. `pace` multiplies every wait, as with the real one."""

    def __init__(self, *, pace: float = 1.0) -> None:
        self.stored: list[Stored] = []
        self._down = False
        self._pace = pace
        self._ids: set[str] = set()
        self._consumers: dict[str, _Progress] = {}
        self._listeners: set[_Listener] = set()
        self._replies: dict[str, Reply] = {}
        self._changed = asyncio.Event()
        self._isolation = Isolation(sign_of_life_s=SIGN_OF_LIFE_S * pace)

    def stop(self) -> None:
        """Be away, as a broker that was killed: what is stored stays."""
        self._down = True

    def start(self) -> None:
        """Be back: listeners hear that they may have missed something."""
        self._down = False
        for listener in self._listeners:
            listener.heard.put_nowait((RECONNECTED, b""))
        self._wake()

    async def publish(self, event: Event, envelope: Envelope, *, message_id: str | None = None) -> None:
        """Store an event. Raises `DependencyDown` while the bus is stopped."""
        headers = {**envelope.headers(), MESSAGE_ID: message_id or str(envelope.event_id)}
        await self.publish_raw(event.routing(), event.model_dump_json().encode(), headers)

    async def publish_raw(self, subject: str, payload: bytes, headers: Mapping[str, str]) -> None:
        """Store an encoded event, once for each message id."""
        await asyncio.sleep(0)
        if self._down:
            raise DependencyDown("The bus is stopped.")
        if not any(_matches(pattern, subject) for stream in STREAMS for pattern in stream.subjects):
            raise DependencyDown(f"No stream takes {subject}.")
        self._say(subject, payload)
        message_id = headers.get(MESSAGE_ID)
        if message_id is not None and message_id in self._ids:
            return
        if message_id is not None:
            self._ids.add(message_id)
        self.stored.append(Stored(subject, payload, dict(headers)))
        self._wake()

    async def tell(self, event: Event) -> None:
        """Say something to whoever listens now."""
        if not self._down:
            self._say(event.routing(), event.model_dump_json().encode())

    @asynccontextmanager
    async def listen(self, *subjects: str) -> AsyncGenerator[AsyncIterator[tuple[str, bytes]]]:
        """Hear everything said on relative subjects from now on."""
        listener = _Listener(subjects)
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    async def consume(self, subscription: Subscription, graveyard: Graveyard) -> None:
        """Handle one consumer's events until cancelled, then let running handlers finish for a while."""
        spec, handling = subscription.consumer, Handling(subscription, graveyard, self._isolation)
        pause = Pause(spec.name, subscription.ready, pace=self._pace)
        progress = self._consumers.setdefault(spec.name, _Progress())
        slots, working = asyncio.Semaphore(spec.working), set[asyncio.Task[None]]()

        def finished(task: asyncio.Task[None]) -> None:
            working.discard(task)
            slots.release()

        try:
            while True:
                await slots.acquire()
                await pause.over()
                while not subscription.admit():  # noqa: ASYNC110  (a question, which wakes nobody)
                    await asyncio.sleep(ADMIT_S * self._pace)
                position = await self._next(spec, progress)
                if pause.is_on:  # it came too late, as with a pull that the server had heard before
                    progress.in_work.discard(position)
                    slots.release()
                    continue
                task = asyncio.create_task(self._handle(position, progress, handling, pause))
                working.add(task)
                task.add_done_callback(finished)
        finally:
            if working:
                _, late = await asyncio.wait(working, timeout=FINISH_S * self._pace)
                for task in late:
                    task.cancel()
                await asyncio.gather(*late, return_exceptions=True)

    async def ask(self, subject: str, question: bytes, *, patience_s: float) -> bytes:
        """Return the answer. Raises `DependencyDown` where nobody answers, or not in time."""
        reply = self._replies.get(subject)
        if self._down or reply is None:
            raise DependencyDown("Nobody is there who could answer.", code="no_responders")
        try:
            async with asyncio.timeout(patience_s):
                return await reply(question)
        except TimeoutError:
            raise DependencyDown("No answer came in time.", code="no_answer") from None

    async def answer(self, replies: Mapping[str, Reply]) -> None:
        """Answer questions by their relative subjects until cancelled."""
        self._replies.update(replies)
        try:
            await asyncio.Event().wait()
        finally:
            for subject in replies:
                self._replies.pop(subject, None)

    async def read_back(
        self, stream: StreamSpec, pattern: str, *, most: int
    ) -> list[tuple[str, bytes, Mapping[str, str]]]:
        """Return relative subject, payload and headers of the newest messages, oldest first."""
        if self._down:
            raise DependencyDown("The bus is stopped.")
        assert stream in STREAMS  # noqa: S101  (a test's mistake)
        found = [one for one in self.stored if _matches(pattern, one.subject)]
        return [(one.subject, one.payload, one.headers) for one in found[-most:]]

    async def ping(self) -> None:
        """Raise `DependencyDown` while the bus is stopped."""
        if self._down:
            raise DependencyDown("The bus is stopped.")

    async def _next(self, spec: ConsumerSpec, progress: _Progress) -> int:
        """Return the position of the first message that may be handled now, marked as in work."""
        while True:
            self._changed.clear()
            now = asyncio.get_running_loop().time()
            waits: list[float] = []
            for position, message in enumerate(self.stored):
                if self._down or position in progress.done | progress.in_work:
                    continue
                if not any(_matches(pattern, message.subject) for pattern in spec.heard):
                    continue
                wait = progress.not_before.get(position, 0) - now
                if wait <= 0:
                    progress.in_work.add(position)
                    return position
                waits.append(wait)
            try:
                async with asyncio.timeout(min(waits) if waits else None):
                    await self._changed.wait()
            except TimeoutError:
                continue

    async def _handle(self, position: int, progress: _Progress, handling: Handling, pause: Pause) -> None:
        message = self.stored[position]
        progress.deliveries[position] = progress.deliveries.get(position, 0) + 1
        again_after_s: float | None = STOPPED_DELAY_S
        try:
            answer = await handling.handle(
                Arrived(
                    message.subject,
                    message.payload,
                    message.headers,
                    progress.deliveries[position],
                    _still_working,
                )
            )
            again_after_s = answer.again_after_s
            if answer.away:
                pause.begin()
        finally:
            progress.in_work.discard(position)
            if again_after_s is None:
                progress.done.add(position)
            else:
                now = asyncio.get_running_loop().time()
                progress.not_before[position] = now + again_after_s * self._pace
            self._wake()

    def _say(self, subject: str, payload: bytes) -> None:
        for listener in self._listeners:
            if any(_matches(pattern, subject) for pattern in listener.subjects):
                listener.heard.put_nowait((subject, payload))

    def _wake(self) -> None:
        self._changed.set()


class _Listener:
    """What one listener heard and has not taken yet."""

    def __init__(self, subjects: tuple[str, ...]) -> None:
        self.subjects = subjects
        self.heard: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> tuple[str, bytes]:
        return await self.heard.get()


async def _still_working() -> None:
    """Do nothing: no one takes a message away in memory."""


def _matches(pattern: str, subject: str) -> bool:
    """Return whether a NATS pattern covers a subject: `*` is one token, `>` one or more at the end."""
    wanted, given = pattern.split("."), subject.split(".")
    if wanted[-1] == ">":
        wanted, given = wanted[:-1], given[: len(wanted) - 1] if len(given) >= len(wanted) else []
    return len(wanted) == len(given) and all(w in {"*", g} for w, g in zip(wanted, given, strict=True))
