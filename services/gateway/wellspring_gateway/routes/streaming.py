"""An answer of server-sent events that holds little for each client: one task beside the server's own."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager

from fastapi.responses import Response
from starlette.types import Receive, Scope, Send

from ..listener import Listener

HEARTBEAT_S = 15.0
SEND_TIMEOUT_S = 30.0
"""A client that takes nothing for so long is dropped."""
PING = b": ping\n\n"
_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
}


class EventStream(Response):
    """Sends what a listener hears, until either end has enough."""

    def __init__(self, listening: Callable[[], AbstractContextManager[Listener]]) -> None:
        self.status_code = 200
        self.background = None
        self._listening = listening
        self.init_headers(_HEADERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  (a response's)
        """Serve one client."""
        with self._listening() as listener:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            leaving = asyncio.create_task(_left(receive, listener))
            try:
                await _pour(listener, send)
            finally:
                leaving.cancel()


async def _pour(listener: Listener, send: Send) -> None:
    while True:
        blocks = await listener.heard(within_s=HEARTBEAT_S)
        if listener.ended and not blocks:
            break
        body = b"".join(blocks) if blocks else PING
        try:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                await send({"type": "http.response.body", "body": body, "more_body": True})
        except TimeoutError:
            listener.drop()
            return
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _left(receive: Receive, listener: Listener) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    listener.end()
