"""A bound on what a request may send, before anything reads it."""

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY = 1024 * 1024
LINGER_S = 30.0
"""How long whoever is answered already may go on sending, before the connection is closed on them."""
QUIET_S = 5.0
"""How long they may send nothing meanwhile."""
_CLOSE = (b"connection", b"close")


class TooLargeError(Exception):
    """The body went on beyond its bound."""


@dataclass(frozen=True)
class BoundedBodies:
    """Refuses larger bodies with 413, by their declared length and by what really comes.

    A connection that is closed while somebody still sends loses the answer on its way to them (RFC 9112,
    section 9.6): where it will be closed, the rest is read first, and forgotten.
    """

    app: ASGIApp
    largest: int = LARGEST_BODY
    larger: Mapping[str, int] = field(default_factory=dict)
    """Paths that take files."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        largest = self.larger.get(scope.get("path", ""), self.largest)
        body, declared = _Body(receive, largest), _declared(scope)
        begun, closes = False, _closes(scope)

        async def noting(message: Message) -> None:
            nonlocal begun, closes
            if body.is_too_large and not begun:
                raise TooLargeError  # whoever read it took that for a body that makes no sense
            begun = True
            closes = closes or _CLOSE in message.get("headers", ())
            if not closes or not body.is_left or message.get("more_body", False) or "body" not in message:
                await send(message)
                return
            await send({**message, "more_body": True})
            await body.linger()
            await send({"type": "http.response.body", "body": b""})

        if declared == 0 and not _is_chunked(scope):
            body.is_left = False
        if declared > largest:
            await _refuse(noting, largest)
            return
        try:
            await self.app(scope, body.receive, noting)
        except TooLargeError:
            if begun:
                raise
            begun = True
            await _refuse(noting, largest)


class _Body:
    """The body of one request: how much of it came, and whether more may come."""

    def __init__(self, receive: Receive, largest: int) -> None:
        self._receive = receive
        self._largest = largest
        self._taken = 0
        self.is_left = True

    @property
    def is_too_large(self) -> bool:
        """Return whether more came than may."""
        return self._taken > self._largest

    async def receive(self) -> Message:
        """Return what comes next. Raises `TooLargeError` beyond the bound."""
        message = await self._next()
        self._taken += len(message.get("body", b""))
        if self.is_too_large:
            raise TooLargeError
        return message

    async def linger(self) -> None:
        """Read what is left, for a while, and forget it."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER_S):
                while self.is_left:
                    async with asyncio.timeout(QUIET_S):
                        await self._next()

    async def _next(self) -> Message:
        message = await self._receive()
        self.is_left = bool(message.get("more_body", False))
        return message


def _declared(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0


def _is_chunked(scope: Scope) -> bool:
    return any(name == b"transfer-encoding" for name, _ in scope["headers"])


def _closes(scope: Scope) -> bool:
    """Return whether whoever asks has the connection closed behind the answer."""
    return scope.get("http_version") == "1.0" or any(
        name == b"connection" and value.lower() == b"close" for name, value in scope["headers"]
    )


async def _refuse(send: Send, largest: int) -> None:
    problem = {
        "type": "urn:wellspring:problem:too_large",
        "title": "Too large",
        "status": 413,
        "code": "too_large",
        "detail": f"A request may carry {largest // 1024} KiB at most.",
    }
    body = json.dumps(problem).encode()
    length = str(len(body)).encode()
    headers = [(b"content-type", b"application/problem+json"), (b"content-length", length), _CLOSE]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
