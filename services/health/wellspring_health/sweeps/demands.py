"""Probes that somebody asked for: a run at a time, each link once, the hosts at their own pace."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import structlog

from wellspring_common import metrics
from wellspring_common.clock import Clock
from wellspring_common.errors import WellspringError
from wellspring_common.tunables_watch import TunablesWatch

from ..domain.rounds import Rules
from ..ports import OpenRun, Runs, Store
from ..settings import HealthSettings
from .lease import kept
from .looking import Looker, tell

PATIENCE = timedelta(minutes=2)
"""A host that may not be asked for longer is left out of the run."""
LONGEST = timedelta(hours=24)
"""What is left of a run by then is what nobody could look at: its answer would be of another day."""
OVERDUE = "run_expired: not done within 24 hours"
PAUSE_S = 0.5

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Demands:
    """Works through runs of probes. What a killed one left is gone on with by whoever comes next."""

    store: Store
    runs: Runs
    looker: Looker
    tunables: TunablesWatch
    clock: Clock
    settings: HealthSettings

    async def work(self) -> None:
        """Take runs, again and again."""
        while True:
            try:
                worked = await self.work_once()
            except WellspringError as error:
                log.warning("probe_run.delayed", reason=error.message)
                worked = False
            if not worked:
                await asyncio.sleep(self.settings.sweep_interval.total_seconds())

    async def work_once(self) -> bool:
        """Work through the oldest open run, and return whether there was one."""
        run = await self.runs.take(now=self.clock.now(), lease=self.settings.run_lease)
        if run is None:
            return False
        log.info("probe_run.taken", run_id=str(run.run_id), links=run.left)
        overdue = self._is_overdue(run)
        while not overdue and await self._batch(run):
            overdue = self._is_overdue(run)
        await self.runs.finish(run.run_id, now=self.clock.now(), error=OVERDUE if overdue else None)
        metrics.PROBE_RUNS.labels("failed" if overdue else "done").inc()
        (log.warning if overdue else log.info)(
            "probe_run.failed" if overdue else "probe_run.finished", run_id=str(run.run_id)
        )
        return True

    def _is_overdue(self, run: OpenRun) -> bool:
        return self.clock.now() - run.requested_at >= LONGEST

    async def _batch(self, run: OpenRun) -> bool:
        """Look at some links of a run, and return whether there may be more."""
        deadline_s = run.timeout_s or self.tunables.current.probe_timeout_seconds
        busy = self.looker.busy()
        links = await self.runs.next_links(
            run.run_id,
            now=self.clock.now(),
            limit=min(self.settings.batch, 2 * self.settings.concurrency),
            per_host=self.settings.per_host,
            lease=self.settings.lease,
            run_lease=self.settings.run_lease,
            busy=busy,
        )
        if not links:
            return await self._waited(run, busy)
        async with kept(self.runs, run.run_id, self.clock, lease=self.settings.run_lease) as looked:
            looks = await self.looker.look(links, deadline_s=deadline_s, looked=looked)
        rules = Rules.of(self.tunables.current)
        done = await self.store.save(looks, now=self.clock.now(), rules=rules, run_id=run.run_id)
        tell(done)
        if done.own.is_down:
            await asyncio.sleep(PAUSE_S)
        return True

    async def _waited(self, run: OpenRun, busy: list[str]) -> bool:
        """Wait for what can't be had just now, and leave hosts out that want to be left alone for long.

        A link that a sweep is saving can't be had either: the run has ended only when nothing of it is left.
        """
        long = [host for host in busy if self.looker.away(host) > PATIENCE]
        if long and await self.runs.give_up(run.run_id, long):
            log.warning("probe_run.shortened", run_id=str(run.run_id), hosts=long)
        if not await self.runs.has_more(run.run_id):
            return False
        await asyncio.sleep(PAUSE_S)
        return True
