"""Processes that a killed launcher left behind: recognised by their command line, and ended."""

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from threading import Event

ORPHAN_PATIENCE_S = 20.0
ORPHAN_SIGNAL = {"postgres": signal.SIGINT, "*": signal.SIGTERM}
_POLL_S = 0.05


def is_running(pid: int, needle: str = "") -> bool:
    """Return whether a process with this number runs, and has `needle` in its command line."""
    if pid <= 0:
        return False
    return needle in (command_line(pid) or "") if needle else command_line(pid) is not None


def belongs_to(pid: int, folder: Path) -> bool:
    """Return whether a process was started for this data directory, by its command line or environment."""
    if is_running(pid, str(folder)):
        return True
    try:
        return str(folder).encode() in Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return False


def end_orphan(pid: int, number: signal.Signals) -> None:
    """Ask a process to end and wait for it, then kill it."""
    turns = int(ORPHAN_PATIENCE_S / _POLL_S)
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)
        for _ in range(turns):
            if not is_running(pid):
                return
            Event().wait(_POLL_S)
        os.kill(pid, signal.SIGKILL)


def command_line(pid: int) -> str | None:
    """Return the command line of a live process, None when there is no such process."""
    proc = Path("/proc")
    if (proc / "self").exists():
        try:
            words = (proc / str(pid) / "cmdline").read_bytes()
        except OSError:
            return None
        # A zombie has an empty command line: it runs no more.
        return words.replace(b"\0", b" ").decode(errors="replace") or None
    done = subprocess.run(
        ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or None
