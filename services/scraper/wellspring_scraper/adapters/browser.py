"""The browser: Playwright and Chromium's headless shell, one launch for a job and nothing after it."""

import asyncio
import gc
from collections.abc import AsyncGenerator, Awaitable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from wellspring_common import metrics
from wellspring_common.cgroup import read_memory
from wellspring_common.errors import Permanent, Transient, WellspringError
from wellspring_common.fetch.guard import Guard
from wellspring_common.fetch.resolve import Lookup, system_lookup

from ..ports import Rendered
from . import launch, processes
from .egress import MOST_BYTES, USER, Egress
from .manners import Manners
from .room import Look, admit, most_of_all
from .watchman import Watchman

if TYPE_CHECKING:
    from playwright.async_api import Browser, Playwright

START_S, STOP_S = 10.0, 3.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class PlaywrightBrowsers:
    """Starts browsers that reach the world through the same guard as everything else."""

    guard: Guard
    binary: Path | None = None
    lookup: Lookup = system_lookup
    most_bytes: int = MOST_BYTES
    manners: Manners = field(default_factory=Manners)
    sandbox: launch.Sandbox = "auto"
    cache: Path | None = None
    look: Look = read_memory

    @asynccontextmanager
    async def opened(self, reason: str) -> AsyncGenerator["PlaywrightBrowser"]:
        """Run a browser. `reason` is the code that the launch is counted under."""
        binary = launch.find_browser(self.binary)
        if binary is None:
            raise Permanent("There is no headless Chromium on this machine.", code="browser_unavailable")
        sandbox = await asyncio.to_thread(launch.with_sandbox, self.sandbox)
        await admit(self.look)
        processes.adopt_orphans()
        with launch.own_folder() as folder:
            async with Egress(self.guard, self.lookup, most_bytes=self.most_bytes) as egress:
                watchman = Watchman(egress, most=most_of_all(self.look), kills=self._kills)
                environment = launch.driver_environment(folder, self.cache)
                browser = PlaywrightBrowser(
                    binary, folder, environment, egress, watchman, self.manners, sandbox=sandbox
                )
                try:
                    await _counted(browser.start(), reason)
                    yield browser
                finally:
                    await browser.stop()
                    log.info("browser.closed", reason=reason, peak_mb=round(browser.watchman.peak / 1024**2))
        # without it Playwright's cycles keep a quarter of a megabyte of each job
        gc.collect()

    def _kills(self) -> int:
        found = self.look()
        return 0 if found is None else found.oom_kills


@dataclass
class PlaywrightBrowser:
    """One running browser with its driver."""

    binary: Path
    folder: Path
    environment: Mapping[str, str]
    egress: Egress
    watchman: Watchman
    manners: Manners
    sandbox: bool
    _playwright: "Playwright | None" = None
    _browser: "Browser | None" = None
    _walk: asyncio.Task[None] | None = None
    _drivers: set[int] = field(default_factory=set)
    _groups: set[int] = field(default_factory=set)

    async def start(self) -> None:
        """Start driver and browser, fenced in before the first page."""
        try:
            # half a second of imports and 10 MB that a scraper without script-only pages never pays
            from playwright.async_api import async_playwright  # noqa: PLC0415  (costly, and only for who renders)
        except ImportError:
            raise Permanent("Playwright is not installed.", code="browser_unavailable") from None
        from .tab import within  # noqa: PLC0415  (costly, and only for who renders)

        with launch.environment(self.environment):
            self._playwright = await within(START_S, "start its driver", async_playwright().start())
        self._drivers = set(processes.born_with(self.folder))
        self._browser = await within(
            START_S,
            "start",
            self._playwright.chromium.launch(
                executable_path=self.binary,
                args=launch.flags(sandbox=self.sandbox),
                ignore_default_args=list(launch.NOT_WANTED),
                chromium_sandbox=self.sandbox,
                proxy={"server": self.egress.url, "username": USER, "password": self.egress.token},
                timeout=START_S * 1000,
                handle_sigint=False,
                handle_sigterm=False,
                handle_sighup=False,
            ),
        )
        self._browser.on("disconnected", lambda _: self.watchman.disconnected())
        for driver in self._drivers:
            processes.offer(driver, processes.SECOND_TO_GO)
            below = processes.tree(driver)
            self._groups |= processes.groups(below)
            processes.fence(below, processes.MOST_OF_A_BROWSER)
            self._walk = asyncio.create_task(self._guarded(driver))

    async def render(self, url: str, *, wait_for: str, click: Sequence[str] = ()) -> Rendered:
        """Render one page. Pages come one after the other."""
        from .tab import Plan, render  # noqa: PLC0415  (costly, and only for who renders)

        if self._browser is None or self.watchman.gone:
            raise Transient("The browser died before it came to this page.", code="browser_crash")
        plan = Plan(url, wait_for, click)
        try:
            return await render(self._browser, self.egress, self.watchman, plan, self.manners)
        except WellspringError as error:
            raise self.watchman.better_than(error) from None

    async def stop(self) -> None:
        """Kill the browser, let its driver go, kill what is left, and wait until all is gone."""
        self._drivers |= set(processes.born_with(self.folder))
        for driver in self._drivers:
            self._groups |= processes.groups(processes.tree(driver))
        try:
            await self._close()
        finally:
            # also when nobody has the patience for a polite end
            await processes.end(self._drivers, self._groups)
            metrics.BROWSER_PROCESSES.set(0)

    async def _close(self) -> None:
        from .tab import within  # noqa: PLC0415  (costly, and only for who renders)

        if self._walk is not None:
            self._walk.cancel()
            await asyncio.gather(self._walk, return_exceptions=True)
        # a driver and a profile that are thrown away need no farewell, which would take a tenth of a second
        processes.kill(self._drivers, self._groups)
        if self._playwright is not None:
            # a driver that cannot stop is killed: it must not wait for a browser that is dead or deaf
            try:
                await within(STOP_S, "stop its driver", self._playwright.stop())
            except Exception as error:  # noqa: BLE001  (Playwright raises bare exceptions here)
                log.warning("browser.stuck", reason=str(error))
        self._browser = self._playwright = None

    async def _guarded(self, driver: int) -> None:
        try:
            await self.watchman.walk(driver)
        except WellspringError as error:
            self.watchman.give_up(error)
        # it only returns when the browser has taken too much, and what runs now must not take more
        await processes.end(set(), self._groups)


async def _counted(start: Awaitable[None], reason: str) -> None:
    try:
        await start
    except WellspringError:
        metrics.BROWSER_LAUNCHES.labels(reason, "failed").inc()
        raise
    metrics.BROWSER_LAUNCHES.labels(reason, "started").inc()
