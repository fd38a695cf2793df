"""A stop that nats-py loses, noticed all the same."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager


@contextmanager
def heeding() -> Generator[None]:
    """Raise `asyncio.CancelledError` at the end of a block in which this task was told to stop.

    Before Python 3.12 `asyncio.wait_for`, and so nats-py, loses a cancellation that comes together with its
    answer, and a loop around such a call would never end. Only what came inside of the block counts: who has
    been stopped already may still say goodbye.
    """
    before = _told()
    try:
        yield
    except Exception as error:
        if _told() > before:
            raise asyncio.CancelledError from error
        raise
    if _told() > before:
        raise asyncio.CancelledError


@asynccontextmanager
async def within(seconds: float) -> AsyncGenerator[None]:
    """Raise `TimeoutError` once a block took so long, and heed a stop as `heeding` does.

    nats-py waits without end where its socket takes nothing more: a half-open link has a full buffer.
    """
    async with asyncio.timeout(seconds):
        with heeding():
            yield


def _told() -> int:
    task = asyncio.current_task()
    return 0 if task is None else task.cancelling()
