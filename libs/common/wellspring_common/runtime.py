"""How every service lives: logs, probes, tasks, signals, and an exit within ten seconds."""

import asyncio
import gc
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

import structlog

from . import otel, telemetry
from .errors import WellspringError
from .logs import configure_logs
from .lookups import LookupLoop
from .probes import Ping, Readiness, start_probes
from .settings import LogSettings, OpsSettings, SettingsError, TraceSettings

DRAIN_S = 8.0

log = structlog.get_logger(__name__)

Task = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Running:
    """A wired service: tasks that never end by themselves, and what must answer for it to be ready.

    Without what is named in `spared` it has work that it can do, and stays ready.
    """

    tasks: Mapping[str, Task]
    pings: Mapping[str, Ping]
    spared: frozenset[str] = frozenset()
    on_drain: Callable[[], None] = field(default=lambda: None)


Wiring = Callable[[Readiness], AbstractAsyncContextManager[Running]]


def run(service: str, wiring: Wiring) -> None:
    """Run a service until SIGTERM or SIGINT (exit 0), or until one of its tasks fails (exit 1)."""
    try:
        configure_logs(service, LogSettings())
        ops = OpsSettings()
        end_traces = otel.begin(service, TraceSettings())
    except SettingsError as error:
        sys.exit(error.message)
    telemetry.begin(service)
    with asyncio.Runner(loop_factory=LookupLoop) as runner:
        code = runner.run(_live(service, wiring, ops))
    end_traces()
    sys.exit(code)


async def _live(service: str, wiring: Wiring, ops: OpsSettings) -> int:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    readiness = Readiness(service)
    probes = await start_probes(readiness, ops.ops_host, ops.ops_port)
    main = asyncio.create_task(_work(wiring, readiness))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({main, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not main.done():
            return await _drain(main, readiness)
        return _failed(main)
    finally:
        stopping.cancel()
        await probes.cleanup()


async def _work(wiring: Wiring, readiness: Readiness) -> None:
    async with wiring(readiness) as running, asyncio.TaskGroup() as group:
        readiness.pings, readiness.spared = running.pings, running.spared
        settle()
        for name, task in running.tasks.items():
            group.create_task(_forever(name, task), name=name)
        group.create_task(telemetry.watch_loop(), name="event loop lag")
        log.info("service.started", tasks=sorted(running.tasks))


def settle() -> None:
    """Leave what a service was made of out of every later collection of garbage: it stays, and is large."""
    gc.collect()
    gc.freeze()


async def _forever(name: str, task: Task) -> None:
    await task()
    raise RuntimeError(f"the task {name} ended, which it never should")


async def _drain(main: asyncio.Task[None], readiness: Readiness) -> int:
    readiness.draining = True
    log.info("service.stopping")
    main.cancel()
    done, _ = await asyncio.wait({main}, timeout=DRAIN_S)
    if not done:
        log.error("service.stop_overran", after_s=DRAIN_S)
        return 1
    if not main.cancelled() and main.exception() is not None:
        return _failed(main)
    log.info("service.stopped")
    return 0


def _failed(main: asyncio.Task[None]) -> int:
    error = main.exception() if not main.cancelled() else None
    if isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    if isinstance(error, WellspringError):
        log.error("service.failed", code=error.code, reason=error.message)
    elif error is not None:
        log.error("service.crashed", exc_info=error)
    return 1
