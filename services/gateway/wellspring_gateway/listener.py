"""One open connection, as those see it who have something to tell."""

import asyncio
from collections import deque

from wellspring_common import metrics

MOST_BYTES = 256 * 1024
"""What may wait for a client that reads slowly. One that lets more wait is dropped, and may come again."""


class Listener:
    """Blocks of bytes on their way to one client, up to a bound."""

    __slots__ = ("_bytes", "_held", "_kind", "_most", "_waiter", "dropped", "ended", "refused")

    def __init__(self, kind: str, *, most_bytes: int = MOST_BYTES) -> None:
        self._kind = kind
        self._most = most_bytes
        self._held: deque[bytes] = deque()
        self._bytes = 0
        self._waiter: asyncio.Future[None] | None = None
        self.ended = False
        self.dropped = False
        self.refused = False

    def hear(self, block: bytes) -> None:
        """Take a block, or drop the client where too much waits already."""
        if self.ended:
            return
        if self._held and self._bytes + len(block) > self._most:
            self.drop()
            return
        self._held.append(block)
        self._bytes += len(block)
        self._wake()

    def drop(self) -> None:
        """Give up a client that does not read what is said."""
        if not self.ended:
            self.dropped = True
            metrics.STREAM_DROPPED.labels(self._kind).inc()
            self._held.clear()
            self.end()

    def refuse(self) -> None:
        """End the connection of somebody who may listen no more: what waits is not for them."""
        self.refused = True
        self._held.clear()
        self.end()

    def end(self) -> None:
        """Have the connection end after what waits."""
        self.ended = True
        self._wake()

    async def heard(self, *, within_s: float) -> list[bytes]:
        """Return all that waits as soon as there is something: nothing at the end, or after the time."""
        if not self._held and not self.ended:
            loop = asyncio.get_running_loop()
            waiter = self._waiter = loop.create_future()
            timer = loop.call_later(within_s, self._wake)
            try:
                await waiter
            finally:
                timer.cancel()
                self._waiter = None
        blocks = list(self._held)
        self._held.clear()
        self._bytes = 0
        return blocks

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
