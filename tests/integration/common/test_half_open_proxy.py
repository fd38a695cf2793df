"""The proxy that falls silent does what tests of half-open connections believe of it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress

import pytest

from tests.integration.common.waiting import eventually
from tests.support.half_open import HalfOpen, half_open


@pytest.fixture
async def echo() -> AsyncGenerator[HalfOpen]:
    answering: set[asyncio.Task[None]] = set()

    async def echo_lines(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while line := await reader.readline():
                writer.write(line)
                await writer.drain()
        writer.transport.abort()
        with suppress(ConnectionError):
            await writer.wait_closed()

    def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answering.add(asyncio.create_task(echo_lines(reader, writer)))

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with half_open(server.sockets[0].getsockname()[1]) as proxy:
        yield proxy
    server.close()
    await asyncio.gather(*answering)


async def said(proxy: HalfOpen) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    writer.write(b"one\n")
    return reader, writer


async def test_it_carries_both_ways_until_it_is_paused_and_then_keeps_quiet(echo: HalfOpen) -> None:
    reader, writer = await said(echo)
    assert await reader.readline() == b"one\n"
    echo.pause()
    writer.write(b"two\n")
    await eventually(lambda: _lost(echo), lambda found: found == 4)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.readline(), 0.1)
    assert echo.connections == 1
    await gone(writer)


async def test_a_new_connection_is_taken_and_hears_nothing_while_it_is_paused(echo: HalfOpen) -> None:
    echo.pause()
    reader, writer = await said(echo)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.readline(), 0.1)
    await gone(writer)


async def test_after_the_pause_new_connections_are_carried_and_old_ones_stay_silent(echo: HalfOpen) -> None:
    reader, writer = await said(echo)
    assert await reader.readline() == b"one\n"
    echo.pause()
    writer.write(b"two\n")
    await eventually(lambda: _lost(echo), lambda found: found == 4)
    echo.resume()
    writer.write(b"three\n")
    fresh, other = await said(echo)
    assert await fresh.readline() == b"one\n"
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.readline(), 0.1)
    await gone(writer, other)


async def gone(*writers: asyncio.StreamWriter) -> None:
    for writer in writers:
        writer.transport.abort()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def _lost(proxy: HalfOpen) -> int:
    return proxy.lost
