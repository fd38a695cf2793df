"""Moves bytes of a file to a plain connection in a thread of its own, so that no loop waits for a disk.

Reading into a block that stays in the processor's cache and sending from there is faster over loopback than
`sendfile`, whose pages the other side fetches from memory (docs/benchmarks.md).
"""

import asyncio
import os
import select
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

BLOCK = 1024 * 1024
_LOOK_S = 0.1
"""So long after it was cancelled a thread ends at the latest."""


async def pump(
    film: int,
    line: socket.socket,
    start: int,
    stop: int,
    *,
    stall_s: float,
    told: Callable[[int], None],
) -> None:
    """Send bytes `start` to `stop` of the file behind the descriptor `film`, and end where the file does.

    `line` does not block, and nothing else may write to it meanwhile. `told` is given, in the thread, the
    bytes of each send. Raises `TimeoutError` when not a byte got through for so long, and what sockets raise.
    """
    over = threading.Event()
    # The thread outlives a cancelled wait by a moment: descriptors of its own are nobody else's file by then.
    work = _Work(os.dup(film), line.dup(), over, stall_s, told)
    threads = ThreadPoolExecutor(1, "film")
    try:
        await asyncio.get_running_loop().run_in_executor(threads, work.run, start, stop)
    finally:
        over.set()
        threads.shutdown(wait=False)


class _Work:
    def __init__(
        self,
        film: int,
        line: socket.socket,
        over: threading.Event,
        stall_s: float,
        told: Callable[[int], None],
    ) -> None:
        self._film, self._line, self._over = film, line, over
        self._stall_s, self._told = stall_s, told
        self._moved_at = time.monotonic()
        self._free = select.poll()

    def run(self, at: int, stop: int) -> None:
        """Do all of it, and close what it was given."""
        try:
            self._free.register(self._line, select.POLLOUT)
            block = memoryview(bytearray(min(BLOCK, stop - at)))
            while at < stop and not self._over.is_set():
                count = os.preadv(self._film, [block[: stop - at]], at)
                if not count:
                    return
                self._send(block[:count])
                at += count
        finally:
            self._line.close()
            os.close(self._film)

    def _send(self, left: memoryview) -> None:
        while left and not self._over.is_set():
            try:
                sent = self._line.send(left)
            except BlockingIOError:
                if not self._free.poll(_LOOK_S * 1000) and time.monotonic() > self._moved_at + self._stall_s:
                    raise TimeoutError from None
                continue
            self._moved_at = time.monotonic()
            self._told(sent)
            left = left[sent:]
