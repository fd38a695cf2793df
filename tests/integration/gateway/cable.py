"""A connection to a server that a test can cut and mend."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit


class Cable:
    """Carries TCP from a local port to a server: cut, it refuses and drops every connection."""

    def __init__(self, url: str, port: int) -> None:
        parts = urlsplit(url)
        assert parts.hostname is not None
        assert parts.port is not None
        self._far = (parts.hostname, parts.port)
        self._port = port
        self._server: asyncio.Server | None = None
        self._carrying: set[asyncio.Task[None]] = set()
        self.url = url.replace(f":{parts.port}", f":{port}")

    async def mend(self) -> None:
        """Take connections."""
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self._port)

    async def cut(self) -> None:
        """Drop every connection, and refuse new ones."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for task in tuple(self._carrying):
            task.cancel()
        while self._carrying:
            await asyncio.wait(tuple(self._carrying))

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._carrying.add(task)
        far_writer: asyncio.StreamWriter | None = None
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._far)
            async with asyncio.TaskGroup() as both:
                both.create_task(_pour(reader, far_writer))
                both.create_task(_pour(far_reader, writer))
        except asyncio.CancelledError:
            pass  # cut: there is nobody above to tell
        finally:
            for end in (writer, far_writer):
                if end is not None:
                    end.transport.abort()
            self._carrying.discard(task)


async def _pour(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
    target.close()


@asynccontextmanager
async def cable_to(url: str, port: int) -> AsyncGenerator[Cable]:
    """Lay a cable to the server of a URL, and take it away after."""
    cable = Cable(url, port)
    await cable.mend()
    try:
        yield cable
    finally:
        await cable.cut()
