"""Choosing ports: the remembered one, else the preferred one, else a free one."""

import random
import socket

from .console import Failure

LOOPBACK = "127.0.0.1"
# Below the range from which Linux and macOS draw the ports of outgoing connections, so that a port
# remembered over a restart is not taken by somebody's client socket.
_FIRST, _LAST = 20_000, 32_000
_TRIES = 200


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


def choose(*wishes: int | None, avoid: frozenset[int] = frozenset(), host: str = LOOPBACK) -> int:
    """Return the first wish that is free, else any free port outside `avoid`."""
    for wish in wishes:
        if wish and wish not in avoid and is_free(wish, host):
            return wish
    for _ in range(_TRIES):
        port = random.randint(_FIRST, _LAST)  # noqa: S311  (a port is no secret)
        if port not in avoid and is_free(port, host):
            return port
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def choose_block(wish: int | None, count: int, *, avoid: frozenset[int] = frozenset()) -> int:
    """Return the first of `count` free ports in a row, the wished ones when they are free."""
    firsts = [wish] if wish else []
    firsts += [random.randint(_FIRST, _LAST - count) for _ in range(_TRIES)]  # noqa: S311
    for first in firsts:
        block = range(first, first + count)
        if avoid.isdisjoint(block) and all(is_free(port) for port in block):
            return first
    raise Failure(f"This machine has no {count} free ports in a row.", "Stop some other programs first.")


def next_free(first: int, host: str = LOOPBACK) -> int:
    """Return the first free port counting up from `first`, so that a newcomer finds it by guessing."""
    for port in range(first, first + _TRIES):
        if is_free(port, host):
            return port
    return choose(host=host)
