"""A bound on what a request may send, before anything reads it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY = 1024 * 1024


class TooLargeError(Exception):
    """The body went on beyond its bound."""


@dataclass(frozen=True)
class BoundedBodies:
    """Refuses larger bodies with 413, by their declared length and by what really comes."""

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
        if _declared(scope) > largest:
            await _refuse(send, largest)
            return
        taken, begun = 0, False

        async def bounded() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > largest:
                raise TooLargeError
            return message

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, bounded, noting)
        except TooLargeError:
            if begun:
                raise
            await _refuse(send, largest)


def _declared(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0


async def _refuse(send: Send, largest: int) -> None:
    problem = {
        "type": "urn:wellspring:problem:too_large",
        "title": "Too large",
        "status": 413,
        "code": "too_large",
        "detail": f"A request may carry {largest // 1024} KiB at most.",
    }
    headers = [(b"content-type", b"application/problem+json"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(problem).encode()})
