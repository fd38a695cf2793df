"""A TCP proxy that falls silent: connections stay open and nothing that is sent arrives."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

_AT_ONCE = 64 * 1024


@dataclass
class HalfOpen:
    """One proxy on loopback in front of `target_port`.

    Paused it takes what is sent and nobody ever hears of it, as where a network loses packets. A stopped
    server (SIGSTOP) is something else: its kernel keeps what was sent, and it answers later.
    """

    target_port: int
    target_host: str = "127.0.0.1"
    port: int = field(default=0, init=False)
    lost: int = field(default=0, init=False)
    """Bytes that never arrived."""
    _server: asyncio.Server | None = field(default=None, init=False)
    _silent: bool = field(default=False, init=False)
    _links: set[asyncio.Task[None]] = field(default_factory=set, init=False)

    @property
    def connections(self) -> int:
        """Return how many connections are open, silent ones included."""
        return len(self._links)

    async def start(self) -> None:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and end every connection."""
        if self._server is not None:
            self._server.close()
        links = list(self._links)
        for link in links:
            link.cancel()
        await asyncio.gather(*links, return_exceptions=True)

    def pause(self) -> None:
        """Lose everything from now on, in both directions, of new connections too."""
        self._silent = True

    def resume(self) -> None:
        """Carry again, except on connections that lost something: what comes next makes no sense there."""
        self._silent = False

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = asyncio.create_task(self._carry(reader, writer))
        self._links.add(link)
        link.add_done_callback(self._links.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            writers = [writer]
            try:
                if self._silent:
                    await self._swallow(reader)
                    return
                there, back = await asyncio.open_connection(self.target_host, self.target_port)
                writers.append(back)
                await self._both(self._pump(reader, back), self._pump(there, writer))
            finally:
                for each in writers:
                    each.transport.abort()
                await asyncio.gather(*(each.wait_closed() for each in writers), return_exceptions=True)

    async def _both(self, *pumps: Coroutine[Any, Any, None]) -> None:
        tasks = [asyncio.create_task(pump) for pump in pumps]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(_AT_ONCE):
            if self._silent:
                self.lost += len(data)
                await self._swallow(reader)
                return
            writer.write(data)
            await writer.drain()

    async def _swallow(self, reader: asyncio.StreamReader) -> None:
        while data := await reader.read(_AT_ONCE):
            self.lost += len(data)


@asynccontextmanager
async def half_open(target_port: int) -> AsyncGenerator[HalfOpen]:
    """Run a proxy in front of a port for the length of the block."""
    proxy = HalfOpen(target_port)
    await proxy.start()
    try:
        yield proxy
    finally:
        await proxy.stop()
