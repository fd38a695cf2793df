"""What the gateway does because time has passed."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import structlog

from wellspring_common import metrics
from wellspring_common.clock import Clock
from wellspring_common.errors import Permanent, Throttled, WellspringError
from wellspring_common.trace import traced
from wellspring_common.tunables_watch import TunablesWatch

from .crawling import Catalogues, Pictures, Posters, WantedPoster
from .domain.cleaning import Rules
from .upkeep import Cleaning

CRAWLS_EVERY_S = 15.0
POSTERS_EVERY_S = 5.0
POSTERS_AT_ONCE = 8
CLEAN_EVERY_S = 60.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Sweeps:
    """The gateway's timers. Any number of replicas may run them: each row is claimed by one."""

    catalogues: Catalogues
    posters: Posters
    pictures: Pictures
    clock: Clock

    async def crawl_due(self) -> None:
        """Ask again and again for the crawls that are due."""
        while True:
            try:
                with traced(None):
                    asked = await self.catalogues.request_due(now=self.clock.now())
                if asked:
                    log.info("crawls.requested", jobs=[str(job_id) for job_id in asked])
            except WellspringError as error:
                log.warning("sweep.delayed", reason=error.message)
            await asyncio.sleep(CRAWLS_EVERY_S)

    async def fetch_posters(self) -> None:
        """Fetch again and again the pictures that are due."""
        while True:
            fetched = 0
            try:
                fetched = await self.posters_once()
            except WellspringError as error:
                log.warning("sweep.delayed", reason=error.message)
            if fetched < POSTERS_AT_ONCE:
                await asyncio.sleep(POSTERS_EVERY_S)

    async def posters_once(self) -> int:
        """Fetch some of the pictures that are due, side by side, and return how many were asked for."""
        due = await self.posters.claim_due(now=self.clock.now(), limit=POSTERS_AT_ONCE)
        await asyncio.gather(*(self._fetch(wanted) for wanted in due))
        return len(due)

    async def _fetch(self, wanted: WantedPoster) -> None:
        try:
            fetched = await self.pictures.fetch(wanted)
        except Throttled as error:
            wait = timedelta(seconds=error.retry_after)
            await self.posters.postpone(wanted, wait, now=self.clock.now())
            metrics.POSTERS.labels("postponed").inc()
            return
        except WellspringError as error:
            await self.posters.failed(wanted, error.message, now=self.clock.now())
            metrics.POSTERS.labels("failed").inc()
            log.info("poster.failed", title_id=wanted.title_id, code=error.code)
            return
        is_new = await self.posters.keep(wanted, fetched.poster, fetched.headers, now=self.clock.now())
        metrics.POSTERS.labels("stored" if is_new else "unchanged").inc()


@dataclass(frozen=True)
class CleanSweep:
    """The clean-up's timer. Any number of replicas may run it: one of them does the work."""

    cleaning: Cleaning
    tunables: TunablesWatch
    clock: Clock

    async def clean_due(self) -> None:
        """Clean up again and again, as often as the settings say: by default never."""
        held_back = ""
        while True:
            try:
                with traced(None):
                    await self.clean_once()
                held_back = ""
            except Permanent as error:
                # a breaker may stay open for hours: said once
                if error.message != held_back:
                    log.warning("cleaning.held_back", code=error.code, reason=error.message)
                held_back = error.message
            except WellspringError as error:
                log.warning("sweep.delayed", reason=error.message)
            await asyncio.sleep(CLEAN_EVERY_S)

    async def clean_once(self) -> bool:
        """Clean up if it is time, and return whether it was. Raises `Permanent` while a breaker is open."""
        every, grace = (
            self.tunables.current.clean_interval_hours,
            self.tunables.current.clean_grace_hours,
        )
        if every <= 0:
            return False
        rules = Rules(grace=timedelta(hours=grace))
        return await self.cleaning.run_due(rules, every_hours=every, now=self.clock.now()) is not None
