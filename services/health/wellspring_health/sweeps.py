"""What health does because time has passed."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from itertools import product

import structlog

from wellspring_common import metrics
from wellspring_common.clock import Clock
from wellspring_common.errors import WellspringError
from wellspring_common.metering import OTHER, known_host
from wellspring_common.trace import traced
from wellspring_common.tunables_watch import TunablesWatch

from .domain.verdict import State, judge
from .ports import Checked, DueLink, Prober, Store
from .settings import HealthSettings

LINK_STATES = (*(state.value for state in State), "expired")

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Sweeps:
    """Health's timers."""

    store: Store
    prober: Prober
    tunables: TunablesWatch
    clock: Clock
    settings: HealthSettings

    async def check_due(self) -> None:
        """Probe what is due, again and again."""
        while True:
            try:
                done = await self.sweep_once()
            except WellspringError as error:
                log.warning("check.delayed", reason=error.message)
                done = 0
            if done < self.settings.batch:
                await asyncio.sleep(self.settings.sweep_interval.total_seconds())

    async def sweep_once(self) -> int:
        """Probe one batch of due links and return how many."""
        due = await self.store.claim_due(
            now=self.clock.now(), limit=self.settings.batch, lease=self.settings.lease
        )
        if not due:
            return 0
        slots = asyncio.Semaphore(self.settings.concurrency)
        with traced(None):
            checked = await asyncio.gather(*(self._check(link, slots) for link in due))
            await self.store.save(checked, now=self.clock.now())
        return len(due)

    async def _check(self, link: DueLink, slots: asyncio.Semaphore) -> Checked:
        async with slots:
            evidence = await self.prober.probe(link)
        interval = timedelta(minutes=self.tunables.current.probe_interval_minutes)
        health = judge(link.health, evidence, now=self.clock.now(), interval=interval)
        if health.state is not link.health.state:
            log.info(
                "link.turned",
                link_id=link.link_id,
                episode_id=link.episode_id,
                server=link.server,
                was=link.health.state.value,
                now=health.state.value,
                reason=evidence.reason,
            )
        return Checked(link, evidence, health)

    async def count(self) -> None:
        """Keep the gauges of links, now and then: counting reads the whole table.

        It takes a twentieth of the time at most, so that a large library is counted less often.
        """
        while True:
            began = time.monotonic()
            try:
                await self.count_once()
            except WellspringError as error:
                log.warning("count.delayed", reason=error.message)
            took = time.monotonic() - began
            await asyncio.sleep(max(self.settings.count_every.total_seconds(), took * 20))

    async def count_once(self) -> None:
        """Count links by state and server, and see how late the probes are."""
        now = self.clock.now()
        found: Counter[tuple[str, str]] = Counter()
        for (state, server), links in (await self.store.counts(now=now)).items():
            found[state, known_host(server)] += links
        oldest = await self.store.oldest_due(now=now)
        metrics.LINK_CHECK_OLDEST.set(oldest.total_seconds())
        metrics.LINKS.clear()
        for state, host in product(LINK_STATES, {OTHER, *(host for _, host in found)}):
            metrics.LINKS.labels(state, host).set(found[state, host])

    async def purge(self) -> None:
        """Delete what is past its retention, once in a while."""
        while True:
            try:
                log.info("retention.purged", rows=await self.store.purge())
            except WellspringError as error:
                log.warning("retention.delayed", reason=error.message)
            await asyncio.sleep(self.settings.purge_every.total_seconds())
