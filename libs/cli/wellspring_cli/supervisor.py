"""Everything that runs for one stack: started in order, kept alive, stopped in reverse."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from wellspring_common.clock import Clock

from .logbook import Logbook, Show
from .process import Process, Program, Starter, State, executed
from .state import ProcessState

Tell = Callable[[str, State, str], None]
"""Tells the operator of a change: name, state, and what there is to say."""


class Supervisor:
    """Owns the processes of a stack. `on_change` is called after every change of any of them."""

    def __init__(
        self,
        *,
        logs: Path,
        clock: Clock,
        tell: Tell,
        show: Show | None,
        on_change: Callable[[], None],
        starter: Starter = executed,
    ) -> None:
        self.processes: dict[str, Process] = {}
        self._logs = logs
        self._clock = clock
        self._tell = tell
        self._show = show
        self._on_change = on_change
        self._starter = starter

    def start(self, program: Program, *, keep_quiet: Callable[[str], bool] = lambda _: False) -> Process:
        """Start a program and keep it running until it is stopped."""
        logbook = Logbook(
            program.name, self._logs / f"{program.name}.log", show=self._show, keep_quiet=keep_quiet
        )
        process = Process(program, logbook, clock=self._clock, on_change=self._changed, starter=self._starter)
        self.processes[program.name] = process
        process.start()
        return process

    async def wait_ready(self, *names: str, patience_s: float) -> list[str]:
        """Wait for processes to become ready and return the names of those that did not."""
        waits = {name: asyncio.create_task(self.processes[name].ready.wait()) for name in names}
        if not waits:
            return []
        done, late = await asyncio.wait(waits.values(), timeout=patience_s)
        for task in late:
            task.cancel()
        return [name for name, task in waits.items() if task not in done]

    async def stop(self, *names: str) -> None:
        """Stop some processes at the same time."""
        await asyncio.gather(*(self.processes[name].stop() for name in names if name in self.processes))

    def kill_all(self) -> None:
        """Kill every process: the operator will not wait any longer."""
        for process in self.processes.values():
            process.abandon()

    def snapshot(self, kind_of: Callable[[str], str]) -> list[ProcessState]:
        """Return every process as the state file holds it."""
        return [
            ProcessState(
                name=name,
                kind=kind_of(name),
                pid=process.pid,
                state=process.state.value,
                since=process.since.isoformat(timespec="seconds"),
                restarts=process.restarts,
                port=process.program.port,
            )
            for name, process in self.processes.items()
        ]

    def _changed(self, process: Process, news: str) -> None:
        self._on_change()
        if news:
            self._tell(process.program.name, process.state, news)
