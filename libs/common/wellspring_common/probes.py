"""Probes and metrics over HTTP, on a port of their own."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web
from prometheus_client import generate_latest

from .errors import reason_of

PING_TIMEOUT_S = 2.0

Ping = Callable[[], Awaitable[None]]


@dataclass
class Readiness:
    """What has to answer before a service is ready. `draining` is set once it is stopping."""

    pings: Mapping[str, Ping] | None = None
    draining: bool = False
    failures: dict[str, str] = field(default_factory=dict)

    async def check(self) -> dict[str, str]:
        """Ask every dependency and return what is wrong, by name. Empty means ready."""
        if self.draining:
            return {"service": "stopping"}
        if self.pings is None:
            return {"service": "starting"}
        answers = await asyncio.gather(*(_ask(ping) for ping in self.pings.values()))
        wrong = {name: answer for name, answer in zip(self.pings, answers, strict=True) if answer}
        self.failures = wrong
        return wrong


async def _ask(ping: Ping) -> str:
    try:
        async with asyncio.timeout(PING_TIMEOUT_S):
            await ping()
    except TimeoutError:
        return f"no answer within {PING_TIMEOUT_S:g} s"
    except Exception as error:  # noqa: BLE001  (whatever a ping raises is the answer)
        return reason_of(error)
    return ""


def readiness_body(service: str, wrong: Mapping[str, str]) -> bytes:
    """Return the JSON that `/readyz` answers with."""
    return json.dumps({"service": service, "ready": not wrong, "wrong": dict(wrong)}).encode()


async def start_probes(service: str, readiness: Readiness, host: str, port: int) -> web.AppRunner:
    """Serve `/healthz`, `/readyz` and `/metrics` until the runner is cleaned up."""

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"service": service, "alive": True})

    async def readyz(_: web.Request) -> web.Response:
        wrong = await readiness.check()
        return web.Response(
            body=readiness_body(service, wrong),
            status=503 if wrong else 200,
            content_type="application/json",
        )

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(), headers={"Content-Type": "text/plain; version=0.0.4"})

    app = web.Application()
    app.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", metrics)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    return runner
