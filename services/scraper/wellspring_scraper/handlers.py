"""The scraper's door: a request comes in, links or a named failure go out."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from wellspring_common import metrics
from wellspring_common.bus.port import Bus, Delivery, Handler, Subscription, caused_by
from wellspring_common.clock import Clock
from wellspring_common.events.envelope import Event
from wellspring_common.events.live import ScrapeStep, Step
from wellspring_common.events.scrape import (
    LinksScraped,
    ScrapeFailed,
    ScrapeRequested,
    ScrapeStarted,
    SourceRef,
    SourceResult,
)
from wellspring_common.events.topology import SCRAPER_BACKGROUND, SCRAPER_INTERACTIVE
from wellspring_common.ids import derived_id
from wellspring_common.metering import count_by_host

from .domain.drift import has_drifted
from .domain.failures import any_retryable, describe, outcome
from .domain.results import fitting, without_decoys
from .domain.routing import host_of
from .ports import NextRung, Rung, Scraped

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Handlers:
    """What the scraper does with the events that it consumes."""

    bus: Bus
    rung: Rung
    clock: Clock
    job_deadline_s: float
    next_rung: NextRung | None = None
    drifted: Callable[[str], None] = lambda _: None
    """Hears the id of a definition that found nothing on a page that answered."""

    def subscriptions(
        self,
        admit: Callable[[], bool] = lambda: True,
        once: Callable[[Handler], Handler] = lambda handler: handler,
    ) -> tuple[Subscription, ...]:
        """Return the table of consumers, events and handlers. `once` keeps second copies of a job away."""
        table: dict[type[Event], Handler] = {ScrapeRequested: once(self.on_scrape_requested)}
        return tuple(Subscription(spec, table, admit) for spec in (SCRAPER_INTERACTIVE, SCRAPER_BACKGROUND))

    async def on_scrape_requested(self, delivery: Delivery) -> None:
        """Scrape all sources of a job and publish what came of it.

        Ids of what is published follow from job and attempt, so that a repetition changes nothing.
        """
        job = delivery.event
        if not isinstance(job, ScrapeRequested):
            raise TypeError(f"{type(job).__name__} is no scrape.requested")
        started_at, began = self.clock.now(), time.perf_counter()
        watch = LiveWatch(self.bus, delivery, job, self.clock)
        started = ScrapeStarted(
            job_id=job.job_id, episode_id=job.episode_id, attempt=delivery.attempt, started_at=started_at
        )
        log.info(
            "scrape.started", job_id=str(job.job_id), episode_id=job.episode_id, attempt=delivery.attempt
        )
        await self._publish(delivery, "started", started)
        await watch.step(Step.STARTED, count=len(job.sources))
        results = await self._scrape_all(job, watch)
        event = conclude(job, delivery.attempt, started_at, self.clock.now(), results)
        if isinstance(event, LinksScraped):
            await self._publish(delivery, "links.scraped", event)
            await watch.step(Step.FINISHED, count=sum(len(one.links) for one in results))
        else:
            await self._publish(delivery, "scrape.failed", event)
            await watch.step(Step.FAILED, code=event.code)
        for source, result in zip(job.sources, results, strict=True):
            if has_drifted(result):
                self.drifted(source.definition)
        _measure(job, results, time.perf_counter() - began)

    async def _scrape_all(self, job: ScrapeRequested, watch: "LiveWatch") -> tuple[SourceResult, ...]:
        until = asyncio.get_running_loop().time() + self.job_deadline_s
        scraped = await _together([self.rung.scrape(source, watch, until) for source in job.sources])
        if self.next_rung is not None:
            scraped = await self.next_rung.climb(job.sources, scraped, watch, until)
        unique = frozenset[str]().union(*(one.unique for one in scraped))
        return without_decoys([one.result for one in scraped], unique)

    async def _publish(self, delivery: Delivery, what: str, event: "_Outgoing") -> None:
        # A job ends once: a run that was repeated because its acknowledgement got lost says nothing new.
        ordinal = delivery.attempt if isinstance(event, ScrapeStarted) else 0
        event_id = derived_id(event.job_id, what, ordinal)
        await self.bus.publish(event, caused_by(delivery, event_id, event))


_Outgoing = ScrapeStarted | LinksScraped | ScrapeFailed


@dataclass(frozen=True)
class LiveWatch:
    """Passes each step on to open pages, and tells the broker that the work goes on."""

    bus: Bus
    delivery: Delivery
    job: ScrapeRequested
    clock: Clock

    @property
    def spared(self) -> frozenset[str]:
        """Return the servers that the job must not ask for a link."""
        return frozenset(self.job.spare)

    async def step(
        self,
        step: Step,
        source: SourceRef | None = None,
        *,
        server: str | None = None,
        host: str | None = None,
        count: int | None = None,
        code: str | None = None,
    ) -> None:
        """Take notice of a step that begins or has ended."""
        await self.delivery.working()
        said: Event = ScrapeStep(
            job_id=self.job.job_id,
            episode_id=self.job.episode_id,
            at=self.clock.now(),
            step=step,
            source_id=None if source is None else source.source_id,
            quality=None if source is None else source.quality,
            server=server,
            host=host,
            count=count,
            code=code,
        )
        await self.bus.tell(said)


def conclude(
    job: ScrapeRequested,
    attempt: int,
    started_at: datetime,
    finished_at: datetime,
    results: tuple[SourceResult, ...],
) -> LinksScraped | ScrapeFailed:
    """Return the event that a job ends with. One link is enough for a success; problems stay with it."""
    results = fitting(results)
    if any(result.links for result in results):
        return LinksScraped(
            job_id=job.job_id,
            episode_id=job.episode_id,
            attempt=attempt,
            started_at=started_at,
            finished_at=finished_at,
            results=results,
        )
    problems = [problem for result in results for problem in result.problems]
    worst = describe(problems)
    return ScrapeFailed(
        job_id=job.job_id,
        episode_id=job.episode_id,
        attempt=attempt,
        started_at=started_at,
        finished_at=finished_at,
        code=worst.code,
        detail=worst.detail,
        retryable=any_retryable(problems),
        results=results,
    )


async def _together(work: list[Coroutine[Any, Any, Scraped]]) -> list[Scraped]:
    tasks = [asyncio.create_task(one) for one in work]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()


def _measure(job: ScrapeRequested, results: tuple[SourceResult, ...], seconds: float) -> None:
    mode = "http" if all(one.escalated_because is None for one in results) else "browser"
    metrics.SCRAPE_DURATION.labels(mode).observe(seconds)
    codes = []
    for source, result in zip(job.sources, results, strict=True):
        code = None if result.links else describe(result.problems).code
        codes.append(code)
        count_by_host(metrics.SCRAPES, host_of(source.url), outcome=outcome(code))
    log.info(
        "scrape.completed",
        job_id=str(job.job_id),
        episode_id=job.episode_id,
        links=sum(len(result.links) for result in results),
        failures=[code for code in codes if code is not None],
        elapsed_ms=round(seconds * 1000),
    )
