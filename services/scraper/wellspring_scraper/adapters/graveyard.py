"""Dead letters of a service without a database: told by event, kept by whoever listens."""

from dataclasses import dataclass

import structlog

from wellspring_common.bus.port import Bus, Delivery, Undecodable, caused_by
from wellspring_common.clock import Clock
from wellspring_common.events.scrape import ScrapeFailed, ScrapeRequested
from wellspring_common.ids import derived_id

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class EventGraveyard:
    """Ends a job that cannot be handled by saying so."""

    bus: Bus
    clock: Clock

    async def failed(self, consumer: str, delivery: Delivery, error: BaseException) -> int:
        """Return the number of attempts, which the broker counts for us."""
        log.warning("scrape.interrupted", consumer=consumer, attempt=delivery.attempt, reason=str(error))
        return delivery.attempt

    async def bury(self, consumer: str, dead: Delivery | Undecodable, code: str, detail: str) -> None:
        """Publish the job's failure. What is no request at all can only be logged."""
        if isinstance(dead, Undecodable) or not isinstance(dead.event, ScrapeRequested):
            log.error("scrape.undecodable", consumer=consumer, subject=dead.subject, code=code, reason=detail)
            return
        job, now = dead.event, self.clock.now()
        event = ScrapeFailed(
            job_id=job.job_id,
            episode_id=job.episode_id,
            attempt=dead.attempt,
            started_at=now,
            finished_at=now,
            code="internal_error" if code == "bug" else code,
            detail=detail[:500],
            retryable=False,
        )
        event_id = derived_id(job.job_id, "scrape.failed")
        await self.bus.publish(event, caused_by(dead, event_id, event))
