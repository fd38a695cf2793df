"""So many at once, in the order of asking."""

import asyncio
from collections import deque


class Slots:
    """Places. Unlike those of asyncio's semaphore a free one is taken without a coroutine."""

    def __init__(self, places: int) -> None:
        self._free = places
        self._waiting: deque[asyncio.Future[None]] = deque()

    def take_now(self) -> bool:
        """Take a place if one is free."""
        if self._free <= 0:  # while any is free nobody waits
            return False
        self._free -= 1
        return True

    async def take(self) -> None:
        """Take a place when it is our turn."""
        if self.take_now():
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        try:
            await waiter
        except BaseException:
            if waiter.done() and not waiter.cancelled():  # given at the moment when nobody wanted it any more
                self.give_back()
            raise

    def give_back(self) -> None:
        """Hand a place on to whoever waits longest."""
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return
        self._free += 1
