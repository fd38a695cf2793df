"""The launcher's side of a stem: programs started as forks of it, and heard of when they end."""

import asyncio
import json
import os
import signal
import socket
from collections import deque
from contextlib import suppress
from dataclasses import dataclass

from .process import Child, Program, executed
from .stem import LARGEST_ORDER, Line

LINGER_S = 2.0
"""So long the output of a process that ended is read: what it started may keep the pipe open for good."""

Started = tuple[int, asyncio.Future[int]]
"""Its process number, and its exit code once it ends."""


@dataclass(frozen=True)
class Forked:
    """A running fork."""

    pid: int
    stdout: asyncio.StreamReader
    pipe: asyncio.BaseTransport
    ended: asyncio.Future[int]

    async def wait(self) -> int:
        """Wait for its end and return its exit code, or minus the number of the signal that killed it."""
        code = await asyncio.shield(self.ended)
        asyncio.get_running_loop().call_later(LINGER_S, self.pipe.close)
        return code


class Forking:
    """Starts programs by a stem. Those that no stem can start, or once it is gone, are executed."""

    def __init__(self, line: Line) -> None:
        self._talk = line.talk
        self._talk.setblocking(False)  # noqa: FBT003  (its own way to say it)
        self._orders: deque[asyncio.Future[Started]] = deque()
        self._ended: dict[int, asyncio.Future[int]] = {}
        self._listens = False
        self._gone = False

    async def start(self, program: Program) -> Child:
        """Start a program. Raises `OSError`."""
        if program.module is None or program.account.is_other or self._gone:
            return await executed(program)
        loop = asyncio.get_running_loop()
        if not self._listens:
            loop.add_reader(self._talk.fileno(), self._hear)
            self._listens = True
        ours, theirs = os.pipe()
        try:
            pid, ended = await self._order(program, theirs)
        except BaseException:
            os.close(ours)
            raise
        finally:
            os.close(theirs)
        output = asyncio.StreamReader()
        pipe, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(output), os.fdopen(ours, "rb", buffering=0)
        )
        return Forked(pid, output, pipe, ended)

    async def _order(self, program: Program, output: int) -> Started:
        order = {
            "module": program.module,
            "name": f"ws-{program.name}",
            "env": dict(program.env),
            "signal": int(program.stop_signal),
        }
        socket.send_fds(self._talk, [json.dumps(order).encode()], [output])
        started: asyncio.Future[Started] = asyncio.get_running_loop().create_future()
        self._orders.append(started)  # answers come in the order of what was asked
        return await started

    def _hear(self) -> None:
        with suppress(BlockingIOError):
            while not self._gone:
                try:
                    said = self._talk.recv(LARGEST_ORDER)
                except ConnectionResetError:
                    said = b""
                if said:
                    self._take(json.loads(said))
                else:
                    self._lose()

    def _take(self, news: dict[str, int]) -> None:
        if "ended" in news:
            self._end(news["ended"], news["code"])
            return
        order = self._orders.popleft()
        if "failed" in news:
            order.set_exception(OSError(0, str(news["failed"])))
            return
        ended = self._ended[news["started"]] = asyncio.get_running_loop().create_future()
        order.set_result((news["started"], ended))

    def _end(self, pid: int, code: int) -> None:
        ended = self._ended.pop(pid, None)
        if ended is not None:
            ended.set_result(code)

    def _lose(self) -> None:
        """The stem is gone, and nobody hears of its forks any more: they end, to be started without it."""
        self._gone = True
        asyncio.get_running_loop().remove_reader(self._talk.fileno())
        self._talk.close()
        for pid in list(self._ended):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)
            self._end(pid, -signal.SIGKILL)
        while self._orders:
            self._orders.popleft().set_exception(OSError(0, "what forks services is gone"))
