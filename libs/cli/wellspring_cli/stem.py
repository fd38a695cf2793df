"""A process that has loaded what all services load, and forks one of them when asked: they share that memory.

Five services that each load the same libraries hold them five times. Forked of one process that has loaded
them, they hold them once, and each its own pages only where it writes. Linux alone: see `Forking`.
"""

import ctypes
import gc
import json
import os
import runpy
import select
import signal
import socket
import sys
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from io import TextIOWrapper
from typing import Any, NamedTuple, NoReturn

WANTED = "WELLSPRING_SHARE_MEMORY"
LOADED = (
    "wellspring_common.lean",  # before what imports structlog
    "aiohttp.web",
    "asyncpg",
    "wellspring_common.runtime",
    "wellspring_common.bus.nats.bus",
    "wellspring_common.fetch.fetcher",
    "wellspring_common.fetch.probing",
    "wellspring_common.fetch.streams",
    "wellspring_common.inbox",
    "wellspring_common.outbox",
    "wellspring_common.postgres",
    "wellspring_common.retention",
    "wellspring_common.text",
    "wellspring_common.tunables_watch",
)
"""What more than one service imports, by the modules that import the rest of it."""
LARGEST_ORDER = 1 << 20
_SET_DEATH_SIGNAL, _SET_NAME = 1, 15


class Line(NamedTuple):
    """The stem as the launcher has it: its process, and where orders go and news come from."""

    pid: int
    talk: socket.socket


found: Line | None = None
"""The stem of this process, once `begin` was called."""


def is_wanted(argv: Sequence[str], environ: Mapping[str, str]) -> bool:
    """Return whether a command line is one that starts services, and the operator wants them forked."""
    asked = environ.get(WANTED, "").lower() in {"1", "true", "yes", "on"}
    return asked and sys.platform == "linux" and "up" in argv[1:2]


def begin() -> None:
    """Load what is shared and fork the stem. To be called first of all: a fork takes one thread along."""
    global found  # noqa: PLW0603  (there is one stem, made before there is anything to hold it)
    load()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    launcher = os.getpid()
    pid = os.fork()
    if pid == 0:
        ours.close()
        _serve(theirs, launcher)
    theirs.close()
    del sys.modules["rich"]  # kept from the services alone: the launcher speaks to a terminal
    found = Line(pid, ours)


def load() -> None:
    """Import what is shared, and keep the collector of garbage from ever writing to it."""
    os.environ.setdefault("PROMETHEUS_DISABLE_CREATED_SERIES", "true")  # read when it is imported
    for name in LOADED:
        import_module(name)
    gc.collect()
    gc.freeze()


def _serve(talk: socket.socket, launcher: int) -> NoReturn:
    """Fork what is ordered and tell what ended, until the launcher is gone."""
    os.setpgid(0, 0)  # Ctrl-C is for the launcher, which stops us all in order
    _tie(launcher, signal.SIGTERM)
    _name("ws-stem")
    woken, wake = os.pipe()
    for end in (woken, wake):
        os.set_blocking(end, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    with suppress(BrokenPipeError, ConnectionResetError):
        while True:
            ready, _, _ = select.select([talk.fileno(), woken], [], [])
            if woken in ready:
                os.read(woken, 4096)
                _tell_ended(talk)
            if talk.fileno() in ready:
                order, descriptors, _, _ = socket.recv_fds(talk, LARGEST_ORDER, 1)
                if not order:
                    break
                _fork(json.loads(order), descriptors[0], talk, (woken, wake))
    os._exit(0)


def _tell_ended(talk: socket.socket) -> None:
    with suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            _tell(talk, {"ended": pid, "code": os.waitstatus_to_exitcode(status)})


def _fork(order: dict[str, Any], output: int, talk: socket.socket, waking: tuple[int, int]) -> None:
    stem = os.getpid()
    try:
        pid = os.fork()
    except OSError as error:
        os.close(output)
        _tell(talk, {"failed": error.strerror})
        return
    if pid == 0:
        talk.close()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for end in waking:
            os.close(end)
        _become(order, output, stem)
    os.close(output)
    with suppress(OSError):  # it has done so itself by now, or ended
        os.setpgid(pid, pid)
    _tell(talk, {"started": pid})


def _become(order: dict[str, Any], output: int, stem: int) -> NoReturn:
    """Turn this fork into the service, as `child.py` does with a program."""
    with suppress(OSError):
        os.setpgid(0, 0)
    _tie(stem, order["signal"])
    _name(order["name"])
    os.chdir("/")
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    os.close(nothing)
    os.close(output)
    os.environ.clear()
    os.environ.update(order["env"])
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(write_through=True)
    sys.argv = [order["module"]]
    code = _run(order["module"])
    with suppress(OSError):
        sys.stdout.flush()
    os._exit(code)  # taking Python apart would write to all that is shared, and so copy it


def _run(module: str) -> int:
    """Run a module as `python -m` does, and return its exit code."""
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        print(end.code, file=sys.stderr)  # noqa: T201  (what Python does with words)
        return 1
    except BaseException:  # noqa: BLE001  (the end of a program, whatever it was)
        traceback.print_exc()
        return 1
    return 0


def _tie(parent: int, death_signal: int) -> None:
    """Let this process be signalled when its parent dies."""
    ctypes.CDLL(None, use_errno=True).prctl(_SET_DEATH_SIGNAL, int(death_signal), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def _name(name: str) -> None:
    """Name this process as `ps` and `top` show it: its command line is the launcher's."""
    ctypes.CDLL(None).prctl(_SET_NAME, name.encode(), 0, 0, 0)


def _tell(talk: socket.socket, news: dict[str, Any]) -> None:
    talk.send(json.dumps(news).encode())
