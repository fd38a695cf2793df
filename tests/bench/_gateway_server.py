"""The gateway as it runs, with three routes beside its own that a benchmark compares it with.

Run as `python -m tests.bench._gateway_server`, under the environment of a gateway.
"""

import json
import resource
from importlib import import_module
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import Response

from wellspring_common import runtime
from wellspring_gateway.door import door_of
from wellspring_gateway.routes.carried import carrier_for

from ._gateway_ground import EPISODE, FILES, SELECT

wiring: Any = import_module("wellspring_gateway.wiring")
_create_app = wiring.create_app
router = APIRouter(prefix="/bench")


async def _answer(request: Request) -> bytes:
    """Return what the hot route answers: the baselines send as much."""
    if not hasattr(request.app.state, "answer"):
        ready = await door_of(request).states.live_state(EPISODE, carrier_for(request))
        request.app.state.answer = ready.body if ready is not None else b"{}"
    answer: bytes = request.app.state.answer
    return answer


@router.get("/bytes/{episode_id}")
async def constant_bytes(request: Request, episode_id: int) -> Response:
    """Answer with bytes that are ready."""
    return Response(await _answer(request), media_type="application/json")


@router.get("/dict/{episode_id}")
async def constant_dict(request: Request, episode_id: int) -> dict[str, Any]:
    """Answer with a dictionary, which the framework encodes."""
    if not hasattr(request.app.state, "decoded"):
        request.app.state.decoded = json.loads(await _answer(request))
    decoded: dict[str, Any] = request.app.state.decoded
    return decoded


@router.get("/select/{episode_id}")
async def bare_select(request: Request, episode_id: int) -> Response:
    """Ask Postgres for one row by its key, and answer with bytes that are ready."""
    catalog: Any = door_of(request).catalog
    async with catalog._database.connection() as connection:
        await connection.fetchrow(SELECT, episode_id)
    return Response(await _answer(request), media_type="application/json")


def _with_baselines(*args: Any, **more: Any) -> FastAPI:
    app: FastAPI = _create_app(*args, **more)
    before = len(app.router.routes)
    app.include_router(router)
    # as early as the hot route: routes are tried one after the other
    ours = app.router.routes[before:]
    del app.router.routes[before:]
    app.router.routes[_place(app) : _place(app)] = ours
    return app


def _place(app: FastAPI) -> int:
    """Return where the hot route stands, or the group of routes that it is a part of."""
    for place, route in enumerate(app.router.routes):
        within = getattr(route, "original_router", None)
        paths = [getattr(one, "path", "") for one in (within.routes if within else [route])]
        if any(path.endswith("/live-state") for path in paths):
            return place
    raise SystemExit("the hot route was not found")


def main() -> None:
    """Run the gateway."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))
    wiring.create_app = _with_baselines
    runtime.run("gateway", wiring.wire)


if __name__ == "__main__":
    main()
