"""What surrounds every answer: its trace, its headers, its figures, and the line about what was done."""

import re
import time
from collections.abc import Iterable
from contextlib import nullcontext
from itertools import product

from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wellspring_common import metrics
from wellspring_common.trace import Role, trace_id_of, traced

from .bodies import TooLargeError
from .domain.access import without_secrets
from .domain.deeds import HARMLESS
from .domain.policy import CSP
from .owing import owing
from .routes import problems
from .routes.deeds import write_down

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
STATIC_LIFE = b"public, max-age=31536000, immutable"
TRACE_HEADER = b"x-trace-id"
"""Tells whoever asked under which id the log lines are."""
OK = 200
_RAW = tuple((name.lower().encode(), value.encode()) for name, value in HEADERS.items())
_HASHED = re.compile(r"-[A-Za-z0-9]{8,}\.")


def start_at_zero(router: APIRouter) -> None:
    """Show every route with zero: the first error of a route is growth only if there was a number before."""
    for route in router.routes:
        if isinstance(route, APIRoute) and route.path not in PROBES:
            metrics.HTTP_DURATION.labels(route.path)
            for method, code in product(route.methods or (), CODES):
                metrics.HTTP_REQUESTS.labels(route.path, method, code)


class Around:
    """Surrounds the routes, without a task of its own for each request: open streams are many."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request, figures = Request(scope, receive), _Figures(scope)
        given = request.headers.get("traceparent")
        owed = nullcontext() if request.method in HARMLESS else owing()
        span = f"{request.method} {without_secrets(scope['path'])}"
        with owed, traced(given, span, Role.SERVER) as traceparent:
            began = False

            async def sending(message: Message) -> None:
                nonlocal began
                if message["type"] == "http.response.start":
                    began, status = True, message["status"]
                    # what was done is written down before the answer leaves, at the latest
                    await write_down(request, status)
                    message["headers"] = _headers(scope, status, message.get("headers", ()), traceparent)
                    figures.begins(status)
                await send(message)

            try:
                await self.app(scope, receive, sending)
            except TooLargeError:
                raise
            except Exception as error:  # noqa: BLE001  (a bug, answered and counted like everything else)
                response = await problems.on_bug(request, error)
                if not began:  # else the answer just ends, too soon
                    await response(scope, receive, sending)
            finally:
                figures.ends()


class _Figures:
    """The figures of one request: it is in progress until its answer begins."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._counts = scope["path"] not in PROBES
        self._waiting = self._counts
        self._began = time.perf_counter()
        if self._waiting:
            metrics.HTTP_IN_PROGRESS.inc()

    def begins(self, status: int) -> None:
        """Count an answer that begins."""
        if not self._counts:
            return
        route = getattr(self._scope.get("route"), "path", "other")
        method = self._scope["method"] if self._scope["method"] in METHODS else "other"
        metrics.HTTP_REQUESTS.labels(route, method, str(status)).inc()
        metrics.HTTP_DURATION.labels(route).observe(time.perf_counter() - self._began)
        self.ends()

    def ends(self) -> None:
        """Wait no longer, whether or not an answer began."""
        if self._waiting:
            self._waiting = False
            metrics.HTTP_IN_PROGRESS.dec()


def _headers(
    scope: Scope, status: int, given: Iterable[tuple[bytes, bytes]], traceparent: str
) -> list[tuple[bytes, bytes]]:
    headers = list(given)
    names = {name for name, _ in headers}
    path = scope["path"]
    if path.startswith("/static/") and status == OK and _HASHED.search(path):
        headers = [pair for pair in headers if pair[0] != b"cache-control"]
        headers.append((b"cache-control", STATIC_LIFE))
    headers.append((TRACE_HEADER, trace_id_of(traceparent).encode()))
    headers.extend(pair for pair in _RAW if pair[0] not in names)
    return headers
