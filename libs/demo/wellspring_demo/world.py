"""Starts the demo world and ends it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from .domain.catalogue import Source
from .domain.clock import WorldClock
from .domain.faults import TARGETS, Fault, FaultBook
from .domain.request_log import RequestLog
from .hosts.control import Control
from .hosts.fast import Fast
from .hosts.front import host_app
from .hosts.fsl import Fsl
from .hosts.generator import Generator
from .hosts.pixel import Pixel
from .hosts.site import Site
from .media.store import CLIP_SECONDS, MediaStore
from .state import WorldState, open_state

GRACE_S = 0.2
"""How long a request may go on once the world ends."""


@dataclass(frozen=True)
class World:
    """A running world: its addresses, and its books to look into and to change."""

    state: WorldState

    @property
    def addresses(self) -> dict[str, str]:
        """Base URL by host: control, site, generator, pixel, fsl, 10gbps."""
        return self.state.addresses

    @property
    def control(self) -> str:
        """Where tests in other processes steer this world."""
        return self.addresses["control"]

    @property
    def site(self) -> str:
        """Where the permanent pages are."""
        return self.addresses["site"]

    @property
    def hosts(self) -> list[str]:
        """host:port of every host but control: what a careful fetcher must be allowed to reach."""
        return [self.addresses[name].removeprefix("http://") for name in TARGETS]

    @property
    def clock(self) -> WorldClock:
        """The world's time."""
        return self.state.clock

    @property
    def faults(self) -> FaultBook:
        """The faults that are on."""
        return self.state.faults

    @property
    def log(self) -> RequestLog:
        """Every request served."""
        return self.state.log

    def fault(self, target: str, kind: str, **details: Any) -> Fault:
        """Switch a fault on, as `POST /faults` does; raises ValueError."""
        return self.state.break_it({"target": target, "kind": kind, **details})

    def mint(self, title: str, episode: float = 1, quality: int = 480, **more: Any) -> Source:
        """Add a source that nobody seeded; `page_url` says where it is."""
        return self.state.mint(title=title, episode=episode, quality=quality, **more)

    def page_url(self, source: Source) -> str:
        """The permanent page of a source."""
        return self.state.page_url(source)

    def described(self) -> dict[str, Any]:
        """What a start prints: every address."""
        return {**self.addresses, "hosts": self.hosts}


@contextlib.asynccontextmanager
async def running_world(
    state_dir: Path,
    *,
    host: str = "127.0.0.1",
    name: str | None = None,
    port_base: int = 0,
    prewarm: bool = False,
    media_dir: Path | None = None,
    clip_seconds: int = CLIP_SECONDS,
) -> AsyncIterator[World]:
    """Run a world in this process. Raises OSError when a port is taken.

    `name` stands in the addresses instead of `host`; `media_dir` may be shared by many worlds.
    """
    state = open_state(state_dir, MediaStore(media_dir or state_dir / "media", clip_seconds))
    async with contextlib.AsyncExitStack() as stack:
        for offset, (role, app) in enumerate(_apps(state).items()):
            bound = await _serve(stack, app, host, port_base + offset if port_base else 0)
            state.addresses[role] = f"http://{name or host}:{bound}"
        if prewarm:
            warming = asyncio.create_task(state.media.prewarm(state.seeded_clips()))
            stack.push_async_callback(_ended, warming)
        yield World(state)


def _apps(state: WorldState) -> dict[str, web.Application]:
    """Every host in the order of its port."""
    return {
        "control": Control(state).app(),
        "site": host_app("site", state, Site(state).routes()),
        "generator": host_app("generator", state, Generator(state).routes()),
        "pixel": host_app("pixel", state, Pixel(state).routes()),
        "fsl": host_app("fsl", state, Fsl(state).routes()),
        "10gbps": host_app("10gbps", state, Fast(state).routes()),
    }


async def _serve(stack: contextlib.AsyncExitStack, app: web.Application, host: str, port: int) -> int:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=GRACE_S)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, host, port).start()
    return int(runner.addresses[0][1])


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
