"""Files that pass through us: how many at once, how fast, and never more than a few pieces in memory."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass

import structlog
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wellspring_common import metrics
from wellspring_common.errors import WellspringError
from wellspring_common.tunables import Tunables

IDLE_S = 120.0
"""A player that takes nothing for so long has left, or is paused and comes back with a range."""

ENOUGH = 32 * 1024 * 1024
"""A probe takes less, with what lies in the buffers on the way."""

CUT = "wellspring.cut"

log = structlog.get_logger(__name__)


@dataclass
class Cut:
    """How one answer stands: with a reason nothing more of it is sent, and its connection is closed.

    `idle_s` is how long its reader may take nothing.
    """

    idle_s: float | None = None
    reason: str | None = None


class Cuts:
    """Ends answers that broke off: their length was promised, so that only the connection can say it.

    Outermost, because whoever takes nothing holds up everything within.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        cut = Cut()

        async def uncut(message: Message) -> None:
            if cut.reason is not None:
                return
            if cut.idle_s is None:
                await send(message)
                return
            try:
                async with asyncio.timeout(cut.idle_s):
                    await send(message)
            except TimeoutError:
                cut.reason = "the player takes nothing"

        scope[CUT] = cut
        await self._app(scope, receive, uncut)
        if cut.reason is not None:
            log.info("relay.cut", reason=cut.reason)


class Relays:
    """Counts the open relays, all together and by client."""

    def __init__(self, *, idle_s: float = IDLE_S) -> None:
        self.idle_s = idle_s
        self._open: Counter[str] = Counter()

    @property
    def open(self) -> int:
        """Return how many there are."""
        return self._open.total()

    def refusal(self, client: str, tunables: Tunables) -> str | None:
        """Return why one more may not be opened, if it may not: `full` or `client_full`."""
        if self.open >= tunables.relays_at_once:
            return "full"
        return "client_full" if self._open[client] >= tunables.relays_per_client else None

    @contextmanager
    def place(self, client: str) -> Generator[None]:
        """Hold one place."""
        self._open[client] += 1
        metrics.RELAYS_OPEN.set(self.open)
        try:
            yield
        finally:
            self._open[client] -= 1
            if self._open[client] <= 0:
                del self._open[client]
            metrics.RELAYS_OPEN.set(self.open)


@dataclass(frozen=True)
class Pipe:
    """A body on its way. `rate` is in bytes a second, 0 without a limit.

    `broke` hears of an early end, `enough` once so much was taken that somebody watches.
    """

    chunks: Callable[[], AsyncIterator[bytes]]
    idle_s: float
    rate: int
    broke: Callable[[WellspringError], Awaitable[None]]
    enough: Callable[[], Awaitable[None]] | None = None


class RelayResponse(Response):
    """Sends pieces as fast as they are taken, and lets go of whoever takes none.

    `held` is closed at the end, whatever it is: it holds the file's answer and the relay's place.
    """

    def __init__(
        self, pipe: Pipe | None, held: AsyncExitStack, *, status: int, headers: dict[str, str]
    ) -> None:
        super().__init__(status_code=status, headers=headers)
        self._pipe = pipe
        self._held = held
        if "content-length" not in headers:
            del self.headers["content-length"]  # the length of nothing, which is not what comes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        cut = scope.get(CUT) or Cut()
        async with self._held:
            start = {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
            await send(start)
            if self._pipe is not None and scope["method"] != "HEAD":
                cut.idle_s = self._pipe.idle_s
                await self._flow(self._pipe, cut, receive, send)
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _flow(self, pipe: Pipe, cut: Cut, receive: Receive, send: Send) -> None:
        leaving = asyncio.ensure_future(_left(receive))
        flowing = asyncio.ensure_future(self._pass_on(pipe, cut, send))
        try:
            await asyncio.wait({leaving, flowing}, return_when=asyncio.FIRST_COMPLETED)
            if flowing.done():
                flowing.result()
        finally:
            for task in (leaving, flowing):
                task.cancel()
            await asyncio.gather(leaving, flowing, return_exceptions=True)

    async def _pass_on(self, pipe: Pipe, cut: Cut, send: Send) -> None:
        began, sent = time.monotonic(), 0
        try:
            async for chunk in pipe.chunks():
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
                if cut.reason is not None:
                    return
                metrics.RELAY_BYTES.inc(len(chunk))
                if pipe.enough is not None and sent < ENOUGH <= sent + len(chunk):
                    await pipe.enough()
                sent += len(chunk)
                ahead = sent / pipe.rate - (time.monotonic() - began) if pipe.rate else 0
                if ahead > 0:
                    await asyncio.sleep(ahead)
        except WellspringError as error:
            cut.reason = error.message
            await pipe.broke(error)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
