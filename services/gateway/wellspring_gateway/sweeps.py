"""What the gateway does because time has passed."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import structlog

from wellspring_common import metrics
from wellspring_common.clock import Clock
from wellspring_common.errors import Throttled, WellspringError
from wellspring_common.trace import traced

from .crawling import Catalogues, Pictures, Posters, WantedPoster

CRAWLS_EVERY_S = 15.0
POSTERS_EVERY_S = 5.0
POSTERS_AT_ONCE = 8

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
