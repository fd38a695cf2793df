"""A server that answers as it is told, byte for byte, and notes what it was asked."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

FILM_START = b"\x00\x00\x00\x20ftypisom" + bytes(500)
WHOLE = 4_000_000
RANGED = (
    b"HTTP/1.1 206 Partial Content\r\nContent-Type: video/mp4\r\nContent-Length: 512\r\n"
    + f"Content-Range: bytes 0-511/{WHOLE}\r\n\r\n".encode()
    + FILM_START
)

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter, int], Awaitable[bool]]
"""Answers one request, of which it is told the number on its connection. Returns whether to go on."""


@dataclass
class Fault:
    """A running server."""

    port: int = 0
    requests: list[str] = field(default_factory=list)
    connections: int = 0

    def url(self, path: str = "/film", *, scheme: str = "http", host: str = "127.0.0.1") -> str:
        return f"{scheme}://{host}:{self.port}{path}"


def saying(answer: bytes, *, go_on: bool = True) -> Answer:
    """Return what says the same to everybody."""

    async def say(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: int) -> bool:
        writer.write(answer)
        await writer.drain()
        return go_on

    return say


def endless(head: bytes, each: bytes, *, pause_s: float = 0.0) -> Answer:
    """Return what never comes to an end."""

    async def pour(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: int) -> bool:
        writer.write(head)
        while True:
            writer.write(each)
            await writer.drain()
            await asyncio.sleep(pause_s)

    return pour


async def silence(reader: asyncio.StreamReader, _: asyncio.StreamWriter, __: int) -> bool:
    """Say nothing until the other side gives up."""
    await reader.read()
    return False


def reset(*, at: int) -> Answer:
    """Return what serves the requests of a connection up to this one, and resets it then."""

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> bool:
        if number >= at:
            writer.transport.abort()
            return False
        writer.write(RANGED)
        return True

    return serve


@asynccontextmanager
async def faulty(answer: Answer, *, context: ssl.SSLContext | None = None) -> AsyncGenerator[Fault]:
    """Serve until the block ends."""
    fault = Fault()

    serving: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving.add(task)
        fault.connections += 1
        number = 0
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                fault.requests.append(head.decode().split("\r\n", 1)[0])
                if not await answer(reader, writer, number):
                    break
                number += 1
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            writer.close()
            with suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    fault.port = int(server.sockets[0].getsockname()[1])
    try:
        yield fault
    finally:
        server.close()
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
