"""The control host, by which tests and the launcher steer the world."""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from typing import Any

from aiohttp import web

from ..state import WorldState


class Control:
    """JSON in, JSON out; a request that makes no sense gets 400 with the reason."""

    def __init__(self, state: WorldState) -> None:
        self._state = state

    def app(self, more: Sequence[web.RouteDef] = ()) -> web.Application:
        """The application of this host; `more` is what else is steered by it."""
        app = web.Application(middlewares=[_explained])
        app.add_routes(
            [
                web.get("/catalog", self.catalog),
                web.get("/state", self.state),
                web.post("/clock", self.set_clock),
                web.post("/settings", self.set_settings),
                web.post("/faults", self.add_fault),
                web.delete("/faults", self.clear_faults),
                web.delete("/faults/{id:[0-9]+}", self.remove_fault),
                web.get("/log", self.log),
                web.delete("/log", self.clear_log),
                web.post("/mint", self.mint),
                web.get("/anime", self.anime),
                web.post("/anime", self.change_anime),
                web.post("/anime/move", self.move_anime),
                web.post("/anime/rotate", self.rotate_actions),
                *more,
            ]
        )
        return app

    async def catalog(self, _request: web.Request) -> web.Response:
        """The seeded titles."""
        return web.json_response(self._state.catalogue.listing(self._state.addresses["site"]))

    async def state(self, _request: web.Request) -> web.Response:
        """Clock, settings, faults and counts."""
        return web.json_response(self._state.as_json())

    async def set_clock(self, request: web.Request) -> web.Response:
        """Move the clock: `offset_s` from real time, `advance_s` from where it is, `rate` from now on."""
        wish = await _body(request)
        if not wish or set(wish) - {"offset_s", "advance_s", "rate"}:
            raise ValueError("give offset_s, advance_s or rate")
        clock = self._state.clock
        if "offset_s" in wish:
            clock.set_offset(float(wish["offset_s"]))
        if "advance_s" in wish:
            clock.advance(float(wish["advance_s"]))
        if "rate" in wish:
            clock.set_rate(float(wish["rate"]))
        return web.json_response({"now": clock.now(), "offset_s": clock.offset_s, "rate": clock.rate})

    async def set_settings(self, request: web.Request) -> web.Response:
        """Change lifetimes and habits."""
        self._state.settings.update(await _body(request))
        return web.json_response(self._state.settings.as_json())

    async def add_fault(self, request: web.Request) -> web.Response:
        """Switch a fault on."""
        return web.json_response(asdict(self._state.break_it(await _body(request))), status=201)

    async def clear_faults(self, _request: web.Request) -> web.Response:
        """Switch all faults off."""
        self._state.faults.clear()
        return web.Response(status=204)

    async def remove_fault(self, request: web.Request) -> web.Response:
        """Switch one fault off."""
        found = self._state.faults.remove(int(request.match_info["id"]))
        return web.Response(status=204 if found else 404)

    async def log(self, request: web.Request) -> web.Response:
        """The last requests, of one `target` or of all."""
        return web.json_response(self._state.log.as_json(request.query.get("target")))

    async def clear_log(self, _request: web.Request) -> web.Response:
        """Forget all requests."""
        self._state.log.clear()
        return web.Response(status=204)

    async def mint(self, request: web.Request) -> web.Response:
        """Add a source that nobody seeded, and with `ready` its videos before anybody asks for them."""
        wish = await _body(request)
        ready = wish.pop("ready", False)
        source = self._state.mint(**wish)
        if ready:
            await self._state.make_ready(source)
        urls = {"url": self._state.page_url(source), "script_url": self._state.script_page_url(source)}
        urls |= {"shim_url": self._state.shim_url(source)}
        urls |= {"timed_shim_url": self._state.shim_url(source, timed=True)}
        return web.json_response({**asdict(source), **urls}, status=201)

    async def anime(self, _request: web.Request) -> web.Response:
        """How much the anime catalogue holds, and its titles with a habit of their own."""
        return web.json_response(self._state.anime.described())

    async def change_anime(self, request: web.Request) -> web.Response:
        """Release an episode, change a title's facts, or rename it."""
        anime = self._state.let_happen(await _body(request))
        newest = anime.newest
        return web.json_response(
            {"slug": anime.slug, "title": anime.title, "newest": str(newest.number) if newest else None}
        )

    async def move_anime(self, request: web.Request) -> web.Response:
        """Move the anime catalogue to its second address, or back."""
        await self._state.move(str((await _body(request)).get("how")))
        return web.Response(status=204)

    async def rotate_actions(self, _request: web.Request) -> web.Response:
        """Rename both actions of the exchange at once."""
        self._state.exchange.rotate()
        return web.Response(status=204)


async def _body(request: web.Request) -> dict[str, Any]:
    body = await request.json()
    if not isinstance(body, dict):
        raise TypeError("the body must be a JSON object")
    return body


@web.middleware
async def _explained(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except (ValueError, TypeError, json.JSONDecodeError) as error:
        return web.json_response({"error": str(error)}, status=400)
