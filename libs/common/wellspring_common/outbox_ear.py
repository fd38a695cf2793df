"""What wakes a relay: LISTEN on a connection of its own, which is asked whether it still hears."""

import asyncio
from contextlib import suppress

import asyncpg
import structlog

from . import metrics
from .errors import reason_of
from .postgres import Connection, Database

PROBE_S = 5.0
PROBE_PATIENCE_S = 4.0
RETRY_S = 1.0

log = structlog.get_logger(__name__)


class Ear:
    """Sets `wake` at each notification of a channel, and tells the metrics how much is waiting."""

    def __init__(self, database: Database, channel: str, depth_sql: str, *, service: str) -> None:
        self._database = database
        self._channel = channel
        self._depth_sql = depth_sql
        self._service = service
        self._up = metrics.OUTBOX_LISTENING.labels(service)
        self._up.set(0)
        self.wake = asyncio.Event()

    async def listen(self) -> None:
        """Listen until cancelled. A dropped LISTEN would be silent polling: it is noticed and renewed."""
        while True:
            try:
                async with self._database.connection() as connection:
                    await self._hear(connection)
            except Exception as error:  # noqa: BLE001  (without a listener the relay would only poll)
                log.warning("outbox.deaf", reason=reason_of(error))
            finally:
                self._up.set(0)
            await asyncio.sleep(RETRY_S)

    async def _hear(self, connection: Connection) -> None:
        ended = asyncio.Event()

        def wake(*_: object) -> None:
            self.wake.set()

        def end(_: object) -> None:
            ended.set()

        connection.add_termination_listener(end)
        async with asyncio.timeout(PROBE_PATIENCE_S):
            await connection.add_listener(self._channel, wake)
        self.wake.set()
        self._up.set(1)
        try:
            while not ended.is_set():
                async with asyncio.timeout(PROBE_PATIENCE_S):
                    await self._measure(connection)
                with suppress(TimeoutError):
                    async with asyncio.timeout(PROBE_S):
                        await ended.wait()
            log.warning("outbox.deaf", reason="the connection that listened was ended")
        finally:
            connection.remove_termination_listener(end)
            # A connection that died has no listener left, and what it raises would hide a cancellation.
            with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
                async with asyncio.timeout(1):
                    await connection.remove_listener(self._channel, wake)

    async def _measure(self, connection: Connection) -> None:
        depth = await connection.fetchrow(self._depth_sql)
        if depth is not None:
            metrics.OUTBOX_PENDING.labels(self._service).set(depth["pending"])
            metrics.OUTBOX_OLDEST.labels(self._service).set(depth["oldest"])
            metrics.OUTBOX_STUCK.labels(self._service).set(depth["stuck"])
