"""Handling the events of one durable consumer: the only code that acknowledges."""

import asyncio
import time
from collections.abc import Awaitable
from contextlib import suppress
from datetime import UTC, datetime

import structlog
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from pydantic import ValidationError

from wellspring_common import metrics
from wellspring_common.bus.port import Delivery, Graveyard, Subscription, Undecodable
from wellspring_common.errors import DependencyDown, WellspringError, reason_of
from wellspring_common.events.envelope import SCHEMA, Envelope, Event
from wellspring_common.events.topology import stream_name
from wellspring_common.retry import DEPENDENCY_DELAY_S, Action, Outcome, classify
from wellspring_common.trace import traced

from .errors import AWAY

FETCH_S = 1.5
"""A pull request dies with its server: a short one is back soon (nats.py#504)."""
FINISH_S = 6.0

log = structlog.get_logger(__name__)


class Consumer:
    """Fetches only while a slot is free, so that another replica gets what we could not start."""

    def __init__(
        self, context: JetStreamContext, prefix: str, subscription: Subscription, graveyard: Graveyard
    ) -> None:
        self._context = context
        self._prefix = prefix
        self._spec = subscription.consumer
        self._handlers = subscription.handlers
        self._by_schema = {f"{kind.subject}/{kind.version}": kind for kind in subscription.handlers}
        self._graveyard = graveyard
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
        try:
            messages = await pull.fetch(1, timeout=FETCH_S)
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
        _, late = await asyncio.wait(self._working, timeout=FINISH_S)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _handle(self, message: Msg) -> None:
        arrived = self._decode(message)
        if isinstance(arrived, Undecodable):
            await self._bury(message, arrived, arrived.code, arrived.detail)
            return
        handler = self._handlers[type(arrived.event)]
        age = (datetime.now(UTC) - arrived.envelope.emitted_at).total_seconds()  # noqa: TID251  (a metric)
        metrics.EVENT_AGE.labels(self._spec.name).observe(max(age, 0))
        began = time.perf_counter()
        with traced(arrived.envelope.traceparent, event_id=str(arrived.envelope.event_id)):
            try:
                await handler(arrived)
            except asyncio.CancelledError:
                await self._send(message.nak(delay=1))
                raise
            except Exception as error:  # noqa: BLE001  (the classification table decides what each one means)
                await self._failed(message, arrived, error)
                return
        metrics.EVENT_DURATION.labels(self._spec.name).observe(time.perf_counter() - began)
        metrics.EVENTS_CONSUMED.labels(self._spec.name, "ack").inc()
        await self._send(message.ack())

    def _decode(self, message: Msg) -> Delivery | Undecodable:
        headers = message.headers or {}
        relative = message.subject.removeprefix(f"{self._prefix}.")
        kind = self._by_schema.get(headers.get(SCHEMA, ""))
        if kind is None:
            detail = f"No handler for the schema {headers.get(SCHEMA, '')!r}."
            return Undecodable(relative, message.data, headers, "schema_unknown", detail)
        try:
            event: Event = kind.decode(message.data)
            envelope = Envelope.from_headers(headers)
        except ValidationError as error:
            return Undecodable(relative, message.data, headers, "event_invalid", str(error))

        async def working() -> None:
            await self._send(message.in_progress())

        attempt = message.metadata.num_delivered or 1
        return Delivery(event, envelope, relative, message.data, attempt, working)

    async def _failed(self, message: Msg, delivery: Delivery, error: Exception) -> None:
        outcome = await self._outcome(delivery, error)
        if not isinstance(error, WellspringError):
            log.error("event.crashed", consumer=self._spec.name, subject=delivery.subject, exc_info=error)
        else:
            log.warning(
                "event.failed",
                consumer=self._spec.name,
                subject=delivery.subject,
                code=outcome.code,
                reason=error.message,
                action=outcome.action.value,
            )
        if outcome.action is Action.DEAD_LETTER:
            await self._bury(message, delivery, outcome.code, reason_of(error))
            return
        metrics.EVENTS_CONSUMED.labels(self._spec.name, "nak").inc()
        await self._send(message.nak(delay=outcome.delay_s))

    async def _outcome(self, delivery: Delivery, error: Exception) -> Outcome:
        if isinstance(error, DependencyDown):
            return classify(error, attempt=1)
        try:
            attempt = await self._graveyard.failed(self._spec.name, delivery, error)
        except WellspringError as away:
            return classify(DependencyDown(away.message), attempt=1)
        return classify(error, attempt)

    async def _bury(self, message: Msg, dead: Delivery | Undecodable, code: str, detail: str) -> None:
        try:
            await self._graveyard.bury(self._spec.name, dead, code, detail)
        except WellspringError as away:
            log.warning("dead_letter.delayed", consumer=self._spec.name, reason=away.message)
            await self._send(message.nak(delay=DEPENDENCY_DELAY_S))
            return
        log.error("event.buried", consumer=self._spec.name, subject=dead.subject, code=code, detail=detail)
        metrics.EVENTS_DEAD.labels(self._spec.name, code).inc()
        metrics.EVENTS_CONSUMED.labels(self._spec.name, "dead").inc()
        await self._send(message.ack())

    async def _send(self, answer: Awaitable[None]) -> None:
        # A lost answer only means one redelivery, which the inbox absorbs.
        with suppress(*AWAY):
            await answer
