"""What the gateway does because time has passed."""

import asyncio
from dataclasses import dataclass

import structlog

from wellspring_common.clock import Clock
from wellspring_common.errors import WellspringError
from wellspring_common.trace import traced

from .crawling import Catalogues

CRAWLS_EVERY_S = 15.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Sweeps:
    """The gateway's timers. Any number of replicas may run them: each row is claimed by one."""

    catalogues: Catalogues
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
