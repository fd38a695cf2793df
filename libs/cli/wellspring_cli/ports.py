"""Choosing ports: the remembered one, else the preferred one, else a free one."""

import fcntl
import os
import random
import socket
import tempfile
from pathlib import Path

from .console import Failure

LOOPBACK = "127.0.0.1"
# Below the range from which Linux and macOS draw the ports of outgoing connections, so that a port
# remembered over a restart is not taken by somebody's client socket.
_FIRST, _LAST = 20_000, 32_000
_TRIES = 200
# Held until this process ends: the locks go with it, however it ends.
_claims: dict[int, int] = {}


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Return whether a server could listen on the port now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def claim(port: int, host: str = LOOPBACK) -> bool:
    """Return whether the port is free and, among launchers, ours from now on.

    A service binds its port seconds after it was chosen. Without a claim two launchers that start together
    choose the same ports, and each takes the other's services for its own.
    """
    if not is_free(port, host):
        return False
    if port in _claims:
        return True
    folder = Path(tempfile.gettempdir()) / f"wellspring-ports-{os.geteuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(folder / str(port), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        # A folder that is somebody else's: without claims, as if this launcher were alone.
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return False
    _claims[port] = descriptor
    return True


def choose(*wishes: int | None, avoid: frozenset[int] = frozenset(), host: str = LOOPBACK) -> int:
    """Return the first wish that is free, else any free port outside `avoid`."""
    for wish in wishes:
        if wish and wish not in avoid and claim(wish, host):
            return wish
    for _ in range(_TRIES):
        port = random.randint(_FIRST, _LAST)  # noqa: S311  (a port is no secret)
        # ours already, but perhaps for a server that has not bound it yet
        if port not in avoid and port not in _claims and claim(port, host):
            return port
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _claim_all(block: range) -> bool:
    return all(claim(port) for port in block)


def choose_block(wish: int | None, count: int, *, avoid: frozenset[int] = frozenset()) -> int:
    """Return the first of `count` free ports in a row, the wished ones when they are free."""
    if wish and avoid.isdisjoint(range(wish, wish + count)) and _claim_all(range(wish, wish + count)):
        return wish
    for _ in range(_TRIES):
        first = random.randint(_FIRST, _LAST - count)  # noqa: S311  (no secret)
        block = range(first, first + count)
        if avoid.isdisjoint(block) and _claims.keys().isdisjoint(block) and _claim_all(block):
            return first
    raise Failure(f"This machine has no {count} free ports in a row.", "Stop some other programs first.")


def next_free(first: int, host: str = LOOPBACK) -> int:
    """Return the first free port counting up from `first`, so that a newcomer finds it by guessing."""
    for port in range(first, first + _TRIES):
        if claim(port, host):
            return port
    return choose(host=host)
