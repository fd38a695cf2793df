"""Whoever still sends when they are refused reads why: no answer is lost with its connection."""

import asyncio
import json
from collections.abc import AsyncGenerator, Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from .running import Gateway

LARGE = 8 * 1024 * 1024
"""More than the buffers of both ends hold: a connection that is closed early breaks the writing."""
PIECE = 64 * 1024
PATIENCE_S = 60.0
IDLE_S = 6.0
"""Longer than the five seconds that the server would give a connection by itself."""


class Plain:
    """A client that sends all it has before it reads a byte, as most do."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, method: str, path: str, pieces: Iterable[bytes] = (), **headers: str) -> None:
        """Send a request."""
        lines = [f"{method} {path} HTTP/1.1", "Host: tv.example"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.writer.write("\r\n".join([*lines, "", ""]).encode())
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()
        await self.writer.drain()

    async def answer(self) -> tuple[int, dict[str, str], Any]:
        """Return the status, the headers and the JSON of an answer."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        body = await self.reader.readexactly(int(headers["content-length"]))
        return int(head[0].split()[1]), headers, json.loads(body)


@pytest.fixture
async def plain(gateway: Gateway) -> AsyncGenerator[Plain]:
    where = urlsplit(gateway.url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    yield Plain(reader, writer)
    writer.close()


def pieces(size: int) -> Iterator[bytes]:
    return (b" " * PIECE for _ in range(size // PIECE))


def chunks(size: int) -> Iterator[bytes]:
    yield from (b"%x\r\n%s\r\n" % (PIECE, piece) for piece in pieces(size))
    yield b"0\r\n\r\n"


@pytest.mark.parametrize("is_declared", [True, False], ids=["declared", "chunked"])
async def test_a_body_beyond_the_bound_is_refused_to_who_reads_after_sending(
    plain: Plain, is_declared: bool
) -> None:
    async with asyncio.timeout(PATIENCE_S):
        if is_declared:
            await plain.send("POST", "/api/v1/titles", pieces(LARGE), Content_Length=str(LARGE))
        else:
            await plain.send("POST", "/api/v1/titles", chunks(LARGE), Transfer_Encoding="chunked")
        status, headers, problem = await plain.answer()
        rest = await plain.reader.read()
    assert (status, problem["code"], headers["connection"]) == (413, "too_large", "close")
    assert rest == b""


async def test_an_answer_that_read_no_body_reaches_who_wants_the_connection_closed(plain: Plain) -> None:
    size = 15 * PIECE
    headers = {"Content_Length": str(size), "Connection": "close", "Content_Type": "application/json"}
    async with asyncio.timeout(PATIENCE_S):
        await plain.send("DELETE", "/api/v1/titles/1", pieces(size), **headers)
        status, _, problem = await plain.answer()
        assert await plain.reader.read() == b""
    assert (status, problem["code"]) == (401, "sign_in_required")


async def test_who_sends_no_more_is_not_waited_for_after_the_answer(plain: Plain) -> None:
    async with asyncio.timeout(PATIENCE_S):
        await plain.send("POST", "/api/v1/titles", pieces(PIECE), Content_Length=str(LARGE))
        status, _, _ = await plain.answer()
        assert status == 413
        assert await plain.reader.read() == b""


async def test_a_connection_outlives_a_pause_of_its_client(plain: Plain) -> None:
    async with asyncio.timeout(PATIENCE_S):
        await plain.send("GET", "/api/v1/titles")
        before = await plain.answer()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(IDLE_S):
            await plain.reader.read(1)
    async with asyncio.timeout(PATIENCE_S):
        await plain.send("GET", "/api/v1/titles")
        assert (await plain.answer())[0] == before[0]
