"""The FastAPI application: routes, headers, errors."""

import re
import time
from collections.abc import Awaitable, Callable
from itertools import product

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles

from wellspring_common import metrics
from wellspring_common.trace import Role, trace_id_of, traced

from .bodies import BoundedBodies
from .domain.access import without_secrets
from .domain.forwarding import Network
from .door import Door
from .doorkeeper import Doorkeeper
from .forwarding import Forwarding
from .relays import Cuts
from .routes import (
    access,
    account,
    account_api,
    addresses,
    admin,
    api,
    catalogues,
    cleaning,
    crawls,
    dead,
    dead_api,
    definitions,
    jobs,
    library,
    live,
    merges,
    oidc,
    ops,
    player,
    plays,
    posters,
    probe_pages,
    probing,
    problems,
    relays,
    trash,
    trash_api,
    users,
    users_api,
)
from .routes.compat import kdrama, series
from .routes.deeds import write_down

CSP = (
    "default-src 'none'; "
    "script-src 'self'; "
    "style-src 'self'; "
    "img-src 'self' data:; "
    "media-src * blob:; "
    # Video.js fetches HLS playlists and segments itself, from the media's own hosts
    "connect-src *; "
    "font-src 'self'; "
    "worker-src 'self' blob:; "
    "form-action 'self'; "
    "frame-ancestors 'none'; "
    "base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    # not no-referrer: a form of ours would then send `Origin: null`
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
CODES = ("200", "404", "500", "503")
"""The answers that a route's figures start with."""
PROBES = frozenset({"/healthz", "/readyz"})
STATIC_LIFE = "public, max-age=31536000, immutable"
TRACE_HEADER = "X-Trace-Id"
"""Tells whoever asked under which id the log lines are."""
_HASHED = re.compile(r"-[A-Za-z0-9]{8,}\.")

Next = Callable[[Request], Awaitable[Response]]


def create_app(door: Door, *, static: str, proxies: tuple[Network, ...] = ()) -> FastAPI:
    """Return the application around a door.

    `static` is the folder of built assets, `proxies` are the networks that may speak for clients.
    """
    app = FastAPI(
        title="Wellspring",
        summary="Keeps the streaming links of a self-hosted media library alive.",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    app.state.door = door
    problems.install(app)
    operating = (catalogues, definitions, merges, jobs, dead, trash, probe_pages, users, admin)
    for module in (
        ops,
        api,
        crawls,
        dead_api,
        trash_api,
        cleaning,
        probing,
        live,
        access,
        oidc,
        account,
        account_api,
        users_api,
        player,
        plays,
        posters,
        addresses,
        relays,
        *operating,
        kdrama,
        series,
        library,
    ):
        app.include_router(module.router)
        _start_at_zero(module.router)
    app.mount("/static", StaticFiles(directory=static, check_dir=False), name="static")
    app.add_middleware(Doorkeeper)
    app.middleware("http")(_around)
    app.add_middleware(BoundedBodies)
    app.add_middleware(Forwarding, trusted=proxies)
    app.add_middleware(Cuts)
    return app


def _start_at_zero(router: APIRouter) -> None:
    """Show every route with zero: the first error of a route is growth only if there was a number before."""
    for route in router.routes:
        if isinstance(route, APIRoute) and route.path not in PROBES:
            metrics.HTTP_DURATION.labels(route.path)
            for method, code in product(route.methods or (), CODES):
                metrics.HTTP_REQUESTS.labels(route.path, method, code)


async def _around(request: Request, proceed: Next) -> Response:
    if request.url.path in PROBES:
        return await _answered(request, proceed)
    began = time.perf_counter()
    with metrics.HTTP_IN_PROGRESS.track_inprogress():
        response = await _answered(request, proceed)
    route = getattr(request.scope.get("route"), "path", "other")
    method = request.method if request.method in METHODS else "other"
    metrics.HTTP_REQUESTS.labels(route, method, str(response.status_code)).inc()
    metrics.HTTP_DURATION.labels(route).observe(time.perf_counter() - began)
    return response


async def _answered(request: Request, proceed: Next) -> Response:
    name = f"{request.method} {without_secrets(request.url.path)}"
    with traced(request.headers.get("traceparent"), name, Role.SERVER) as traceparent:
        try:
            response = await proceed(request)
        except Exception as error:  # noqa: BLE001  (a bug, answered and counted like everything else)
            response = await problems.on_bug(request, error)
        await write_down(request, response.status_code)
    response.headers[TRACE_HEADER] = trace_id_of(traceparent)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    path = request.url.path
    if path.startswith("/static/") and _HASHED.search(path) and response.status_code == 200:  # noqa: PLR2004
        response.headers["Cache-Control"] = STATIC_LIFE
    return response
