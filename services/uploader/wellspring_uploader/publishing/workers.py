"""Sees to it that every target has a worker: here, or in another process that has its turn."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

from wellspring_common import metrics
from wellspring_common.clock import Clock
from wellspring_common.errors import WellspringError

from ..domain.states import UNDER_WAY
from ..ports.turns import FenceLostError, Turnkeeping, TurnLostError, Turns
from ..ports.uploads import Uploads
from .worker import Worker

log = structlog.get_logger(__name__)

STALLED_S = 60.0


@dataclass
class Workers:
    """Starts a worker for each target that nobody serves."""

    make: Callable[[int, Turnkeeping], Worker]
    """Makes the worker of a target that has its turn."""
    uploads: Uploads
    turns: Turns
    clock: Clock
    poll_s: float = 5.0
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    serving: dict[int, asyncio.Task[None]] = field(default_factory=dict)
    working: dict[int, Worker] = field(default_factory=dict)

    async def run(self) -> None:
        """Serve every target until cancelled."""
        try:
            while True:
                try:
                    await self._look_around()
                except WellspringError as error:
                    log.warning("workers.delayed", reason=error.message)
                await self.pause(min(self.poll_s, 1.0))
        finally:
            for task in self.serving.values():
                task.cancel()
            await asyncio.gather(*self.serving.values(), return_exceptions=True)

    async def _look_around(self) -> None:
        there = set(await self.uploads.channels())
        for target_id in there:
            task = self.serving.get(target_id)
            if task is None or task.done():
                self.serving[target_id] = asyncio.create_task(self._serve(target_id))
        for target_id in set(self.serving) - there:
            self.serving.pop(target_id).cancel()
        await self._measure()

    async def _measure(self) -> None:
        """Show what is under way here."""
        now = self.clock.now()
        active, stalled, oldest = 0, 0, 0.0
        for target_id, worker in self.working.items():
            upload = await self.uploads.under_way(target_id)
            if upload is None or upload.state not in UNDER_WAY:
                continue
            active += 1
            if upload.started_at is not None:
                oldest = max(oldest, (now - upload.started_at).total_seconds())
            moved_at = worker.going.sending.moved_at
            stalled += moved_at is not None and (now - moved_at).total_seconds() > STALLED_S
        metrics.UPLOADS_IN_PROGRESS.set(active)
        metrics.UPLOADS_STALLED.set(stalled)
        metrics.UPLOAD_OLDEST_ACTIVE.set(oldest)

    async def _serve(self, target_id: int) -> None:
        """Take a target's turn, and work until it is over."""
        try:
            async with self.turns.take(target_id) as turn:
                if turn is None:
                    return
                log.info("worker.started", target_id=target_id, fence=turn.fence)
                worker = self.make(target_id, turn)
                self.working[target_id] = worker
                try:
                    await worker.serve(turn, poll_s=self.poll_s)
                finally:
                    self.working.pop(target_id, None)
                    await worker.close()
        except* (FenceLostError, TurnLostError) as lost:
            log.warning("worker.turn_lost", target_id=target_id, reason=str(lost.exceptions[0]))
        except* WellspringError as away:
            log.warning("worker.delayed", target_id=target_id, reason=str(away.exceptions[0]))
        except* Exception as crashed:
            log.error("worker.crashed", target_id=target_id, exc_info=crashed)
