"""What is asked most, answered before any route is looked for."""

from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from wellspring_common.errors import Permanent, Transient

from .domain.titles import parse_number
from .door import Door
from .routes import problems
from .routes.carried import carrier_for
from .states import Ready

BEFORE, AFTER = "/api/v1/episodes/", "/live-state"
GET_LINK = "/get_link"
LONGEST_ID = 18
_JSON = (b"content-type", b"application/json")
_ASK_AGAIN = (b"cache-control", b"no-cache")


@dataclass(frozen=True)
class _Route:
    """The name of a route, for the figures."""

    path: str


_LIVE_STATE_ROUTE, _GET_LINK_ROUTE = _Route(f"{BEFORE}{{episode_id}}{AFTER}"), _Route(GET_LINK)


@dataclass(frozen=True)
class Hot:
    """Sends links as JSON. All else, and whatever is unusual, is for the routes."""

    app: ASGIApp
    door: Door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] != "GET" or _has_condition(scope):
            await self.app(scope, receive, send)
            return
        try:
            ready = await self._ready(scope)
        except (Permanent, Transient) as error:
            response = await problems.answered(Request(scope, receive), error)
            await response(scope, receive, send)
            return
        if ready is None:
            await self.app(scope, receive, send)
            return
        headers = [
            (b"content-length", str(len(ready.body)).encode()),
            _JSON,
            (b"etag", ready.tag.encode()),
            _ASK_AGAIN,
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": ready.body})

    async def _ready(self, scope: Scope) -> Ready | None:
        path = scope["path"]
        if path.endswith(AFTER) and path.startswith(BEFORE):
            scope["route"] = _LIVE_STATE_ROUTE
            text = path[len(BEFORE) : -len(AFTER)]
            if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_ID and int(text)):
                return None
            return await self.door.states.live_state(int(text), carrier_for(HTTPConnection(scope)))
        if path == GET_LINK:
            scope["route"] = _GET_LINK_ROUTE
            return self._get_link(scope["query_string"])
        return None

    def _get_link(self, query: bytes) -> Ready | None:
        fields = dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True))
        name, number = fields.get("show", "").strip(), parse_number(fields.get("ep", "1"))
        head = self.door.states.fresh_name(name, number) if name and number is not None else None
        answers = self.door.states.fresh(head.id) if head is not None else None
        return answers.get_link if answers is not None else None


def _has_condition(scope: Scope) -> bool:
    return any(name == b"if-none-match" for name, _ in scope["headers"])
