"""Takes downloads as there is room for them, and keeps what it has until it has ended."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

import structlog

from wellspring_common import metrics
from wellspring_common.errors import WellspringError

from ..adapters.downloads import Job
from .course import Ground
from .run import Runner

BEATS = 3
"""So many renewals in the time of a lease: two may fail."""

STOP_S = 4.0
"""So long whoever decides waits for the work to end."""

log = structlog.get_logger(__name__)


@dataclass
class Worker:
    """Works on as many downloads at once as the settings allow, those of others that were killed included."""

    ground: Ground
    runner: Runner
    at_once: Callable[[], int]
    poll_s: float
    _working: dict[UUID, asyncio.Task[None]] = field(default_factory=dict)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        """Look for downloads now."""
        self._wake.set()

    async def stop(self, download_id: UUID) -> None:
        """End the work on a download that somebody has decided on, and return once it has let go."""
        task = self._working.get(download_id)
        if task is not None:
            task.cancel()
            await asyncio.wait({task}, timeout=STOP_S)

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            while True:
                self._wake.clear()
                try:
                    await self._fill()
                except WellspringError as error:
                    log.warning("downloads.delayed", reason=error.message)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self.poll_s):
                        await self._wake.wait()
        finally:
            tasks = list(self._working.values())
            for task in tasks:
                task.cancel()
            if tasks:
                await asyncio.wait(tasks)

    async def _fill(self) -> None:
        while len(self._working) < self.at_once():
            job = await self.ground.downloads.claim(now=self.ground.clock.now(), lease=self.ground.lease)
            if job is None:
                return
            task = asyncio.create_task(self._work(job), name=f"download {job.id}")
            self._working[job.id] = task
            task.add_done_callback(partial(self._ended, job.id))
            metrics.DOWNLOADS_IN_PROGRESS.set(len(self._working))

    def _ended(self, download_id: UUID, _: "asyncio.Task[None]") -> None:
        self._working.pop(download_id, None)
        metrics.DOWNLOADS_IN_PROGRESS.set(len(self._working))
        self._wake.set()

    async def _work(self, job: Job) -> None:
        running = asyncio.create_task(self.runner.run(job))
        beating = asyncio.create_task(self._beat(job, running))
        try:
            await asyncio.wait({running})
        finally:
            for task in (running, beating):
                task.cancel()
            await asyncio.wait({running, beating})
            await self._tidy(job.id)
        if not running.cancelled() and (error := running.exception()) is not None:
            log.error("download.crashed", download_id=str(job.id), exc_info=error)

    async def _beat(self, job: Job, running: asyncio.Task[None]) -> None:
        """Keep the claim, and end the work once it is somebody else's."""
        while True:
            await asyncio.sleep(self.ground.lease.total_seconds() / BEATS)
            try:
                ours = await self.ground.downloads.renew(
                    job, now=self.ground.clock.now(), lease=self.ground.lease
                )
            except WellspringError as error:
                log.warning("download.lease_not_renewed", download_id=str(job.id), reason=error.message)
                continue
            if not ours:
                running.cancel()
                return

    async def _tidy(self, download_id: UUID) -> None:
        """Delete what was written for a download that somebody cancelled meanwhile."""
        with contextlib.suppress(WellspringError):
            if await self.ground.downloads.state(download_id) == "cancelled":
                await self.ground.folder.forget(download_id)
