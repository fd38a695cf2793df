"""How fast this process downloads, all its downloads together."""

import asyncio
from collections.abc import Callable

_AHEAD_S = 0.5


class Rate:
    """Lets bytes through at a rate that may change while they flow. `kib` a second; 0 is without a limit."""

    def __init__(self, kib: Callable[[], int]) -> None:
        self._kib = kib
        self._paid_until = 0.0

    async def take(self, size: int) -> None:
        """Wait until so many bytes more may come."""
        limit = self._kib() * 1024
        if not limit:
            return
        now = asyncio.get_running_loop().time()
        self._paid_until = max(self._paid_until, now - _AHEAD_S) + size / limit
        if self._paid_until > now:
            await asyncio.sleep(self._paid_until - now)
