"""What the refresher does because time has passed."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from wellspring_common import metrics
from wellspring_common.clock import Clock
from wellspring_common.errors import WellspringError
from wellspring_common.trace import traced
from wellspring_common.tunables import Tunables
from wellspring_common.tunables_watch import TunablesWatch

from .domain.patience import Patience
from .domain.rules import Rules, rules_of
from .ports import Crawls, Due, Limits, Planning, Store
from .settings import RefresherSettings

log = structlog.get_logger(__name__)


PLANNED_AT_ONCE = 500
PLAN_PAUSE_S = 0.05


async def always_there() -> None:
    """Find the broker there."""


@dataclass
class Sweeps:
    """The refresher's timers. `broker` raises while nobody can say anything."""

    store: Store
    due: Due
    planning: Planning
    crawls: Crawls
    tunables: TunablesWatch
    clock: Clock
    settings: RefresherSettings
    broker: Callable[[], Awaitable[None]] = always_there
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    is_paused: bool = False
    planned_by: Rules | None = None
    silent_at: datetime | None = None
    """When the broker was away last."""

    async def refresh_due(self) -> None:
        """Ask again and again for what is due."""
        while True:
            try:
                await self.sweep_once()
            except WellspringError as error:
                log.warning("sweep.delayed", reason=error.message)
            await self.pause(self.tunables.current.sweep_interval_seconds)

    async def sweep_once(self) -> list[int]:
        """Ask for a scrape of each due episode, end jobs that lost their scraper, and return the episodes."""
        now, tunables = self.clock.now(), self.tunables.current
        self._mind_the_pause(is_paused=tunables.refresh_paused)
        asked: list[int] = []
        seen = await self.due.look(patience_of(self.settings), now=now)
        overdue, oldest = seen.overdue, seen.oldest
        with traced(None):
            if await self._could_speak(now) and seen.has_lost:
                await self._end_lost(tunables, now)
            if overdue and not self.is_paused:
                asked = await self._ask(tunables, now)
                overdue, oldest = await self.due.overdue(now=now)
        metrics.LINKS_OVERDUE.set(overdue)
        metrics.LINK_OLDEST_OVERDUE.set(oldest.total_seconds())
        return asked

    async def _could_speak(self, now: datetime) -> bool:
        """Return whether a scraper could have said for a whole lease how its job goes.

        Else an outage of the broker would end every job that it found running.
        """
        try:
            await self.broker()
        except WellspringError:
            self.silent_at = now
        return self.silent_at is None or now - self.silent_at >= self.settings.job_lease

    async def _end_lost(self, tunables: Tunables, now: datetime) -> None:
        patience = patience_of(self.settings)
        lost = await self.store.end_lost_jobs(
            now=now, lease=patience.job_lease, queue_patience=patience.queue_patience, tunables=tunables
        )
        lost += await self.crawls.end_lost(
            now=now, lease=patience.crawl_lease, patience=patience.crawl_patience
        )
        log.warning("jobs.lost", jobs=lost)

    async def _ask(self, tunables: Tunables, now: datetime) -> list[int]:
        limits = Limits(
            most=self.settings.claim_limit,
            most_waiting=self.settings.most_waiting,
            lease=self.settings.job_lease,
            per_host_hour=tunables.scrapes_per_host_hour,
        )
        asked = await self.due.request_due(rules_of(tunables), limits, now=now)
        if asked:
            log.info("refresh.requested", episodes=asked)
        return asked

    def _mind_the_pause(self, *, is_paused: bool) -> None:
        """Say once that refreshing was paused, and once that it goes on."""
        if is_paused != self.is_paused:
            log.warning("refresh.paused" if is_paused else "refresh.resumed")
        self.is_paused = is_paused
        metrics.LINK_REFRESH_PAUSED.set(is_paused)

    async def plan(self) -> None:
        """Plan the whole schedule again whenever its rules change, without haste."""
        while True:
            try:
                left = await self.plan_once()
            except WellspringError as error:
                log.warning("planning.delayed", reason=error.message)
                left = False
            await self.pause(PLAN_PAUSE_S if left else self.tunables.current.sweep_interval_seconds)

    async def plan_once(self) -> bool:
        """Plan a batch by the rules in force, and return whether there is more to do."""
        rules = rules_of(self.tunables.current)
        if rules == self.planned_by:
            return False
        planned = await self.planning.plan_on(rules, most=PLANNED_AT_ONCE, now=self.clock.now())
        if planned is None:
            self.planned_by = rules
            log.info("schedule.planned", policy=rules.policy)
        return bool(planned)

    async def purge(self) -> None:
        """Delete what is past its retention, once in a while."""
        while True:
            try:
                deleted = await self.store.purge()
                log.info("retention.purged", rows=deleted)
            except WellspringError as error:
                log.warning("retention.delayed", reason=error.message)
            await self.pause(self.settings.purge_every.total_seconds())


def patience_of(settings: RefresherSettings) -> Patience:
    """Return how long jobs may run or wait before they count as lost."""
    return Patience(
        job_lease=settings.job_lease,
        queue_patience=settings.queue_patience,
        crawl_lease=settings.crawl_lease,
        crawl_patience=settings.crawl_patience,
    )
