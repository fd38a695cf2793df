"""Keeps strangers out of a library that is for its members, whatever they ask for."""

from dataclasses import dataclass

from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from wellspring_common.errors import Permanent, Transient

from .domain.access import device_token
from .door import door_of
from .routes import problems
from .routes.guards import viewer
from .routes.refusing import FORBIDDEN, UNAVAILABLE, refuse
from .routes.view import bearer

PUBLIC = frozenset(
    {
        "/healthz",
        "/readyz",
        "/login",
        "/logout",
        "/setup",
        "/invite",
        "/account",
        "/account/password",
        "/preferences",
        "/login/oidc",
        "/login/oidc/callback",
        "/api/v1/account/password",
        "/api/v1/session",
        "/api/v1/setup",
    }
)
"""What a stranger has to reach to become a member. What is not in here is closed."""
PUBLIC_FOLDERS = ("/static/", "/part/")
"""A part of a playlist has an address that only a playlist of ours tells, for a while."""


@dataclass(frozen=True)
class Doorkeeper:
    """Looks at every request before the routes do, so that a route nobody thought of is closed too."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or turn it away."""
        if scope["type"] not in {"http", "websocket"} or is_public(scope["path"]):
            await self.app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        try:
            members_only = await door_of(connection).accounts.viewing.members_only()
            if members_only or bearer(connection) is not None or device_token(scope["path"]) is not None:
                await viewer(connection)
        except (Permanent, Transient) as error:
            if scope["type"] == "websocket":
                status = UNAVAILABLE if isinstance(error, Transient) else FORBIDDEN
                await refuse(WebSocket(scope, receive, send), status)
                return
            response = await problems.answered(Request(scope, receive), error)
            await response(scope, receive, send)
            return
        await self.app(scope, receive, _keeping_private(send) if members_only else send)


def is_public(path: str) -> bool:
    """Return whether a stranger may ask for a path even where the library is for its members."""
    return path in PUBLIC or path.startswith(PUBLIC_FOLDERS)


def _keeping_private(send: Send) -> Send:
    """Keep caches between us and a member from giving what they saw to strangers."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [
                (name, value.replace(b"public", b"private") if name.lower() == b"cache-control" else value)
                for name, value in message.get("headers", ())
            ]
        await send(message)

    return sending
