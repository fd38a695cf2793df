"""One launcher per data directory: a lock that dies with its holder."""

import fcntl
import json
import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from .console import Failure

ALREADY_RUNNING = 3


@dataclass(frozen=True)
class Holder:
    """Who runs an installation now."""

    pid: int
    since: str
    url: str


@contextmanager
def hold(path: Path, *, now: datetime, purpose: str) -> Generator[int]:
    """Hold the lock. Raises `Failure` with exit code 3 that names the holder when there is one.

    Yields the descriptor, for `announce`.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _already_running(path) from None
        announce(descriptor, Holder(pid=os.getpid(), since=now.isoformat(timespec="seconds"), url=purpose))
        yield descriptor
    finally:
        os.close(descriptor)


def announce(descriptor: int, holder: Holder) -> None:
    """Write down who holds the lock, for whoever comes second."""
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps(asdict(holder)).encode(), 0)


def holder_of(path: Path) -> Holder | None:
    """Return who holds the lock now, or None."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        # A shared lock: two people asking at once must not take each other for the holder.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read(path)
    finally:
        os.close(descriptor)
    return None


def _read(path: Path) -> Holder:
    try:
        return Holder(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError, OSError):
        return Holder(pid=0, since="just now", url="starting")


def _already_running(path: Path) -> Failure:
    holder = _read(path)
    return Failure(
        f"Wellspring already runs here: pid {holder.pid}, {holder.url}, since {holder.since}.",
        f"Open that address, or stop it first with: kill {holder.pid}",
        exit_code=ALREADY_RUNNING,
    )
