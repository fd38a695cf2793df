"""What every host does before its own work: it writes the log, runs into faults, and tells world time."""

import asyncio
import email.utils
import time
from collections.abc import Awaitable, Callable

from aiohttp import web

from ..domain.faults import Fault
from ..domain.request_log import Entry
from ..state import WorldState
from .answers import answer, belatedly

_NOBODY = 499
"""The status of an answer that nobody gets; it stands in no log."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

ENTRY = web.RequestKey("entry", Entry)
SHAPING = web.RequestKey("shaping", tuple[Fault, ...])


def host_app(name: str, state: WorldState, routes: list[web.RouteDef]) -> web.Application:
    """An application that plays one host of the world."""
    app = web.Application(middlewares=[_Front(name, state).meet])
    app.add_routes(routes)
    app.on_response_prepare.append(_world_time(state))
    return app


def shaped(request: web.Request, kind: str) -> Fault | None:
    """The fault of this kind that changes this answer, if one is on."""
    return next((fault for fault in request[SHAPING] if fault.kind == kind), None)


class _Front:
    """The middleware of one host."""

    def __init__(self, name: str, state: WorldState) -> None:
        self._name = name
        self._state = state
        self._open = 0

    @web.middleware
    async def meet(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Serve one request under whatever faults are on."""
        self._open += 1
        try:
            entry = request[ENTRY] = self._state.log.add(self._entry(request))
            encounter = self._state.faults.meet(self._name, request.method, request.path_qs)
            request[SHAPING] = encounter.shaping
            if self._state.doors[self._name].closed:
                _cut(request)
            if encounter.delay_s:
                await asyncio.sleep(encounter.delay_s)
            if encounter.answering:
                response = await answer(encounter.answering, request, entry)
            else:
                response = await _handled(request, handler)
            if encounter.belated:
                response = await belatedly(encounter.belated, request, response)
            return _noted(request, response, entry)
        except ConnectionResetError:
            # whoever asked has gone, or was cut off: nothing is told, and nothing went wrong here
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=_NOBODY)
        finally:
            self._open -= 1

    def _entry(self, request: web.Request) -> Entry:
        peer = request.transport.get_extra_info("peername") if request.transport else None
        return Entry(
            target=self._name,
            method=request.method,
            path=request.path_qs,
            range=request.headers.get("Range"),
            referer=request.headers.get("Referer"),
            user_agent=request.headers.get("User-Agent"),
            peer=f"{peer[0]}:{peer[1]}" if peer else "",
            at=self._state.clock.now(),
            monotonic=time.monotonic(),
            open=self._open,
            authorization=request.headers.get("Authorization", "").partition(" ")[0] or None,
            content_range=request.headers.get("Content-Range"),
            content_length=request.content_length,
        )


def _cut(request: web.Request) -> None:
    # A closed port takes no new connections; those that were open must not outlive it.
    if request.transport is not None:
        request.transport.abort()
    raise ConnectionResetError("this host is gone")


async def _handled(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as refusal:
        return web.Response(status=refusal.status, text=refusal.text, headers=refusal.headers)


def _noted(request: web.Request, response: web.StreamResponse, entry: Entry) -> web.StreamResponse:
    # A whole answer is written down before its bytes leave, so that whoever has read it finds it in the log.
    if not response.prepared and isinstance(response, web.Response) and request.transport is not None:
        entry.status = response.status
        if request.method != "HEAD" and isinstance(response.body, bytes):
            entry.bytes = len(response.body)
    return response


def _world_time(state: WorldState) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    async def stamp(_: web.Request, response: web.StreamResponse) -> None:
        response.headers["Date"] = email.utils.formatdate(state.clock.now(), usegmt=True)
        response.headers["Server"] = "demo-world"
        if state.settings.cors:
            response.headers["Access-Control-Allow-Origin"] = "*"

    return stamp
