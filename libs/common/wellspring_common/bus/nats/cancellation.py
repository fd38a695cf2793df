"""A stop that nats-py loses, noticed all the same."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from types import TracebackType


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


@contextmanager
def unmoved() -> Generator[None]:
    """Drop an `asyncio.CancelledError` from a block in which nobody told this task to stop.

    nats-py waits in two tasks for the same socket to close. Whoever closes the client ends the one that is
    about to connect anew, and with it what both waited for.
    """
    before = _told()
    try:
        yield
    except asyncio.CancelledError:
        if _told() > before:
            raise


class within:  # noqa: N801  (used like a function, as `asyncio.timeout` is)
    """Raise `TimeoutError` once a block took so long, and heed a stop as `heeding` does.

    nats-py waits without end where its socket takes nothing more: a half-open link has a full buffer. Written
    out as a class because every message passes here: a generator takes thrice the time.
    """

    def __init__(self, seconds: float) -> None:
        self._limit = asyncio.timeout(seconds)
        self._before = 0

    async def __aenter__(self) -> None:
        await self._limit.__aenter__()
        self._before = _told()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if (error is None or isinstance(error, Exception)) and _told() > self._before:
            stopped = asyncio.CancelledError()
            stopped.__cause__ = error
            await self._limit.__aexit__(asyncio.CancelledError, stopped, None)
            raise stopped
        await self._limit.__aexit__(kind, error, trace)


def _told() -> int:
    task = asyncio.current_task()
    return 0 if task is None else task.cancelling()
