"""Attempts and dead letters of a service without a database: noted in a bucket, told by event."""

import base64
import hashlib
from dataclasses import dataclass
from uuid import NAMESPACE_OID, UUID, uuid5

import structlog

from wellspring_common.bus.port import Bus, Delivery, Undecodable
from wellspring_common.clock import Clock
from wellspring_common.events.crawl import CrawlCounts, CrawlFinished, CrawlRequested
from wellspring_common.events.dead import DeadLettered
from wellspring_common.events.envelope import EVENT_ID, Envelope, Event
from wellspring_common.events.scrape import ScrapeFailed, ScrapeRequested
from wellspring_common.events.topology import EVENTS
from wellspring_common.ids import derived_id

from ..domain.notes import End, Note
from .work import WorkNotes, is_replayed

MOST_DETAIL = 4000
LARGEST = EVENTS.largest - 4 * 1024
"""Bytes of a letter as it is sent, beside its own headers."""
KEPT_OF_CUT = 16 * 1024
"""Bytes that are kept of a payload which does not fit beside everything else."""
CUT = "too_large_to_keep"
"""The code of a dead letter whose payload did not fit: it can be looked at, and not be tried again."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class EventGraveyard:
    """Notes how often a job began and failed. One that is given up ends by saying so, and is kept whole."""

    bus: Bus
    notes: WorkNotes
    clock: Clock

    async def unended(self, consumer: str, delivery: Delivery) -> int:
        """Return how many runs of a job were noted that never ended."""
        del consumer  # a job is noted once, whichever lane brought it
        return (await self.notes.of(_key(delivery))).unended

    async def is_buried(self, consumer: str, delivery: Delivery) -> bool:
        """Return whether a job was given up and this is nobody's wish to try it again."""
        del consumer  # the same
        return (await self.notes.of(_key(delivery))).end is End.BURIED and not is_replayed(delivery)

    async def begun(self, consumer: str, delivery: Delivery) -> int:
        """Note that a job is about to be run again, and return how many runs never ended."""
        unended = (await self.notes.change(_key(delivery), Note.begun)).unended
        log.info("job.repeated", consumer=consumer, unended=unended)
        return unended

    async def ended(self, consumer: str, delivery: Delivery) -> None:
        """Note that the run came to an orderly end."""
        del consumer  # the same
        await self.notes.change(_key(delivery), Note.ended)

    async def failed(self, consumer: str, delivery: Delivery, error: BaseException) -> int:
        """Note a failed attempt and return how many there were. The broker's count has its restarts in it."""
        failures = (await self.notes.change(_key(delivery), Note.failed)).failures + 1
        log.warning("job.interrupted", consumer=consumer, failures=failures, reason=str(error))
        return failures

    async def bury(
        self, consumer: str, dead: Delivery | Undecodable, code: str, detail: str, fingerprint: str = ""
    ) -> None:
        """Say that a message will not be tried again, whole, and end its job.

        Ids follow from the message and its burials: told twice is told once, and one that was dug out and
        died again is told anew. Raises `DependencyDown`.
        """
        event_id, key = _identity(dead), _key(dead)
        note = await self.notes.of(key)
        letter = self._letter(consumer, dead, (code, detail, fingerprint), note.attempts)
        await self._say(dead, derived_id(event_id, f"{letter.subject}/{consumer}", note.burials), letter)
        if (end := self._end(dead, code, detail)) is not None:
            await self._say(dead, derived_id(end.job_id, f"{end.subject}/buried", note.burials), end)
        await self.notes.change(key, Note.buried)

    async def _say(self, dead: Delivery | Undecodable, event_id: UUID, event: Event) -> None:
        cause = dead.envelope if isinstance(dead, Delivery) else None
        envelope = Envelope(
            event_id=event_id,
            emitted_at=self.clock.now(),
            correlation_id=cause.correlation_id if cause else event_id,
            cause_id=cause.event_id if cause else None,
            traceparent=cause.traceparent if cause else None,
            schema_name=f"{event.subject}/{event.version}",
        )
        await self.bus.publish(event, envelope)

    def _letter(
        self, consumer: str, dead: Delivery | Undecodable, why: tuple[str, str, str], attempts: int
    ) -> DeadLettered:
        code, detail, fingerprint = why
        headers = dead.envelope.headers() if isinstance(dead, Delivery) else dict(dead.headers)
        whole = DeadLettered(
            consumer=consumer,
            event_id=str(_identity(dead)),
            event_subject=dead.event.routing() if isinstance(dead, Delivery) else dead.subject,
            payload=base64.b64encode(dead.payload),
            headers=headers,
            code=code,
            detail=detail[:MOST_DETAIL],
            fingerprint=fingerprint,
            attempts=attempts,
            died_at=self.clock.now(),
        )
        if len(whole.model_dump_json().encode()) <= LARGEST:
            return whole
        said = f"{code}: {detail[:500]} Of its {len(dead.payload)} bytes only the first are kept."
        beginning = base64.b64encode(dead.payload[:KEPT_OF_CUT])
        return whole.model_copy(update={"payload": beginning, "headers": {}, "code": CUT, "detail": said})

    def _end(
        self, dead: Delivery | Undecodable, code: str, detail: str
    ) -> ScrapeFailed | CrawlFinished | None:
        now, why = self.clock.now(), "internal_error" if code == "bug" else code
        match dead:
            case Delivery(event=ScrapeRequested() as scrape):
                return ScrapeFailed(
                    job_id=scrape.job_id,
                    episode_id=scrape.episode_id,
                    attempt=dead.attempt,
                    started_at=now,
                    finished_at=now,
                    code=why,
                    detail=detail[:500],
                    retryable=False,
                )
            case Delivery(event=CrawlRequested() as crawl):
                return CrawlFinished(
                    job_id=crawl.job_id,
                    catalogue_id=crawl.catalogue_id,
                    attempt=dead.attempt,
                    started_at=now,
                    finished_at=now,
                    counts=CrawlCounts(),
                    code=why,
                    detail=detail[:500],
                )
        return None


def _key(dead: Delivery | Undecodable) -> str:
    """Return what a message is noted under: its job, so that all copies of a request share one budget."""
    match dead:
        case Delivery(event=ScrapeRequested() | CrawlRequested() as request):
            return str(request.job_id)
    return f"event.{_identity(dead)}"


def _identity(dead: Delivery | Undecodable) -> UUID:
    """Return the id that a message carries, else one made of it."""
    if isinstance(dead, Delivery):
        return dead.envelope.event_id
    try:
        return UUID(dead.headers.get(EVENT_ID, ""))
    except ValueError:
        return uuid5(NAMESPACE_OID, f"{dead.subject}/{hashlib.sha256(dead.payload).hexdigest()}")
