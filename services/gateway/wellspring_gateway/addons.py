"""What the addon protocol of Stremio wants of every answer: open to all origins, errors in its own words."""

import json
import re
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

BAD_REQUEST, NOT_FOUND, BROKEN = 400, 404, 500
JSON = b"application/json; charset=utf-8"
OPEN = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"GET, HEAD, OPTIONS"),
    (b"access-control-allow-headers", b"*"),
    (b"access-control-max-age", b"86400"),
)
"""No credentials go with it: a device's token is a part of the address."""
_ADDON = re.compile(r"(?:/u/[^/]*)?/stremio(?:/|$)")
_SAID = {401: "sign in required: use the address of a device", 403: "forbidden", 429: "too many requests"}
_KEPT = frozenset({b"retry-after", b"x-trace-id"})


@dataclass(frozen=True)
class AddonManners:
    """Gives the addon's answers the protocol's headers and error bodies, whoever refused."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or _ADDON.match(scope["path"]) is None:
            await self.app(scope, receive, send)
        elif scope["method"] == "OPTIONS":
            await _say(send, 204, [*OPEN, (b"content-length", b"0")], b"")
        else:
            await self.app(scope, receive, _Mannered(send, is_head=scope["method"] == "HEAD"))


class _Mannered:
    """Passes an answer on, and puts the protocol's body in the place of another error's."""

    def __init__(self, send: Send, *, is_head: bool) -> None:
        self._send = send
        self._is_head = is_head
        self._replaced = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if message["status"] >= BAD_REQUEST:
                self._replaced = True
                await self._refuse(message)
                return
            message["headers"] = [*message.get("headers", ()), *OPEN]
        if not self._replaced:
            await self._send(message)

    async def _refuse(self, message: Message) -> None:
        status, said = _error(message["status"])
        body = json.dumps({"err": said}).encode()
        kept = [(name, value) for name, value in message.get("headers", ()) if name.lower() in _KEPT]
        headers = [*kept, *OPEN, (b"content-type", JSON), (b"content-length", str(len(body)).encode())]
        headers.append((b"cache-control", b"no-store"))
        await _say(self._send, status, headers, b"" if self._is_head else body)


def _error(status: int) -> tuple[int, str]:
    if status >= BROKEN:
        return BROKEN, "handler error"
    if status in _SAID:
        return status, _SAID[status]
    return NOT_FOUND, "not found"


async def _say(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
