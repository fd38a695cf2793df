"""Shows the routes what the client asked for, where a trusted proxy stands between."""

from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from .domain.forwarding import Network, forwarded, is_trusted

TRUSTED = "wellspring.trusted_proxy"
"""Under this name a request says that a trusted proxy sent it: what its headers say of a user may count."""
_WEBSOCKET = {"http": "ws", "https": "wss"}


@dataclass(frozen=True)
class Forwarding:
    """Puts the client's address, scheme and host in place of a trusted proxy's."""

    app: ASGIApp
    trusted: tuple[Network, ...]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] in {"http", "websocket"} and self.trusted:
            peer = (scope.get("client") or (None, 0))[0]
            scope[TRUSTED] = is_trusted(peer, self.trusted)
            if scope[TRUSTED]:
                self._rewrite(scope)
        await self.app(scope, receive, send)

    def _rewrite(self, scope: Scope) -> None:
        said = forwarded(scope["headers"], self.trusted)
        if said.client is not None:
            scope["client"] = (said.client, 0)
        if said.scheme is not None:
            is_web = scope["type"] == "http"
            scope["scheme"] = said.scheme if is_web else _WEBSOCKET[said.scheme]
        if said.host is not None:
            others = [(name, value) for name, value in scope["headers"] if name != b"host"]
            scope["headers"] = [(b"host", said.host.encode()), *others]
