"""The supervisor with real processes: restarts, stops in order, leaves nobody behind."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from wellspring_cli.embedded.orphans import is_running
from wellspring_cli.logbook import last_lines
from wellspring_cli.process import Program, State
from wellspring_cli.supervisor import Supervisor
from wellspring_common.clock import SystemClock

SLEEPER = "import time; print('hello', flush=True); time.sleep(600)"
DEAF = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('deaf', flush=True); time.sleep(600)"
)
PARENT = (
    "import subprocess, sys, time;"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
    "print(child.pid, flush=True); time.sleep(600)"
)
CHILD = Path(__file__).parents[3] / "libs" / "cli" / "wellspring_cli" / "child.py"
LAUNCHER = (
    "import os, subprocess, sys, time;"
    f"command = [sys.executable, {str(CHILD)!r}, str(os.getpid()), '15', '-1', '-1',"
    f" sys.executable, '-c', {SLEEPER!r}];"
    "process = subprocess.Popen(command, stdout=subprocess.PIPE);"
    "process.stdout.readline(); print(process.pid, flush=True); time.sleep(600)"
)


async def _yes() -> bool:
    return True


def _program(name: str, code: str, patience_s: float = 5.0) -> Program:
    return Program(
        name=name,
        argv=(sys.executable, "-c", code),
        env=dict(os.environ),
        is_ready=_yes,
        patience_s=patience_s,
    )


@asynccontextmanager
async def _supervisor(logs: Path, news: list[str] | None = None) -> AsyncGenerator[Supervisor]:
    def tell(name: str, state: State, text: str) -> None:
        if news is not None:
            news.append(f"{name}: {text}")

    supervisor = Supervisor(logs=logs, clock=SystemClock(), tell=tell, show=None, on_change=lambda: None)
    try:
        yield supervisor
    finally:
        await supervisor.stop(*supervisor.processes)


async def _until(question: Callable[[], object], patience_s: float = 15.0) -> None:
    async with asyncio.timeout(patience_s):
        while not question():
            await asyncio.sleep(0.02)


async def test_what_dies_is_started_again(tmp_path: Path) -> None:
    news: list[str] = []
    async with _supervisor(tmp_path, news) as supervisor:
        process = supervisor.start(_program("sleeper", SLEEPER))
        await _until(lambda: last_lines(tmp_path / "sleeper.log", 9) == ["hello"])
        first = process.pid
        process.kill()
        await _until(lambda: last_lines(tmp_path / "sleeper.log", 9) == ["hello", "hello"])
        assert process.pid != first
        assert process.restarts == 1
    assert "sleeper: was killed by SIGKILL, starting again in 0.5 s" in news
    assert process.state is State.STOPPED


async def test_a_program_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    news: list[str] = []
    async with _supervisor(tmp_path, news) as supervisor:
        program = Program(name="ghost", argv=("/does/not/exist",), env={}, is_ready=_never)
        supervisor.start(program)
        await _until(lambda: news)
    assert news[0] == "ghost: ended with exit code 1, starting again in 0.5 s"
    assert last_lines(tmp_path / "ghost.log", 1) == ["/does/not/exist: No such file or directory"]


async def _never() -> bool:
    return False


async def test_who_is_deaf_to_the_stop_signal_is_killed(tmp_path: Path) -> None:
    async with _supervisor(tmp_path) as supervisor:
        process = supervisor.start(_program("deaf", DEAF, patience_s=0.5))
        await _until(lambda: last_lines(tmp_path / "deaf.log", 1) == ["deaf"])
        pid = process.pid
        assert pid is not None
        await supervisor.stop("deaf")
        assert not is_running(pid)


async def test_grandchildren_do_not_outlive_a_killed_process(tmp_path: Path) -> None:
    async with _supervisor(tmp_path) as supervisor:
        process = supervisor.start(_program("parent", PARENT))
        await _until(lambda: last_lines(tmp_path / "parent.log", 1))
        grandchild = int(last_lines(tmp_path / "parent.log", 1)[0])
        process.kill()
        await _until(lambda: not is_running(grandchild))


@pytest.mark.skipif(sys.platform != "linux", reason="the parent-death signal is Linux's")
async def test_children_die_with_a_launcher_that_is_killed() -> None:
    launcher = await asyncio.create_subprocess_exec(
        sys.executable, "-c", LAUNCHER, stdout=asyncio.subprocess.PIPE
    )
    assert launcher.stdout is not None
    orphan = int(await launcher.stdout.readline())
    assert is_running(orphan, "time.sleep")
    launcher.kill()
    await launcher.wait()
    await _until(lambda: not is_running(orphan))
