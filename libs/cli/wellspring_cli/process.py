"""One supervised process: started, watched, started again when it dies, stopped when asked."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from wellspring_common.clock import Clock

from .console import Failure
from .embedded.account import Account
from .logbook import Lines, Logbook

_CHILD = Path(__file__).with_name("child.py")
FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 30.0
HEALTHY_AFTER_S = 60.0
READY_POLL_S = 0.1


class State(StrEnum):
    """What a process is doing."""

    STARTING = "starting"
    READY = "ready"
    WAITING = "waiting"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Program:
    """What to run and how to tell that it works. `prepare` runs before every start."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    is_ready: Callable[[], Awaitable[bool]]
    prepare: Callable[[], None] = lambda: None
    account: Account = field(default_factory=Account)
    stop_signal: signal.Signals = signal.SIGTERM
    whole_group: bool = True
    """Whether the stop signal goes to the process group. Postgres wants it for the first process only."""
    patience_s: float = 12.0
    port: int | None = None
    module: str | None = None
    """The Python module that `argv` runs, for what can start it in another way."""


class Child(Protocol):
    """A process that was started."""

    @property
    def pid(self) -> int: ...  # noqa: D102  (the protocol's words say it)

    @property
    def stdout(self) -> asyncio.StreamReader | None: ...  # noqa: D102  (the protocol's words say it)

    async def wait(self) -> int: ...  # noqa: D102  (the protocol's words say it)


Starter = Callable[[Program], Awaitable[Child]]
"""Starts a program in a process group of its own. Raises `OSError`."""


async def executed(program: Program) -> Child:
    """Start a program by its command line."""
    return await asyncio.create_subprocess_exec(
        *_wrapped(program),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=dict(program.env),
        cwd="/",
        process_group=0,
    )


def backoff(deaths: int) -> float:
    """Return how long to wait before the next start, in seconds, after so many deaths in a row."""
    return float(min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** min(max(0, deaths - 1), 10)))


class Process:
    """A program under supervision. `on_change` is told of every change of state."""

    def __init__(
        self,
        program: Program,
        logbook: Logbook,
        *,
        clock: Clock,
        on_change: Callable[["Process", str], None],
        starter: Starter = executed,
    ) -> None:
        self.program = program
        self.logbook = logbook
        self.state = State.STOPPED
        self.since: datetime = clock.now()
        self.pid: int | None = None
        self.restarts = 0
        self.ready = asyncio.Event()
        self._clock = clock
        self._on_change = on_change
        self._starter = starter
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start supervising."""
        self._task = asyncio.create_task(self._supervise(), name=f"supervise {self.program.name}")

    async def stop(self) -> None:
        """Ask the process to end, kill it when its patience runs out, and stop supervising."""
        self._stopping.set()
        if self._task is None:
            return
        self._signal(self.program.stop_signal, group=self.program.whole_group)
        done, _ = await asyncio.wait({self._task}, timeout=self.program.patience_s)
        if not done:
            self._signal(signal.SIGKILL, group=True)
            await asyncio.wait({self._task}, timeout=self.program.patience_s)
        self.logbook.close()

    def kill(self) -> None:
        """Kill the process as a crash would. The supervisor starts it again unless it is stopping."""
        self._signal(signal.SIGKILL, group=self.program.whole_group)

    async def gone(self) -> None:
        """Wait until a kill was noticed: from then on `ready` speaks of the next start."""
        while self.state is State.READY:  # noqa: ASYNC110  (changes once, within milliseconds)
            await asyncio.sleep(READY_POLL_S / 10)

    def abandon(self) -> None:
        """Kill the process for good."""
        self._stopping.set()
        self._signal(signal.SIGKILL, group=self.program.whole_group)

    def _signal(self, number: signal.Signals, *, group: bool) -> None:
        if self.pid is None:
            return
        with suppress(ProcessLookupError, PermissionError):
            (os.killpg if group else os.kill)(self.pid, number)

    async def _supervise(self) -> None:
        deaths = 0
        loop = asyncio.get_running_loop()
        while not self._stopping.is_set():
            started = loop.time()
            ending = await self._run_once()
            self.ready.clear()
            if self._stopping.is_set():
                break
            deaths = 1 if loop.time() - started >= HEALTHY_AFTER_S else deaths + 1
            wait = backoff(deaths)
            self._enter(State.WAITING, f"{ending}, starting again in {wait:g} s")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), wait)
            self.restarts += 1
        self._enter(State.STOPPED, "")

    async def _run_once(self) -> str:
        """Run the program to its end and return how it ended, in words."""
        program = self.program
        try:
            await asyncio.to_thread(program.prepare)
            child = await self._starter(program)
        except OSError as error:
            return f"could not be started ({error.strerror})"
        except Failure as failure:
            return f"could not be started: {failure.what}"
        self.pid = child.pid
        self._enter(State.STARTING, "")
        if self._stopping.is_set():
            self._signal(program.stop_signal, group=program.whole_group)
        watcher = asyncio.create_task(self._watch_for_ready())
        reader = asyncio.create_task(self._read(child.stdout))
        try:
            code = await child.wait()
        finally:
            watcher.cancel()
            await asyncio.wait({watcher})
        if program.whole_group:
            # What the process started itself must not outlive it.
            self._signal(signal.SIGKILL, group=True)
        self.pid = None
        # A grandchild that escaped may keep the pipe open: its output is not waited for.
        await asyncio.wait({reader}, timeout=1)
        reader.cancel()
        return _ending(code)

    async def _read(self, stream: asyncio.StreamReader | None) -> None:
        if stream is None:
            return
        lines = Lines(self.logbook.take)
        while data := await stream.read(65536):
            lines.feed(data)
        lines.flush()

    async def _watch_for_ready(self) -> None:
        while not await self.program.is_ready():  # noqa: ASYNC110  (another process has no event of ours)
            await asyncio.sleep(READY_POLL_S)
        self.ready.set()
        self._enter(State.READY, "ready again" if self.restarts else "ready")

    def _enter(self, state: State, news: str) -> None:
        self.state = state
        self.since = self._clock.now()
        self._on_change(self, news)


def _wrapped(program: Program) -> tuple[str, ...]:
    account = program.account
    # SIGTERM and SIGINT let a process clean up after itself when the launcher is killed.
    tie = (str(os.getpid()), str(int(program.stop_signal)), str(account.uid), str(account.gid))
    return (sys.executable, "-I", "-S", str(_CHILD), *tie, *program.argv)


def _ending(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"was killed by signal {-code}"
