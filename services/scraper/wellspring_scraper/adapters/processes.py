"""The processes of a browser: found, fenced in, measured, and ended to the last one."""

import asyncio
import contextlib
import ctypes
import os
import resource
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from wellspring_common.errors import Permanent

MOST_OF_A_PAGE = 304 * 1024 * 1024
"""Private memory that the process of one page may have. An honest heavy page has 252 MB and uses 87."""
MOST_OF_A_BROWSER = 448 * 1024 * 1024
"""The same for the browser itself: the stacks of its threads alone count for 300 MB, of which it uses 20."""
_FIRST_TO_GO = 500
SECOND_TO_GO = 300
_SUBREAPER = 36
_FIGURES = frozenset({"RssAnon", "RssShmem", "VmData"})
_PROC = Path("/proc")
_LINUX = sys.platform.startswith("linux")


def adopt_orphans() -> None:
    """Make this process the one that inherits and reaps what a killed driver leaves."""
    if _LINUX:
        ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)


def children(pid: int) -> list[int]:
    """Return the direct children of a process."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in (_PROC / str(pid) / "task").iterdir():
            with contextlib.suppress(OSError):
                found += [int(text) for text in (task / "children").read_text().split()]
    return found


def tree(pid: int) -> list[int]:
    """Return all descendants of a process."""
    return [one for child in children(pid) for one in (child, *tree(child))]


def born_with(folder: Path) -> list[int]:
    """Return our own children that were given this folder for their temporary files."""
    mark = f"TMPDIR={folder}".encode()
    found = []
    for pid in children(os.getpid()):
        with contextlib.suppress(OSError):
            if mark in (_PROC / str(pid) / "environ").read_bytes().split(b"\0"):
                found.append(pid)
    return found


def holders(folder: Path) -> list[int]:
    """Return all processes of this machine that were given this folder for their temporary files."""
    mark = f"TMPDIR={folder}".encode()
    found = []
    for path in _PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark in (path / "environ").read_bytes().split(b"\0"):
                found.append(int(path.name))
    return found


def fence(pids: list[int], most: int) -> None:
    """Cap the memory of processes, and of all that they start, and let the kernel choose them first.

    Raises `Permanent` with `browser_unavailable`: without its fence a browser is not used.
    """
    if not _LINUX:
        return
    for pid in pids:
        try:
            resource.prlimit(pid, resource.RLIMIT_DATA, (most, most))
        except ProcessLookupError:
            continue
        except (OSError, ValueError) as error:
            raise Permanent(
                f"The browser's memory cannot be limited: {error}.", code="browser_unavailable"
            ) from None
        offer(pid, _FIRST_TO_GO)


def offer(pid: int, score: int) -> None:
    """Let the kernel choose a process first when memory runs out.

    In the sandbox a page's process belongs to nobody, and keeps the score of the one that it was forked from.
    """
    with contextlib.suppress(OSError):
        (_PROC / str(pid) / "oom_score_adj").write_text(str(score))


def is_page(pid: int) -> bool:
    """Return whether a process of the browser is one that runs pages."""
    try:
        return b"--type=renderer" in (_PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        return False


@dataclass(frozen=True)
class Memory:
    """Bytes of a process: what the kernel cannot take back, and what counts against its limit."""

    hard: int = 0
    data: int = 0


def memory(pid: int) -> Memory:
    """Return the memory of a process, nothing where it is gone."""
    try:
        lines = (_PROC / str(pid) / "status").read_text().splitlines()
    except OSError:
        return Memory()
    found = {
        name: int(text.split()[0]) * 1024
        for name, _, text in (line.partition(":") for line in lines)
        if name in _FIGURES
    }
    return Memory(found.get("RssAnon", 0) + found.get("RssShmem", 0), found.get("VmData", 0))


def groups(pids: list[int]) -> set[int]:
    """Return the process groups of these processes other than our own."""
    found = set()
    for pid in pids:
        with contextlib.suppress(OSError):
            found.add(os.getpgid(pid))
    return found - {os.getpgrp()}


def kill(pids: set[int], group_ids: set[int]) -> None:
    """Kill processes and groups without waiting for their end."""
    for group in group_ids:
        with contextlib.suppress(OSError):
            os.killpg(group, signal.SIGKILL)
    for pid in pids:
        if _alive(pid):
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)


async def end(pids: set[int], group_ids: set[int], *, patience_s: float = 3.0) -> None:
    """Kill what is left of processes and groups, reap it, and wait until nothing is alive."""
    kill(pids, group_ids)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(patience_s):
            while _left(pids, group_ids):  # noqa: ASYNC110  (a process that ends sets no event)
                await asyncio.sleep(0.01)


def _left(pids: set[int], group_ids: set[int]) -> bool:
    for group in group_ids:
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-group, os.WNOHANG)[0]:
                pass
    return any(_alive(pid) for pid in pids) or any(_group_alive(group) for group in group_ids)


def _alive(pid: int) -> bool:
    try:
        state = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def _group_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except OSError:
        return False
    return True
