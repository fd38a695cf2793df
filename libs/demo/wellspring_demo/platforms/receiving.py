"""Takes in a request's body piece by piece, counted, and breaks off where a fault says so."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

from aiohttp import web

from ..domain.faults import Fault
from ..hosts.answers import cut
from ..hosts.front import ENTRY, shaped

BLOCK, SMALLEST = 1024 * 1024, 8 * 1024
WHOLE = 1.0
LOOK_S = 0.1
"""How often what is held up looks whether its fault is still on."""

Read = Callable[[int], Awaitable[bytes]]


class Broken(ConnectionResetError):
    """The body ended before its time."""


async def blocks(request: web.Request, read: Read) -> AsyncIterator[bytes]:
    """The body in blocks, as `read` gives them; raises Broken when the connection is lost.

    A fault cuts or stalls it after a fraction of what the request's head promises.
    """
    entry, promised = request[ENTRY], request.content_length or 0
    cutting, stalling = shaped(request, "cut_upload"), shaped(request, "stall_upload")
    while True:
        if stalling is not None and entry.received >= stalling.at * promised:
            await _stalled(stalling)
            stalling = None
        if cutting is not None and cutting.at < WHOLE and entry.received >= cutting.at * promised:
            cut(request)
            raise Broken("the demo world cut this upload")
        try:
            block = await read(_step(promised, entry.received, cutting, stalling))
        except Exception as error:
            raise Broken(str(error) or type(error).__name__) from error
        if not block:
            return
        entry.received += len(block)
        yield block


def _step(promised: int, received: int, *faults: Fault | None) -> int:
    """How much to read next: what is before the place of a fault, or a small film would be past it."""
    ahead = [int(fault.at * promised) - received for fault in faults if fault is not None]
    return min([BLOCK, *(max(SMALLEST, left) for left in ahead if left > 0)])


async def _stalled(fault: Fault) -> None:
    """Wait for its time, or until it is switched off; one that counted down to its last request cannot be."""
    end = time.monotonic() + fault.delay_s
    while not fault.off and (left := end - time.monotonic()) > 0:  # noqa: ASYNC110  (a fault is plain data)
        await asyncio.sleep(min(LOOK_S, left))


def lose_answer(request: web.Request) -> None:
    """Cut the connection after the last byte, where a fault says so; raises Broken."""
    cutting = shaped(request, "cut_upload")
    if cutting is not None:
        cut(request)
        raise Broken("the demo world cut this connection before its answer")
