"""Dead letters of a service without a database: told by event, kept by whoever listens."""

from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

import structlog

from wellspring_common.bus.port import Bus, Delivery, Undecodable, caused_by
from wellspring_common.clock import Clock
from wellspring_common.events.crawl import CrawlCounts, CrawlFinished, CrawlRequested
from wellspring_common.events.scrape import ScrapeFailed, ScrapeRequested
from wellspring_common.ids import derived_id

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class EventGraveyard:
    """Ends a job that cannot be handled by saying so."""

    bus: Bus
    clock: Clock
    _unended: Counter[tuple[str, UUID]] = field(default_factory=Counter)

    async def unended(self, consumer: str, delivery: Delivery) -> int:
        """Return how many runs were noted that never ended, as far as this process knows."""
        return self._unended[consumer, delivery.envelope.event_id]

    async def begun(self, consumer: str, delivery: Delivery) -> int:
        """Note a run, and return how many before it never ended."""
        before = await self.unended(consumer, delivery)
        self._unended[consumer, delivery.envelope.event_id] += 1
        return before

    async def ended(self, consumer: str, delivery: Delivery) -> None:
        """Forget unended runs."""
        self._unended.pop((consumer, delivery.envelope.event_id), None)

    async def failed(self, consumer: str, delivery: Delivery, error: BaseException) -> int:
        """Return the number of attempts, which the broker counts for us."""
        log.warning("scrape.interrupted", consumer=consumer, attempt=delivery.attempt, reason=str(error))
        return delivery.attempt

    async def bury(
        self, consumer: str, dead: Delivery | Undecodable, code: str, detail: str, fingerprint: str = ""
    ) -> None:
        """Publish the job's failure. What is no request at all can only be logged."""
        del fingerprint
        now, why = self.clock.now(), "internal_error" if code == "bug" else code
        end: ScrapeFailed | CrawlFinished
        match dead:
            case Delivery(event=ScrapeRequested() as scrape):
                end = ScrapeFailed(
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
                end = CrawlFinished(
                    job_id=crawl.job_id,
                    catalogue_id=crawl.catalogue_id,
                    attempt=dead.attempt,
                    started_at=now,
                    finished_at=now,
                    counts=CrawlCounts(),
                    code=why,
                    detail=detail[:500],
                )
            case _:
                log.error(
                    "job.undecodable", consumer=consumer, subject=dead.subject, code=code, reason=detail
                )
                return
        await self.bus.publish(end, caused_by(dead, derived_id(end.job_id, end.subject), end))
