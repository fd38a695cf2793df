"""Carries connections from this machine's loopback to addresses in an engine's own network."""

import asyncio
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

CHUNK = 65536


class Forwarder:
    """Listens on loopback ports of this machine. Its dials are made by `dialer`'s thread."""

    def __init__(self, dialer: ThreadPoolExecutor) -> None:
        self._dialer = dialer
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._servers: list[asyncio.Server] = []

    def open(self, target: str, port: int, *, at: int = 0) -> int:
        """Carry connections to a target from a port of this machine, and return the port."""
        return asyncio.run_coroutine_threadsafe(self._open(target, port, at), self._loop).result(10)

    def close(self) -> None:
        """Stop listening and cut what is open."""

        async def end() -> None:
            for server in self._servers:
                server.close()
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _open(self, target: str, port: int, at: int) -> int:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                dialled = await self._loop.run_in_executor(
                    self._dialer, lambda: socket.create_connection((target, port), timeout=10)
                )
                far_reader, far_writer = await asyncio.open_connection(sock=dialled)
            except OSError:
                writer.transport.abort()
                return
            try:
                await asyncio.gather(_carry(reader, far_writer), _carry(far_reader, writer))
            finally:
                for end in (writer, far_writer):
                    end.transport.abort()

        server = await asyncio.start_server(serve, "127.0.0.1", at)
        self._servers.append(server)
        return int(server.sockets[0].getsockname()[1])


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
