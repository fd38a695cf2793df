"""Starts the demo world and ends it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from .domain.anime.shelf import Shelf
from .domain.anime.titles import Anime
from .domain.catalogue import Source
from .domain.clock import WorldClock
from .domain.faults import PLATFORMS, TARGETS, Fault, FaultBook
from .domain.request_log import RequestLog
from .door import Door
from .hosts.anime import AnimeSite
from .hosts.control import Control
from .hosts.drive import Drive
from .hosts.fast import Fast
from .hosts.front import host_app
from .hosts.fsl import Fsl
from .hosts.generator import Generator
from .hosts.pixel import Pixel
from .hosts.player import Player
from .hosts.shim import Shim
from .hosts.site import Site
from .libraries.hosts import library_apps
from .media.store import CLIP_SECONDS, MediaStore
from .platforms.accounts import accounts
from .platforms.control import PlatformControl
from .platforms.dailymotion.studio import Studio
from .platforms.hosts import platform_apps
from .state import WorldState, open_state


@dataclass(frozen=True)
class World:
    """A running world: its addresses, and its books to look into and to change."""

    state: WorldState

    @property
    def addresses(self) -> dict[str, str]:
        """Base URL by host: control, then every one of TARGETS."""
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
    def anime(self) -> Shelf:
        """The titles of the anime catalogue."""
        return self.state.anime

    @property
    def hosts(self) -> list[str]:
        """host:port of every host but control: what a careful fetcher must be allowed to reach."""
        return [self.addresses[name].removeprefix("http://") for name in TARGETS if name in self.addresses]

    @property
    def dailymotion(self) -> Studio:
        """The Dailymotion's books."""
        return self.state.dailymotion

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

    def happen(self, do: str, slug: str, **more: Any) -> Anime:
        """Let something happen to a title of the anime catalogue, as `POST /anime` does."""
        return self.state.let_happen({"do": do, "slug": slug, **more})

    async def move(self, how: str) -> None:
        """Move the anime catalogue, as `POST /anime/move` does."""
        await self.state.move(how)

    def described(self) -> dict[str, Any]:
        """What a start prints: every address, and the accounts on the platforms."""
        return {**self.addresses, "hosts": self.hosts, "platforms": accounts(self.addresses)}


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
    only: Collection[str] = (),
) -> AsyncIterator[World]:
    """Run a world in this process. Raises OSError when a port is taken.

    `name` stands in the addresses instead of `host`; `media_dir` may be shared by many worlds. With `only`
    nothing but these hosts listens, and the control host.
    """
    state = open_state(state_dir, MediaStore(media_dir or state_dir / "media", clip_seconds))
    async with contextlib.AsyncExitStack() as stack:
        for offset, (role, app) in enumerate(_apps(state).items()):
            if only and role not in {"control", *only}:
                continue
            door = state.doors[role] = Door(app, host, port_base + offset if port_base else 0)
            stack.push_async_callback(door.shut)
            await door.open()
            state.addresses[role] = f"http://{name or host}:{door.port}"
        if prewarm:
            warming = asyncio.create_task(state.media.prewarm(state.seeded_clips()))
            stack.push_async_callback(_ended, warming)
        yield World(state)


def running_platforms(state_dir: Path) -> contextlib.AbstractAsyncContextManager[World]:
    """Run the hosts that films are uploaded to, with the control host: a small world that starts at once."""
    return running_world(state_dir, only=PLATFORMS)


def _apps(state: WorldState) -> dict[str, web.Application]:
    """Every host in the order of its port."""
    return {
        "control": Control(state).app(PlatformControl(state).routes()),
        "site": host_app("site", state, Site(state).routes()),
        "generator": host_app("generator", state, Generator(state).routes()),
        "pixel": host_app("pixel", state, Pixel(state).routes()),
        "fsl": host_app("fsl", state, Fsl(state).routes()),
        "10gbps": host_app("10gbps", state, Fast(state).routes()),
        "anime": host_app("anime", state, AnimeSite(state, "anime").routes()),
        "anime2": host_app("anime2", state, AnimeSite(state, "anime2").routes()),
        "player": host_app("player", state, Player(state).routes()),
        "shim": host_app("shim", state, Shim(state).routes()),
        "drive": host_app("drive", state, Drive(state).routes()),
        **library_apps(state),
        **platform_apps(state),
    }


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
