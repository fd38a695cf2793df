"""Handling the events of one durable consumer: the only code that acknowledges."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress

import structlog
from nats.aio.msg import Msg
from nats.js import JetStreamContext

from wellspring_common.bus.handling import STOPPED_DELAY_S, Arrived, Handling
from wellspring_common.bus.port import Graveyard, Subscription
from wellspring_common.events.topology import stream_name

from .cancellation import heeding
from .errors import AWAY

FETCH_S = 1.5
"""A pull request dies with its server: a short one is back soon (nats.py#504)."""
FINISH_S = 6.0
ADMIT_S = 0.5
"""How long to wait before asking again whether work may be taken on."""

log = structlog.get_logger(__name__)


class Consumer:
    """Fetches only while a slot is free, so that another replica gets what we could not start.

    `pace` multiplies every wait of the retry table and of the end: 1 except where a test cannot wait.
    """

    def __init__(
        self,
        context: JetStreamContext,
        prefix: str,
        subscription: Subscription,
        graveyard: Graveyard,
        *,
        pace: float = 1.0,
    ) -> None:
        self._context = context
        self._prefix = prefix
        self._spec = subscription.consumer
        self._admit = subscription.admit
        self._handling = Handling(subscription, graveyard)
        self._pace = pace
        self._slots = asyncio.Semaphore(self._spec.working)
        self._working: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Handle events until cancelled, then let running handlers finish for a while."""
        pull = await self._context.pull_subscribe_bind(
            durable=self._spec.name, stream=stream_name(self._prefix, self._spec.stream)
        )
        try:
            while True:
                await self._slots.acquire()
                while not self._admit():  # noqa: ASYNC110  (a question, which wakes nobody)
                    await asyncio.sleep(ADMIT_S * self._pace)
                message = await self._next(pull)
                if message is None:
                    self._slots.release()
                    continue
                task = asyncio.create_task(self._handle(message))
                self._working.add(task)
                task.add_done_callback(self._finished)
        finally:
            with suppress(*AWAY):
                await pull.unsubscribe()
            await self._finish()

    async def _next(self, pull: JetStreamContext.PullSubscription) -> Msg | None:
        messages: list[Msg] = []
        try:
            with heeding():
                messages = await pull.fetch(1, timeout=FETCH_S)
        except asyncio.CancelledError:
            for message in messages:  # it came together with the stop: another replica takes it
                await self._send(message.nak(delay=STOPPED_DELAY_S * self._pace))
            raise
        except TimeoutError:
            return None
        except AWAY as error:
            log.warning("consumer.delayed", consumer=self._spec.name, reason=str(error))
            await asyncio.sleep(0.5)
            return None
        return messages[0] if messages else None

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._working.discard(task)
        self._slots.release()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("consumer.broken", consumer=self._spec.name, exc_info=error)

    async def _finish(self) -> None:
        if not self._working:
            return
        _, late = await asyncio.wait(self._working, timeout=FINISH_S * self._pace)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _handle(self, message: Msg) -> None:
        try:
            answer = await self._handling.handle(self._arrived(message))
        except asyncio.CancelledError:
            await self._send(message.nak(delay=STOPPED_DELAY_S * self._pace))
            raise
        if answer.again_after_s is None:
            await self._send(message.ack())
        else:
            await self._send(message.nak(delay=answer.again_after_s * self._pace))

    def _arrived(self, message: Msg) -> Arrived:
        async def working() -> None:
            await self._send(message.in_progress())

        return Arrived(
            subject=message.subject.removeprefix(f"{self._prefix}."),
            payload=message.data,
            headers=message.headers or {},
            attempt=message.metadata.num_delivered or 1,
            working=working,
            stored_at=message.metadata.timestamp,
        )

    async def _send(self, answer: Awaitable[None]) -> None:
        # A lost answer only means one redelivery, which the inbox absorbs.
        with suppress(*AWAY), heeding():
            await answer
