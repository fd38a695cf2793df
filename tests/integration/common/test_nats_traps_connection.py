"""Traps of nats-py's connection: it gives up, believes that it lives, or hangs when it is closed."""

import asyncio
import time

import pytest
import structlog
from structlog.typing import EventDict

from tests.contract.delivering import Script, started, until
from tests.integration.common.own_nats import OwnNats
from tests.integration.common.trapped import back, bus_on, consuming, is_down, say
from tests.integration.common.waiting import eventually
from wellspring_common.bus.nats import connection as connection_module
from wellspring_common.bus.nats.bus import NatsBus
from wellspring_common.bus.nats.connection import Connection, connected
from wellspring_common.errors import DependencyDown

NOTICED_S = 15
"""Within so many seconds a link that fell silent is noticed."""


async def attempts_of(connection: Connection) -> int:
    """Return how often the client tried to connect again."""
    return max(each.reconnects for each in connection.client.server_pool)


async def test_ping_does_not_believe_the_client_while_it_reconnects(server: OwnNats, prefix: str) -> None:
    """`flush` answers by itself while the reader is gone, and `is_connected` is true just after a kill."""
    async with bus_on(server, prefix) as bus:
        await server.kill()
        for _ in range(5):
            with pytest.raises(DependencyDown):
                await bus.ping()
        await server.start()
        await back(bus)


async def test_a_ping_that_was_answered_too_late_does_no_harm(server: OwnNats, prefix: str) -> None:
    """A pong for a flush that timed out raises in the client's reader and ends it."""
    async with connected(server.url, "test") as connection:
        bus = NatsBus(connection, prefix=prefix, service="test")
        server.pause()
        with pytest.raises(DependencyDown):
            await bus.ping()
        server.resume()
        await back(bus)
        await say(bus, started())
        assert connection.reconnects == 0


async def test_a_server_that_hangs_is_noticed_by_two_missing_pongs(
    server: OwnNats, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By default a half-open link is noticed after minutes."""
    async with connected(server.url, "test") as connection:
        options = connection.client.options
        assert options["ping_interval"] * (options["max_outstanding_pings"] + 1) <= NOTICED_S
    monkeypatch.setattr(connection_module, "PING_S", 0.1)
    async with connected(server.url, "test") as connection:
        server.pause()
        await eventually(lambda: is_down(connection), bool, within=5)
        server.resume()
        bus = NatsBus(connection, prefix=prefix, service="test")
        await back(bus)
        assert connection.reconnects == 1


async def test_a_client_never_gives_up_and_never_ends_quietly(
    server: OwnNats, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By default 60 attempts end in a client that is closed for good in a process that lives on."""
    monkeypatch.setattr(connection_module, "RECONNECT_WAIT_S", 0.01)
    async with connected(server.url, "test") as connection:
        assert connection.client.options["max_reconnect_attempts"] == -1
        bus = NatsBus(connection, prefix=prefix, service="test")
        await server.kill()
        await eventually(lambda: attempts_of(connection), lambda made: made > 60)
        await server.start()
        await back(bus)
        guard = asyncio.create_task(bus.guard())
        await connection.client.close()
        with pytest.raises(DependencyDown, match="closed for good"):
            await asyncio.wait_for(guard, 5)


class Erring:
    """A server that says what it does not like, where nats-server would, and stays."""

    def __init__(self, word: str) -> None:
        self._word = word
        self.goes_on = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Greet a client, answer its first ping, and err when told."""
        writer.write(b'INFO {"server_id":"x","version":"2.15.1","max_payload":1048576,"headers":true}\r\n')
        while b"PING" not in await reader.readline():
            pass
        writer.write(b"PONG\r\n")
        await self.goes_on.wait()
        writer.write(f"-ERR '{self._word}'\r\n".encode())
        while await reader.read(1024):
            pass
        writer.close()


@pytest.mark.parametrize("word", ["Unknown Protocol Operation", "Maximum Control Line Exceeded"])
async def test_an_error_that_closes_the_client_ends_its_process(word: str) -> None:
    """Any `-ERR` but a stale connection and missing permissions closes the client for good."""
    erring = Erring(word)
    server = await asyncio.start_server(erring.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, connected(f"nats://127.0.0.1:{port}", "test") as connection:
        guard = asyncio.create_task(connection.guard())
        erring.goes_on.set()
        with pytest.raises(DependencyDown, match="closed for good"):
            await asyncio.wait_for(guard, 5)


async def test_missing_permissions_close_nothing() -> None:
    """The same word about permissions is an answer to one request: others go on."""
    erring = Erring('Permissions Violation for Publish to "x"')
    server = await asyncio.start_server(erring.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, connected(f"nats://127.0.0.1:{port}", "test") as connection:
        with structlog.testing.capture_logs() as said:
            erring.goes_on.set()
            await eventually(lambda: _words(said), bool)
        assert connection.client.is_connected


async def _words(said: list[EventDict]) -> list[str]:
    return [line["reason"] for line in said if line["event"] == "nats.awaited"]


async def test_a_service_may_start_before_its_broker(own_nats: OwnNats, prefix: str) -> None:
    await own_nats.stop()

    async def connects() -> None:
        async with bus_on(own_nats, prefix) as bus:
            await bus.ping()

    starting = asyncio.create_task(connects())
    done, _ = await asyncio.wait({starting}, timeout=0.5)
    assert not done
    await own_nats.start()
    async with asyncio.timeout(10):
        await starting


async def test_closing_does_not_hang_after_pull_subscriptions(server: OwnNats, prefix: str) -> None:
    """`drain` waits for a queue that fetch never reports back to: 30 s by default (nats.py#171)."""
    handler = Script()
    async with bus_on(server, prefix) as bus:
        async with consuming(bus, handler):
            for number in range(30):
                await say(bus, started(number))
            await until(lambda: len(handler.seen) == 30)
        began = time.monotonic()
    assert time.monotonic() - began < 1
