"""Taking on less before memory runs out: no new jobs first, then a clean end and a fresh start.

The kernel ends a process without asking, and on some systems the whole container. What counts is memory
that it cannot take back: what a browser leaves of its own files in the cache is no trouble.
"""

import asyncio
import gc
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import structlog

from wellspring_common import metrics
from wellspring_common.cgroup import GroupMemory, read_memory

from .processes import memory
from .room import Look

EVERY_S = 1.0
NO_MORE = 0.60
"""The share of the limit above which no job is taken."""
AGAIN = 0.55
TOO_MUCH = 0.80
"""The share above which, once garbage is gone, only a fresh process helps."""
SETTLING_S = 60.0
"""So long a fresh process is not ended again: a limit that it cannot live below is no reason to spin."""
STUCK_CHECKS = 300
"""So many looks in a row without room for a job, longer than any takes: what is held is not coming back."""
_MB = 1024 * 1024

log = structlog.get_logger(__name__)


def end_cleanly() -> None:
    """Ask this very process to end, as whoever supervises it would: jobs go back, and it is started again."""
    os.kill(os.getpid(), signal.SIGTERM)


def look_within(limit_mb: int | None) -> Look:
    """Return what reads the memory of this process's group, within a limit of the operator's own if given.

    Where the system shows no group, the own process is what is measured against that limit.
    """
    if limit_mb is None:
        return read_memory
    limit = limit_mb * _MB

    def look() -> GroupMemory | None:
        found = read_memory()
        if found is not None and found.limit is not None:
            return replace(found, limit=min(found.limit, limit))
        hard = memory(os.getpid()).hard
        return GroupMemory(limit=limit, hard=hard, working_set=hard, oom_kills=0)

    return look


@dataclass
class Shedding:
    """Watches the memory of the scraper between browser jobs, which have a watch of their own."""

    look: Look
    is_browsing: Callable[[], bool]
    end: Callable[[], None] = end_cleanly
    every_s: float = EVERY_S
    settling_s: float = field(default_factory=lambda: SETTLING_S)
    full: bool = False
    _ending: bool = False
    _full_checks: int = 0
    _least: float | None = None
    """The share that this process had when it was fresh: where that is much, another one has no more room."""

    def admits(self) -> bool:
        """Return whether another job may be taken."""
        return not self.full

    async def run(self) -> None:
        """Watch until cancelled."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        while True:
            self.check(settled=loop.time() - began >= self.settling_s)
            await asyncio.sleep(self.every_s)

    def check(self, *, settled: bool) -> None:
        """Look once, and act on what is seen."""
        found = self.look()
        if found is None:
            return
        metrics.SCRAPER_MEMORY.set(found.hard)
        if found.limit is None or self.is_browsing():
            return
        if found.hard > TOO_MUCH * found.limit:
            gc.collect()
            found = self.look() or found
        share = found.hard / (found.limit or 1)
        if not settled:
            self._least = share if self._least is None else min(self._least, share)
        self._set(share > (AGAIN if self.full else NO_MORE), found)
        self._full_checks = self._full_checks + 1 if self.full else 0
        outgrown = share > TOO_MUCH and settled
        stuck = self._full_checks >= STUCK_CHECKS
        hopeless = self._least is not None and self._least > NO_MORE
        if (outgrown or stuck) and not hopeless and not self._ending:
            self._ending = True
            log.error("scraper.outgrown", hard_mb=found.hard // _MB, limit_mb=(found.limit or 0) // _MB)
            self.end()

    def _set(self, full: bool, found: GroupMemory) -> None:  # noqa: FBT001  (what it is set to)
        if full == self.full:
            return
        self.full = full
        metrics.SCRAPER_SHEDDING.set(full)
        tell = log.warning if full else log.info
        event = "jobs.refused" if full else "jobs.admitted"
        tell(event, hard_mb=found.hard // _MB, limit_mb=(found.limit or 0) // _MB)
