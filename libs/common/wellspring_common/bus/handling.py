"""What becomes of one message, whichever broker brought it: decode, handle, judge the failure, bury."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

import structlog
from pydantic import ValidationError

from wellspring_common import metrics
from wellspring_common.errors import DependencyDown, WellspringError, reason_of
from wellspring_common.events.envelope import SCHEMA, Envelope
from wellspring_common.retry import DEPENDENCY_DELAY_S, Action, Outcome, classify
from wellspring_common.trace import Role, traced

from .fingerprint import fingerprint
from .isolation import Isolation
from .poison import MOST_UNENDED, POISON, Verdict, judge
from .port import Delivery, Graveyard, Subscription, Undecodable

END_S = 1.0
"""How long one that was stopped may take to say that it ended."""
STOPPED_DELAY_S = 1.0
"""How long a message waits whose handler was stopped: another replica takes it."""

POISONED = (
    f"{MOST_UNENDED + 1} times it was run, and each time the process ended without a word: the last time "
    "nothing else was at work."
)

_known_already: ContextVar[bool] = ContextVar("known_already", default=False)

log = structlog.get_logger(__name__)


def known_already() -> None:
    """Let the event under way count as one whose effect was stored before. Called by the inbox."""
    _known_already.set(True)


@dataclass(frozen=True)
class Arrived:
    """A message as the broker brought it. The subject is relative, and `attempt` is the broker's count."""

    subject: str
    payload: bytes
    headers: Mapping[str, str]
    attempt: int
    working: Callable[[], Awaitable[None]]
    stored_at: datetime | None = None
    """When the broker took it, where it says so."""


@dataclass(frozen=True)
class Answer:
    """What the broker is told: done with it, or bring it again after so many seconds."""

    again_after_s: float | None = None
    away: bool = False
    """What the handler depends on is away: other messages would fare no better now."""

    @property
    def is_done(self) -> bool:
        """Return whether the message is not wanted again."""
        return self.again_after_s is None


class Handling:
    """Handles the messages of one consumer. Only a cancellation gets out.

    All consumers of a process share one `isolation`.
    """

    def __init__(
        self, subscription: Subscription, graveyard: Graveyard, isolation: Isolation | None = None
    ) -> None:
        self._consumer = subscription.consumer.name
        self._handlers = subscription.handlers
        self._by_schema = {f"{kind.subject}/{kind.version}": kind for kind in subscription.handlers}
        self._graveyard = graveyard
        self._isolation = isolation if isolation is not None and not subscription.apart else Isolation()
        self._ends_untold: dict[UUID, Delivery] = {}
        self._ends = {
            outcome: metrics.EVENTS_CONSUMED.labels(self._consumer, outcome)
            for outcome in ("ack", "nak", "term", "duplicate")
        }
        self._durations = metrics.EVENT_DURATION.labels(self._consumer)
        self._ages = metrics.EVENT_AGE.labels(self._consumer)
        metrics.EVENTS_DEAD.labels(self._consumer, "bug")

    async def handle(self, arrived: Arrived) -> Answer:
        """Handle one message and return what to tell the broker."""
        delivery = self._decode(arrived)
        if isinstance(delivery, Undecodable):
            return await self._bury(delivery, delivery.code, delivery.detail)
        since = arrived.stored_at or delivery.envelope.emitted_at
        age = (datetime.now(UTC) - since).total_seconds()  # noqa: TID251  (a metric)
        self._ages.observe(max(age, 0))
        with traced(
            delivery.envelope.traceparent,
            f"{self._consumer} handles {arrived.headers.get(SCHEMA)}",
            Role.CONSUMER,
            **_ids_of(delivery),
        ):
            try:
                verdict = await self._verdict(delivery)
                if verdict is Verdict.BURY:
                    return await self._bury(delivery, POISON, POISONED)
                if verdict is Verdict.LEAVE:
                    return self._left()
                turn = self._isolation.alone if verdict is Verdict.ALONE else self._isolation.together
                async with turn(delivery.working):
                    await self._note_begin(delivery)
                    error = await self._run(delivery)
            except Exception as away:  # noqa: BLE001  (whatever fails here, the event must get an answer)
                return self._postponed(away)
            return self._done() if error is None else await self._failed(delivery, error)

    async def _verdict(self, delivery: Delivery) -> Verdict:
        """Return how to run an event: its first run is trusted, and not worth a question."""
        if delivery.attempt <= 1:
            return Verdict.RUN
        for late in list(self._ends_untold.values()):
            await self._graveyard.ended(self._consumer, late)
            self._ends_untold.pop(late.envelope.event_id, None)
        if await self._graveyard.is_buried(self._consumer, delivery):
            return Verdict.LEAVE
        unended = await self._graveyard.unended(self._consumer, delivery)
        verdict = judge(unended)
        if verdict is not Verdict.RUN:
            log.warning("event.suspected", consumer=self._consumer, unended=unended, verdict=verdict.name)
        return verdict

    async def _note_begin(self, delivery: Delivery) -> None:
        # Only by those whose turn it is: who still waits when the process dies did not kill it.
        if delivery.attempt > 1:
            await self._graveyard.begun(self._consumer, delivery)

    async def _run(self, delivery: Delivery) -> Exception | None:
        """Run the handler and return what it raised."""
        _known_already.set(False)
        began = time.perf_counter()
        try:
            await self._handlers[type(delivery.event)](delivery)
        except asyncio.CancelledError:
            await self._note_end(delivery)
            raise
        except Exception as error:  # noqa: BLE001  (the classification table decides what each one means)
            await self._note_end(delivery)
            return error
        self._durations.observe(time.perf_counter() - began)
        await self._note_end(delivery)
        return None

    async def _note_end(self, delivery: Delivery) -> None:
        if delivery.attempt <= 1:
            return
        try:
            async with asyncio.timeout(END_S):
                await self._graveyard.ended(self._consumer, delivery)
        except Exception as away:  # noqa: BLE001  (a run that ended must not look like one that killed)
            self._ends_untold[delivery.envelope.event_id] = delivery
            log.warning("event.end_untold", consumer=self._consumer, reason=reason_of(away))

    def _done(self) -> Answer:
        self._ends["duplicate" if _known_already.get() else "ack"].inc()
        return Answer()

    def _left(self) -> Answer:
        log.info("event.buried_before", consumer=self._consumer)
        self._ends["duplicate"].inc()
        return Answer()

    def _postponed(self, away: Exception) -> Answer:
        log.warning("event.postponed", consumer=self._consumer, reason=reason_of(away))
        self._ends["nak"].inc()
        return _later(away)

    def _decode(self, arrived: Arrived) -> Delivery | Undecodable:
        subject, payload, headers = arrived.subject, arrived.payload, arrived.headers
        kind = self._by_schema.get(headers.get(SCHEMA, ""))
        if kind is None:
            detail = f"No handler for the schema {headers.get(SCHEMA, '')!r}."
            return Undecodable(subject, payload, headers, "schema_unknown", detail)
        try:
            event = kind.decode(payload)
            envelope = Envelope.from_headers(dict(headers))
        except ValidationError as error:
            return Undecodable(subject, payload, headers, "event_invalid", str(error))
        return Delivery(event, envelope, subject, payload, arrived.attempt, arrived.working)

    async def _failed(self, delivery: Delivery, error: Exception) -> Answer:
        outcome = await self._outcome(delivery, error)
        if not isinstance(error, WellspringError):
            log.error("event.crashed", consumer=self._consumer, subject=delivery.subject, exc_info=error)
        else:
            log.warning(
                "event.failed",
                consumer=self._consumer,
                subject=delivery.subject,
                code=outcome.code,
                reason=error.message,
                action=outcome.action.value,
            )
        if outcome.action is Action.DEAD_LETTER:
            return await self._bury(delivery, outcome.code, reason_of(error), fingerprint(error))
        self._ends["nak"].inc()
        return Answer(again_after_s=outcome.delay_s, away=outcome.away)

    async def _outcome(self, delivery: Delivery, error: Exception) -> Outcome:
        outcome = classify(error, attempt=1)
        if not outcome.counts:
            return outcome
        try:
            attempt = await self._graveyard.failed(self._consumer, delivery, error)
        except Exception as away:  # noqa: BLE001  (whatever fails here, the event must get an answer)
            down = classify(DependencyDown(reason_of(away)), attempt=1)
            return replace(down, away=isinstance(away, DependencyDown))
        return classify(error, attempt)

    async def _bury(self, dead: Delivery | Undecodable, code: str, detail: str, alike: str = "") -> Answer:
        try:
            await self._graveyard.bury(self._consumer, dead, code, detail, alike)
        except Exception as away:  # noqa: BLE001  (the same)
            log.warning("dead_letter.delayed", consumer=self._consumer, reason=reason_of(away))
            return _later(away)
        log.error("event.buried", consumer=self._consumer, subject=dead.subject, code=code, detail=detail)
        metrics.EVENTS_DEAD.labels(self._consumer, code).inc()
        self._ends["term"].inc()
        return Answer()


def _later(error: Exception) -> Answer:
    """Return the answer to a failure of our own. Only what is away keeps the consumer from other events."""
    return Answer(again_after_s=DEPENDENCY_DELAY_S, away=isinstance(error, DependencyDown))


def _ids_of(delivery: Delivery) -> dict[str, str]:
    ids = {"event_id": str(delivery.envelope.event_id)}
    job_id = getattr(delivery.event, "job_id", None)
    return ids if job_id is None else ids | {"job_id": str(job_id)}
