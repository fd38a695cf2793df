"""Probes and metrics over HTTP, on a port of their own."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import web
from prometheus_client import generate_latest

from . import metrics
from .errors import reason_of

PING_TIMEOUT_S = 2.0

Ping = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class State:
    """Whether a service takes work, and by name what is wrong: it may take work all the same."""

    ready: bool
    wrong: Mapping[str, str]

    def body(self, service: str) -> bytes:
        """Return the JSON that `/readyz` answers with."""
        return json.dumps({"service": service, "ready": self.ready, "wrong": dict(self.wrong)}).encode()

    @property
    def status(self) -> int:
        """Return the status that `/readyz` answers with."""
        return 200 if self.ready else 503


@dataclass
class Readiness:
    """What is asked of a service. `draining` is set once it is stopping.

    What is named in `spared` is asked and told, and its absence keeps nobody from the service.
    """

    service: str
    pings: Mapping[str, Ping] | None = None
    spared: frozenset[str] = frozenset()
    draining: bool = False

    async def check(self) -> State:
        """Ask every dependency, and tell the metrics what each said."""
        if self.draining:
            return State(ready=False, wrong={"service": "stopping"})
        if self.pings is None:
            return State(ready=False, wrong={"service": "starting"})
        answers = await asyncio.gather(*(_ask(ping) for ping in self.pings.values()))
        for name, answer in zip(self.pings, answers, strict=True):
            metrics.DEPENDENCY_UP.labels(self.service, name).set(not answer)
        wrong = {name: answer for name, answer in zip(self.pings, answers, strict=True) if answer}
        return State(ready=wrong.keys() <= self.spared, wrong=wrong)


async def _ask(ping: Ping) -> str:
    try:
        async with asyncio.timeout(PING_TIMEOUT_S):
            await ping()
    except TimeoutError:
        return f"no answer within {PING_TIMEOUT_S:g} s"
    except Exception as error:  # noqa: BLE001  (whatever a ping raises is the answer)
        return reason_of(error)
    return ""


async def start_probes(readiness: Readiness, host: str, port: int) -> web.AppRunner:
    """Serve `/healthz`, `/readyz` and `/metrics` until the runner is cleaned up."""
    service = readiness.service

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"service": service, "alive": True})

    async def readyz(_: web.Request) -> web.Response:
        state = await readiness.check()
        return web.Response(body=state.body(service), status=state.status, content_type="application/json")

    async def measured(_: web.Request) -> web.Response:
        await readiness.check()  # nobody else may ask: what the metrics say of dependencies is never old
        return web.Response(body=generate_latest(), headers={"Content-Type": "text/plain; version=0.0.4"})

    app = web.Application()
    app.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", measured)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    return runner
