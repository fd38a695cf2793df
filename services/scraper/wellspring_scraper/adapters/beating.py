"""Letting the broker hear that work goes on which takes longer than it waits for."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

from wellspring_common.errors import WellspringError

BEAT_S = 5.0
"""The broker takes a job back from a consumer that says nothing for 15 s."""


@asynccontextmanager
async def beating(say: Callable[[], Awaitable[None]]) -> AsyncGenerator[None]:
    """Say that the work goes on, every few seconds of the block."""

    async def beat() -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            with contextlib.suppress(WellspringError):
                await say()

    task = asyncio.create_task(beat())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
