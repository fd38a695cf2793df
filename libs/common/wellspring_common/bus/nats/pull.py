"""Pulling messages: never more than can start, and none lost between the broker and its handler.

nats-py's own `fetch` drops what it has gathered when it is cancelled, waits for the rest of a batch, and
waits in vain once its server was replaced (nats.py#504, #934). Here, what was asked for stays asked for from
one call to the next, until the server has sent it or said that it will not.
"""

import asyncio
import json
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.js.errors import APIError

from .cancellation import within

_LATE_S = 0.25
"""A request that nobody ended this long after its time died with its server."""
_LEAVE_S = 1.0
_QUIET_S = 0.05
"""After so long without a message, the server has none for what is still asked for."""
_ASK_S = 2.0
_REST = "Nats-Pending-Messages"
"""Tells at the end of a request how many messages it did not bring."""
_ENDS = frozenset({"404", "408", "409"})
"""How the server ends a request in good order: nothing there, time over, or asked elsewhere."""
_REFUSED = "409"
"""Without a word of the rest: a limit of the consumer allows no such request, and never will."""

_AND_NEXT = b"+NXT "
"""Acknowledges, and asks for more as it says behind it."""

_leaving: set[asyncio.Task[None]] = set()


@dataclass(eq=False)
class _Request:
    missing: int
    dead_at: float


class Pull:
    """What one durable consumer is brought."""

    def __init__(self, client: Client, stream: str, consumer: str) -> None:
        self._client = client
        self._next = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}"
        self._inbox = client.new_inbox()
        self._held: deque[Msg] = deque()
        self._open: deque[_Request] = deque()
        self._heard = asyncio.Event()
        self._error: Exception | None = None
        self._reconnects = 0
        self._listens = False
        self._late: Callable[[Msg], Awaitable[None]] | None = None
        self._came_at = -_QUIET_S

    @asynccontextmanager
    async def bound(self, late: Callable[[Msg], Awaitable[None]]) -> AsyncGenerator[None]:
        """Listen for what is asked for. At the end, what is still on its way comes before the block does.

        Where the server takes too long for that, `late` is given what comes behind it.
        """
        async with within(_ASK_S):
            subscription = await self._client.subscribe(self._inbox, cb=self._on_message)
        self._listens = True
        try:
            yield
        finally:
            self._listens = False
            await self._quiet()
            await _leave(subscription)
            self._late = late

    async def come(self, most: int, *, within_s: float) -> None:
        """Return when something came, time is over, or `look_up` was called. `take` has what came.

        Up to `most` messages are asked for, what was asked for before included. Raises what nats-py raises,
        and `APIError` where there is no such consumer.
        """
        if not self._held:
            await self._ask(most, within_s)
            self._heard.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(within_s):
                    await self._heard.wait()
        error, self._error = self._error, None
        if error is not None:
            raise error

    def take(self) -> Msg | None:
        """Return the oldest message that came and was not taken."""
        return self._held.popleft() if self._held else None

    async def _quiet(self) -> None:
        """Wait until what was asked for has come, or no more comes.

        A message for a subject that nobody listens to any more is dropped by the server after it was counted
        as delivered: whoever leaves while it is being sent makes everybody wait for `ack_wait`.
        """
        loop = asyncio.get_running_loop()
        while self._open and (left := self._came_at + _QUIET_S - loop.time()) > 0:
            self._heard.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._heard.wait()

    def look_up(self) -> None:
        """Let `come` return: more may be asked for now."""
        self._heard.set()

    async def acknowledge(self, message: Msg, most: int, *, within_s: float) -> None:
        """Acknowledge a message and, in the same breath, ask for the next ones as `come` would.

        One message to the broker instead of two is a quarter less work for it.
        """
        missing = self._missing(most) - len(self._held) if self._listens else 0
        if missing <= 0:
            await message.ack()
            return
        with self._asked_for(missing, within_s) as request:
            await self._client.publish(message.reply, _AND_NEXT + request, self._inbox)

    async def _ask(self, most: int, within_s: float) -> None:
        missing = self._missing(most)
        if missing <= 0:
            return
        with self._asked_for(missing, within_s) as request:
            async with within(_ASK_S):
                await self._client.publish(self._next, request, self._inbox)

    def _missing(self, most: int) -> int:
        """Return how many to ask for, so that `most` are asked for."""
        now, reconnects = asyncio.get_running_loop().time(), self._client.stats["reconnects"]
        if reconnects != self._reconnects:  # the server has forgotten what was asked for
            self._open.clear()
            self._reconnects = reconnects
        while self._open and now > self._open[0].dead_at:
            self._open.popleft()
        return most - sum(request.missing for request in self._open)

    @contextmanager
    def _asked_for(self, count: int, within_s: float) -> Generator[bytes]:
        """Count so many as asked for, unless the block that asks fails."""
        asked = _Request(count, asyncio.get_running_loop().time() + within_s + _LATE_S)
        self._open.append(asked)
        try:
            yield json.dumps({"batch": count, "expires": int(within_s * 1e9)}).encode()
        except BaseException:
            with suppress(ValueError):
                self._open.remove(asked)
            raise

    async def _on_message(self, message: Msg) -> None:
        headers = message.headers or {}
        status = headers.get("Status") if not message.data else None
        if status is None:
            self._settle(1)
            if self._late is not None:
                await self._late(message)
                return
            self._held.append(message)
            self._came_at = asyncio.get_running_loop().time()
        elif status in _ENDS and (status != _REFUSED or _REST in headers):
            self._settle(int(headers.get(_REST, 0)))
        else:
            self._open.clear()
            description = headers.get("Description", "There is no such consumer.")
            self._error = APIError(code=int(status), description=description)
        self._heard.set()

    def _settle(self, count: int) -> None:
        """Count off what came, or never will, from what was asked for first."""
        while self._open and count:
            counted = min(count, self._open[0].missing)
            self._open[0].missing -= counted
            count -= counted
            if not self._open[0].missing:
                self._open.popleft()


async def _leave(subscription: Subscription) -> None:
    """Let come what the server has sent by now: it must be given back, not found missing after `ack_wait`."""
    task = asyncio.create_task(subscription.drain())  # type: ignore[no-untyped-call]
    _leaving.add(task)
    task.add_done_callback(_left)
    # Not cancelled when it takes long: a pong that nobody waits for any more would end the client's reader.
    await asyncio.wait({task}, timeout=_LEAVE_S)


def _left(task: asyncio.Task[None]) -> None:
    _leaving.discard(task)
    if not task.cancelled():
        task.exception()  # who is gone need not say goodbye
