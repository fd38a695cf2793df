"""The scraper's door for crawls: a request comes in, titles and an end go out."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import structlog

from wellspring_common.bus.port import Bus, Delivery, Handler, Subscription, caused_by
from wellspring_common.clock import Clock
from wellspring_common.errors import DependencyDown, Transient, WellspringError, reason_of
from wellspring_common.events.crawl import (
    CrawlCounts,
    CrawlFinished,
    CrawlRequested,
    CrawlStarted,
    CrawlStep,
)
from wellspring_common.events.envelope import Event
from wellspring_common.events.specs import REPLAY
from wellspring_common.events.topology import SCRAPER_CRAWL
from wellspring_common.ids import derived_id

from ..domain.crawl_end import concluded
from ..ports import Fetches, KeepsPages, Robots, Seen
from ..sites.definition import Definition
from ..sites.wishes import Slow
from .reading import Pause, Reader
from .reporting import Report
from .walk import Catalogue, Crawl

MOST_ATTEMPTS = 20
"""A crawl whose process died so often is given up: it may well be what kills it."""
STEP_EVERY_S = 0.5

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Patience:
    """How long one page and one crawl may take, and how old a request may be, in seconds."""

    page_s: float = 10.0
    crawl_s: float = 3600.0
    expires_s: float = 24 * 3600.0


@dataclass(frozen=True)
class CrawlHandlers:
    """What the scraper does with the crawls that are asked of it."""

    bus: Bus
    fetcher: Fetches
    robots: Robots
    find: Callable[[str], Definition]
    catalogue: Catalogue
    seen: Seen
    clock: Clock
    patience: Patience = field(default_factory=Patience)
    pages_kept: KeepsPages | None = None
    pause: Pause = asyncio.sleep
    slow: Slow | None = None
    holds_back: Callable[[str], float] | None = None
    drifted: Callable[[str], None] = lambda _: None

    def subscription(
        self,
        admit: Callable[[], bool] = lambda: True,
        once: Callable[[Handler], Handler] = lambda handler: handler,
    ) -> Subscription:
        """Return the consumer with its event and handler. `once` keeps second copies of a job away."""
        table: Mapping[type[Event], Handler] = {CrawlRequested: once(self.on_crawl_requested)}
        return Subscription(SCRAPER_CRAWL, table, admit)

    async def on_crawl_requested(self, delivery: Delivery) -> None:
        """Read a catalogue and publish what is new in it.

        Ids of what is published follow from job and content, so that a repetition changes nothing.
        """
        job, started_at = delivery.event, self.clock.now()
        if not isinstance(job, CrawlRequested):
            raise TypeError(f"{type(job).__name__} is no crawl.requested")

        async def publish(event_id: UUID, event: Event) -> None:
            await delivery.working()
            await self.bus.publish(event, caused_by(delivery, event_id, event))

        report = Report(job, self.seen, publish)
        end = await report.take_over()
        if end is None:
            started = CrawlStarted(
                job_id=job.job_id,
                catalogue_id=job.catalogue_id,
                attempt=delivery.attempt,
                started_at=started_at,
            )
            await publish(derived_id(job.job_id, CrawlStarted.subject, delivery.attempt), started)
            crawl, why = await self._crawled(delivery, job, report)
            end = concluded(
                job,
                delivery.attempt,
                (started_at, self.clock.now()),
                counts=crawl.counts if crawl else None,
                problems=crawl.problems if crawl else (),
                why=why,
                base_url=crawl.base_url if crawl else "",
            )
            await report.finish(end)
            await _tell(self.bus, job, self.clock, ("failed" if end.code else "finished", None), end.counts)
        await publish(derived_id(job.job_id, CrawlFinished.subject), end)
        log.info(
            "crawl.finished",
            job_id=str(job.job_id),
            catalogue_id=job.catalogue_id,
            code=end.code,
            **end.counts.model_dump(),
        )

    async def _crawled(
        self, delivery: Delivery, job: CrawlRequested, report: Report
    ) -> tuple[Crawl | None, WellspringError | None]:
        """Return the crawl as far as it came, and what ended it before its end."""
        crawl: Crawl | None = None
        try:
            self._check(delivery, job)
            crawl = self._crawl(delivery, job, report)
            await crawl.run()
        except DependencyDown:
            raise
        except WellspringError as error:
            log.warning("crawl.ended", job_id=str(job.job_id), code=error.code, reason=reason_of(error))
            return crawl, error
        return crawl, None

    def _check(self, delivery: Delivery, job: CrawlRequested) -> None:
        if delivery.subject.startswith(f"{REPLAY}."):
            return  # somebody wants it tried again now, however old it is
        if self.clock.now() - job.requested_at > timedelta(seconds=self.patience.expires_s):
            raise Transient("Nobody came to this crawl in time.", code="too_late")
        if delivery.attempt > MOST_ATTEMPTS:
            raise Transient(f"The crawl was cut off {MOST_ATTEMPTS} times.", code="interrupted")

    def _crawl(self, delivery: Delivery, job: CrawlRequested, report: Report) -> Crawl:
        definition = self.find(job.definition)
        told_at = float("-inf")

        async def beat() -> None:
            nonlocal told_at
            await delivery.working()
            now = asyncio.get_running_loop().time()
            if now - told_at >= STEP_EVERY_S:
                told_at = now
                await _tell(self.bus, job, self.clock, crawl.where, crawl.counts)

        reader = Reader(
            fetcher=self.fetcher,
            robots=None if _may_ignore_robots(definition) else self.robots,
            definition=definition,
            beat=beat,
            until=asyncio.get_running_loop().time() + self.patience.crawl_s,
            page_s=self.patience.page_s,
            pages_kept=self.pages_kept,
            pause=self.pause,
            slow=self.slow,
            holds_back=self.holds_back,
            drifted=self.drifted,
        )
        crawl = Crawl(
            job=job,
            definition=definition,
            catalogue=self.catalogue,
            reader=reader,
            report=report,
            seen=self.seen,
            clock=self.clock,
        )
        return crawl


async def _tell(
    bus: Bus, job: CrawlRequested, clock: Clock, where: tuple[str, str | None], counts: CrawlCounts
) -> None:
    step, title = where
    await bus.tell(
        CrawlStep(
            job_id=job.job_id,
            catalogue_id=job.catalogue_id,
            at=clock.now(),
            step=step,
            title=title,
            counts=counts,
        )
    )


def _may_ignore_robots(definition: Definition) -> bool:
    return definition.robots == "ignore"
