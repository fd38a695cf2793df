"""Whose turn a target is: an advisory lock on a connection of its own, and a fence that only grows.

A second lock on the same connection is that of the channel itself, by the name that its platform gives it:
targets are what people enter, and two of them may turn out to be one channel.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any

import asyncpg

from wellspring_common.postgres import our_errors
from wellspring_common.settings import PostgresSettings

from ..ports.turns import ChannelBusy, Turnkeeping, TurnLostError
from .upload_queries import CHANNEL_OF_WAKES

CONNECT_S = 5.0
_LOCK = "select pg_try_advisory_lock(hashtextextended('uploads.target/' || $1::bigint, 0))"
_HOLD = "select pg_try_advisory_lock(hashtextextended('uploads.channel/' || $1::text, 0))"
_LET_GO = "select pg_advisory_unlock(hashtextextended('uploads.channel/' || $1::text, 0))"
_FENCE = "update uploads.targets set fence = fence + 1 where id = $1 returning fence"
_PROBE_S = 5.0
_NOTICES = {
    "application_name": "wellspring-uploader-turn",
    "client_connection_check_interval": "5s",
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "3",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "14s",
}


class PostgresTurns:
    """The turns of all targets. Each that is held is one connection beside the pool."""

    def __init__(
        self, settings: PostgresSettings, pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._settings = settings
        self._pause = pause

    def take(self, target_id: int) -> AbstractAsyncContextManager[Turnkeeping | None]:
        """Hold a target's turn inside the block, or find it taken: then there is nothing."""
        return self._taking(target_id)

    @asynccontextmanager
    async def _taking(self, target_id: int) -> AsyncGenerator[Turnkeeping | None]:
        with our_errors():
            connection = await asyncpg.connect(
                self._settings.database_login, timeout=CONNECT_S, server_settings=_NOTICES
            )
            try:
                fence = await self._fence(connection, target_id)
            except BaseException:
                connection.terminate()
                raise
        held = None if fence is None else _Held(connection, self._pause)
        try:
            if held is None or fence is None:
                yield None
            else:
                await held.listen()
                yield Turnkeeping(fence, held.woken, held.lost, held.hold)
        finally:
            # The lock ends with its connection.
            with suppress(Exception):
                await connection.close(timeout=1)

    async def _fence(self, connection: "asyncpg.Connection[asyncpg.Record]", target_id: int) -> int | None:
        if not await connection.fetchval(_LOCK, target_id):
            return None
        fence: int | None = await connection.fetchval(_FENCE, target_id)
        return fence


class _Held:
    """One turn that is held."""

    def __init__(
        self, connection: "asyncpg.Connection[asyncpg.Record]", pause: Callable[[float], Awaitable[None]]
    ) -> None:
        self._connection = connection
        self._pause = pause
        self._wakes: set[asyncio.Event] = set()
        self._ended = asyncio.Event()
        self._asking = asyncio.Lock()
        self._channel: str | None = None
        connection.add_termination_listener(self._end)

    async def listen(self) -> None:
        """Hear from now on what is changed by others."""
        with our_errors():
            await self._connection.add_listener(CHANNEL_OF_WAKES, self._wake)

    def _wake(self, *_: object) -> None:
        for event in self._wakes:
            event.set()

    def _end(self, _: object) -> None:
        self._ended.set()

    async def woken(self, seconds: float) -> None:
        """Wait for so many seconds, or until somebody has changed something."""
        event = asyncio.Event()
        self._wakes.add(event)
        waits = [asyncio.ensure_future(event.wait()), asyncio.ensure_future(self._pause(seconds))]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._wakes.discard(event)
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    async def hold(self, identity: str | None) -> None:
        """Keep a channel to itself, in place of the one before. Raises `ChannelBusy`."""
        async with self._asking:
            if identity == self._channel:
                return
            with our_errors():
                if self._channel is not None:
                    await self._said(_LET_GO, self._channel)
                    self._channel = None
                if identity is None:
                    return
                if not await self._said(_HOLD, identity):
                    raise ChannelBusy("Another worker still has this channel: it is waited for.")
                self._channel = identity

    async def _said(self, query: str, identity: str) -> Any:
        try:
            return await self._connection.fetchval(query, identity, timeout=_PROBE_S)
        except TimeoutError:
            # Whether the channel is held nobody knows, and locks are counted: all of them end with the turn.
            self._connection.terminate()
            raise

    async def lost(self) -> None:
        """Never return, and raise `TurnLostError` when the connection is gone, and the turn with it."""
        while not self._ended.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(_PROBE_S):
                    await self._ended.wait()
            try:
                async with self._asking:
                    await self._connection.execute("select 1", timeout=_PROBE_S)
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                raise TurnLostError(f"the connection that held the turn is gone: {error}") from error
        raise TurnLostError("the connection that held the turn was ended")
