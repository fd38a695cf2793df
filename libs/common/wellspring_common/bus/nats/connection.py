"""One connection that never gives up, and says so when it is gone for good."""

import asyncio
import os
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

import structlog
from nats.aio.client import Client

from wellspring_common.errors import DependencyDown, reason_of

from .cancellation import heeding, unmoved, within
from .errors import AWAY

log = structlog.get_logger(__name__)

RECONNECT_WAIT_S = 0.5
PING_S = 4
ALIVE = "$JS.API.INFO"
"""A question that every service may ask."""


class Connection:
    """A NATS client with what happened to it."""

    def __init__(self) -> None:
        self.client = Client()
        self.reconnects = 0
        self.reconnected = asyncio.Condition()
        self._closed = asyncio.Event()
        self._told = False
        self.closing = False

    @property
    def version(self) -> str:
        """Return the server's version, as it says it."""
        return str(self.client._server_info.get("version", ""))  # noqa: SLF001  (nats-py parses strictly)

    async def open(self, url: str, name: str) -> None:
        """Connect, waiting for the broker as long as it takes.

        A half-open link is noticed at the third ping that nobody answers (12 s at most). Nothing is buffered
        while the broker is away: the outbox holds what must not be lost.
        """
        with heeding():
            await self.client.connect(
                url,
                name=f"{name}@{socket.gethostname()}#{os.getpid()}",
                max_reconnect_attempts=-1,
                reconnect_time_wait=RECONNECT_WAIT_S,  # type: ignore[arg-type]  # floats work, the stub says int
                connect_timeout=3,
                ping_interval=PING_S,
                max_outstanding_pings=2,
                pending_size=0,
                error_cb=self._on_error,
                disconnected_cb=self._on_disconnect,
                reconnected_cb=self._on_reconnect,
                closed_cb=self._on_closed,
            )
        log.info("nats.connected", server=urlsplit(url).hostname)

    async def guard(self) -> None:
        """Raise `DependencyDown` once the client is closed for good: a fresh process connects anew."""
        await self._closed.wait()
        raise DependencyDown("The NATS connection was closed for good.")

    async def ping(self) -> None:
        """Raise `DependencyDown` unless the broker and its JetStream answer within a second.

        Not by `flush`: it answers by itself while the client is reconnecting, and one that timed out breaks
        the client's reader when its pong comes after all (both in nats-py 2.16).
        """
        try:
            async with within(1):
                await self.client.request(ALIVE, timeout=1)
        except AWAY as error:
            raise DependencyDown(f"NATS does not answer: {reason_of(error)}") from error

    async def _on_error(self, error: Exception) -> None:
        if not self._told:
            log.warning("nats.awaited", reason=reason_of(error))
            self._told = True

    async def _on_disconnect(self) -> None:
        if not self.closing:
            log.warning("nats.disconnected")

    async def _on_reconnect(self) -> None:
        self._told = False
        self.reconnects += 1
        log.info("nats.reconnected")
        async with self.reconnected:
            self.reconnected.notify_all()

    async def _on_closed(self) -> None:
        self._closed.set()


@asynccontextmanager
async def connected(url: str, name: str) -> AsyncGenerator[Connection]:
    """Hold a connection. Closing does not drain: pull subscriptions make that hang (events reference)."""
    connection = Connection()
    await connection.open(url, name)
    try:
        yield connection
    finally:
        connection.closing = True
        with suppress(*AWAY):
            async with asyncio.timeout(2):
                await connection.client.flush(timeout=1)
        with suppress(*AWAY), unmoved():
            async with asyncio.timeout(2):
                await connection.client.close()
