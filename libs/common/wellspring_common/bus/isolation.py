"""Who works beside others and who works alone: a lock for one process and all of its consumers."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

SIGN_OF_LIFE_S = 3.0
"""How often one who waits says so: less than any consumer's `ack_wait_s`."""

Waiting = Callable[[], Awaitable[None]]
"""Called every few seconds of waiting."""


async def quietly() -> None:
    """Wait without a word."""


class Isolation:
    """Shared by many or held by one.

    Whoever wants to be alone goes before those who come later, and when they are done everybody goes who
    waited for them: so neither kind waits for ever. One who is cancelled while waiting keeps nobody waiting.
    """

    def __init__(self, *, sign_of_life_s: float = SIGN_OF_LIFE_S) -> None:
        self._sign_of_life_s = sign_of_life_s
        self._together = 0
        self._alone = False
        self._want_together: deque[asyncio.Future[None]] = deque()
        self._want_alone: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def together(self, waiting: Waiting = quietly) -> AsyncGenerator[None]:
        """Work beside others."""
        if self._alone or self._want_alone:
            await self._wait(self._want_together, waiting, self._leave_together)
        else:
            self._together += 1
        try:
            yield
        finally:
            self._leave_together()

    @asynccontextmanager
    async def alone(self, waiting: Waiting = quietly) -> AsyncGenerator[None]:
        """Work while nobody else does."""
        if self._alone or self._together or self._want_alone:
            await self._wait(self._want_alone, waiting, self._leave_alone)
        else:
            self._alone = True
        try:
            yield
        finally:
            self._leave_alone()

    async def _wait(
        self, queue: deque[asyncio.Future[None]], waiting: Waiting, leave: Callable[[], None]
    ) -> None:
        turn = asyncio.get_running_loop().create_future()
        queue.append(turn)
        try:
            while True:
                await asyncio.wait({turn}, timeout=self._sign_of_life_s)
                if turn.done():
                    return
                await waiting()
        except BaseException:
            if turn.done():
                leave()
            else:
                queue.remove(turn)
                self._call_next()
            raise

    def _leave_together(self) -> None:
        self._together -= 1
        self._call_next()

    def _leave_alone(self) -> None:
        self._alone = False
        self._call_together()
        self._call_next()

    def _call_next(self) -> None:
        """Call one who wants to be alone when nobody is at work, or all others when none wants that."""
        if self._alone:
            return
        if not self._want_alone:
            self._call_together()
        elif not self._together:
            self._alone = True
            self._want_alone.popleft().set_result(None)

    def _call_together(self) -> None:
        while self._want_together:
            self._together += 1
            self._want_together.popleft().set_result(None)
