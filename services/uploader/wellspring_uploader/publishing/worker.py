"""A worker: whoever has a target's turn, and does one thing after the other with it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from wellspring_common.errors import WellspringError

from ..ports.turns import Turnkeeping
from ..ports.uploads import OutrunError
from .desk import Desk, Step
from .going import Going
from .watching import Watching, seconds_until

log = structlog.get_logger(__name__)

LAST_CALL_S = 5.0
"""What was asked of a platform may still be answered when we are to stop: nobody need look for it then."""
AWAY_S = 1.0


@dataclass
class Worker:
    """Serves one target. `step` and `watch_step` make one decision each, and may run side by side."""

    desk: Desk
    going: Going = field(init=False)
    watching: Watching = field(init=False)
    stirred: list[asyncio.Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.going, self.watching = Going(self.desk), Watching(self.desk)

    async def step(self) -> Step:
        """Bring the upload whose turn it is one step on."""
        return await self.going.step()

    async def watch_step(self) -> Step:
        """Look after one film that is published, or after one draft."""
        return await self.watching.step()

    async def close(self) -> None:
        """Let go of the target."""
        await self.desk.close()

    async def serve(self, turn: Turnkeeping, *, poll_s: float) -> None:
        """Work until cancelled or until the turn is lost."""
        async with asyncio.TaskGroup() as group:
            group.create_task(turn.lost())
            group.create_task(_Loop(self.step, self.stirred).run(self, turn, poll_s))
            group.create_task(_Loop(self.watch_step, self.stirred).run(self, turn, poll_s))

    async def to_its_end(self, step: Callable[[], Awaitable[Step]]) -> Step:
        """Carry a step out. When cancelled, wait a moment for what was asked, unless it is bytes that go."""
        task = asyncio.ensure_future(step())
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if not self.going.sending.is_sending:
                await asyncio.wait({task}, timeout=LAST_CALL_S)
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task
            raise


class _Loop:
    """Takes one step after the other, and waits where there is nothing to do."""

    def __init__(self, step: Callable[[], Awaitable[Step]], stirred: list[asyncio.Event]) -> None:
        self._step = step
        self._stirred = stirred
        self._news = asyncio.Event()
        stirred.append(self._news)

    async def run(self, worker: Worker, turn: Turnkeeping, poll_s: float) -> None:
        """Go on until cancelled. What one loop does may be work for the other."""
        while True:
            self._news.clear()
            try:
                done = await worker.to_its_end(self._step)
            except OutrunError:
                continue
            except WellspringError as error:
                log.warning("worker.delayed", target_id=worker.desk.target_id, reason=error.message)
                await self._wait(turn, AWAY_S)
                continue
            if done.did is None:
                now = worker.desk.clock.now()
                await self._wait(turn, seconds_until(done.next_at, now=now, most=poll_s))
                continue
            for news in self._stirred:
                news.set()

    async def _wait(self, turn: Turnkeeping, seconds: float) -> None:
        waits = {asyncio.ensure_future(turn.woken(seconds)), asyncio.ensure_future(self._news.wait())}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)
