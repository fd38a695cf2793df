"""Services as forks of one process that has loaded what they share: alone, told of, and never left behind."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from wellspring_cli.embedded.orphans import is_running
from wellspring_cli.logbook import last_lines

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="services are forked on Linux alone")

LAUNCHER = Path(__file__).with_name("stem_launcher.py")
SLEEPER = """
import json, os, sys, threading, time
from pathlib import Path
rollup = Path("/proc/self/smaps_rollup").read_text().splitlines()
print(json.dumps({
    "argv": sys.argv, "name": __name__, "cwd": os.getcwd(), "stdin": sys.stdin.read(),
    "given": os.environ.get("GIVEN"), "secret": os.environ.get("OF_THE_LAUNCHER"),
    "pid": os.getpid(), "parent": os.getppid(), "group": os.getpgid(0),
    "called": Path("/proc/self/comm").read_text().strip(),
    "threads": threading.active_count(),
    "sockets": [one for one in os.listdir("/proc/self/fd") if os.path.exists("/proc/self/fd/" + one)
                and os.readlink("/proc/self/fd/" + one).startswith("socket:")],
    "shared": sum(int(line.split()[1]) for line in rollup if line.startswith("Shared_Dirty:")),
}))
time.sleep(600)
"""
MODULES = {"sleeper": SLEEPER, "wordy": "import sys; sys.exit('no such thing')", "faulty": "1 / 0"}


@dataclass
class Launcher:
    """A running launcher and where its programs say what they say."""

    process: asyncio.subprocess.Process
    logs: Path

    async def hear(self, state: str) -> tuple[str, int | None, str]:
        """Return name, process number and news of the next change to a state."""
        assert self.process.stdout is not None
        async with asyncio.timeout(30):
            while line := await self.process.stdout.readline():
                name, entered, pid, news = json.loads(line)
                if entered == state:
                    return name, pid, news
        raise AssertionError(f"the launcher ended before anything was {state}")

    async def said(self, name: str, times: int = 1) -> dict[str, Any]:
        """Return what a sleeper said of itself in its so manieth life."""
        async with asyncio.timeout(30):
            while len(lines := last_lines(self.logs / f"{name}.log", 9)) < times:
                await asyncio.sleep(0.02)
        found: dict[str, Any] = json.loads(lines[times - 1])
        return found


@asynccontextmanager
async def _launched(folder: Path, *names: str) -> AsyncGenerator[Launcher]:
    for name in names:
        (folder / f"{name}.py").write_text(MODULES[name], encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(LAUNCHER), str(folder), *names),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(folder), "OF_THE_LAUNCHER": "a password"},
    )
    try:
        yield Launcher(process, folder)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _gone(*pids: int) -> None:
    async with asyncio.timeout(15):
        while any(is_running(pid) for pid in pids):
            await asyncio.sleep(0.02)


async def test_a_fork_shares_memory_and_nothing_else(tmp_path: Path) -> None:
    async with _launched(tmp_path, "sleeper") as launcher:
        found = await launcher.said("sleeper")
        assert found["shared"] > 10_000, "kB of libraries that were loaded before the fork"
        assert found["group"] == found["pid"]
        assert found["parent"] != launcher.process.pid
        assert found["called"] == "ws-sleeper"
        assert (found["given"], found["secret"]) == ("sleeper", None)
        assert (found["argv"], found["name"], found["cwd"]) == (
            [str(tmp_path / "sleeper.py")],
            "__main__",
            "/",
        )
        assert (found["stdin"], found["sockets"], found["threads"]) == ("", [], 1)


async def test_what_dies_is_forked_again_and_all_end_in_order(tmp_path: Path) -> None:
    async with _launched(tmp_path, "sleeper") as launcher:
        first = await launcher.said("sleeper")
        os.kill(first["pid"], signal.SIGKILL)
        name, _, news = await launcher.hear("waiting")
        assert (name, news) == ("sleeper", "was killed by SIGKILL, starting again in 0.5 s")
        second = await launcher.said("sleeper", times=2)
        assert second["pid"] != first["pid"]
        assert second["parent"] == first["parent"]
        launcher.process.terminate()
        assert await launcher.process.wait() == 0
        await _gone(second["pid"], second["parent"])


@pytest.mark.parametrize(
    ("name", "last"), [("wordy", "no such thing"), ("faulty", "ZeroDivisionError: division by zero")]
)
async def test_a_fork_that_fails_says_why_and_how(tmp_path: Path, name: str, last: str) -> None:
    async with _launched(tmp_path, name) as launcher:
        _, _, news = await launcher.hear("waiting")
        assert news == "ended with exit code 1, starting again in 0.5 s"
        assert last_lines(tmp_path / f"{name}.log", 1) == [last]


async def test_without_a_stem_programs_are_executed(tmp_path: Path) -> None:
    async with _launched(tmp_path, "sleeper") as launcher:
        first = await launcher.said("sleeper")
        os.kill(first["parent"], signal.SIGKILL)
        _, _, news = await launcher.hear("waiting")
        assert news.startswith("was killed by SIGKILL")
        second = await launcher.said("sleeper", times=2)
        assert second["parent"] == launcher.process.pid
        assert not is_running(first["pid"])


async def test_forks_die_with_a_launcher_that_is_killed(tmp_path: Path) -> None:
    async with _launched(tmp_path, "sleeper") as launcher:
        found = await launcher.said("sleeper")
        launcher.process.kill()
        await _gone(found["pid"], found["parent"])


def test_what_is_loaded_ahead_starts_no_thread_and_opens_nothing() -> None:
    code = (
        "import os, threading; before = sorted(os.listdir('/proc/self/fd'));"
        "from wellspring_cli import stem; stem.load();"
        "print(threading.active_count(), sorted(os.listdir('/proc/self/fd')) == before)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "True"]
