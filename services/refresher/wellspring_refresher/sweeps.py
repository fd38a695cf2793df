"""What the refresher does because time has passed."""

import asyncio
from dataclasses import dataclass

import structlog

from wellspring_common import metrics
from wellspring_common.clock import Clock
from wellspring_common.errors import WellspringError
from wellspring_common.trace import traced
from wellspring_common.tunables_watch import TunablesWatch

from .ports import Crawls, Store
from .settings import RefresherSettings

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Sweeps:
    """The refresher's timers."""

    store: Store
    crawls: Crawls
    tunables: TunablesWatch
    clock: Clock
    settings: RefresherSettings

    async def refresh_due(self) -> None:
        """Ask again and again for what is due."""
        while True:
            try:
                await self.sweep_once()
            except WellspringError as error:
                log.warning("sweep.delayed", reason=error.message)
            await asyncio.sleep(self.tunables.current.sweep_interval_seconds)

    async def sweep_once(self) -> list[int]:
        """Ask for a scrape of each due episode, end jobs that lost their scraper, and return the episodes."""
        now = self.clock.now()
        with traced(None):
            lost = await self.store.end_lost_jobs(
                now=now, lease=self.settings.job_lease, queue_patience=self.settings.queue_patience
            )
            lost += await self.crawls.end_lost(
                now=now, lease=self.settings.crawl_lease, patience=self.settings.crawl_patience
            )
            if lost:
                log.warning("jobs.lost", jobs=lost)
            asked = await self.store.request_due(
                now=now,
                limit=self.settings.claim_limit,
                lease=self.settings.job_lease,
                most_waiting=self.settings.most_waiting,
            )
            if asked:
                log.info("refresh.requested", episodes=asked)
        overdue, oldest = await self.store.overdue(now=now)
        metrics.LINKS_OVERDUE.set(overdue)
        metrics.LINK_OLDEST_OVERDUE.set(oldest.total_seconds())
        return asked

    async def purge(self) -> None:
        """Delete what is past its retention, once in a while."""
        while True:
            try:
                deleted = await self.store.purge()
                log.info("retention.purged", rows=deleted)
            except WellspringError as error:
                log.warning("retention.delayed", reason=error.message)
            await asyncio.sleep(self.settings.purge_every.total_seconds())
