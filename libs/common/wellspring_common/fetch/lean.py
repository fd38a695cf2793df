"""The probe's own connections: few objects, the same guard, the same names."""

import asyncio
import ssl
import time
from collections import OrderedDict

from .aim import Aim, Origin
from .dial import Dialer
from .lean_wire import LeanAnswer, LeanConnection, request_bytes
from .slots import Slots

IDLE_S = 30.0
SWEEP_S = 0.1


class LeanProbes:
    """Sends ranged GETs over connections that it keeps, so many at once.

    One timer for all of them looks for overdue answers and for connections that nobody used for long.
    """

    def __init__(self, dialer: Dialer, *, connections: int, connect_s: float, first_byte_s: float) -> None:
        self._dialer = dialer
        self._most = connections
        self._slots = Slots(connections)
        self._connect_s = connect_s
        self._answer_s = connect_s + first_byte_s
        self._idle: dict[Origin, list[LeanConnection]] = {}
        self._places: OrderedDict[LeanConnection, Origin] = OrderedDict()
        """Of each idle connection, the one that is idle longest first."""
        self._open: set[LeanConnection] = set()
        self._all_ended: asyncio.Future[None] | None = None
        self._sweeping: asyncio.TimerHandle | None = None
        self._context: ssl.SSLContext | None = None

    async def ask(self, aim: Aim, headers: bytes, until: float) -> LeanAnswer:
        """Return the answer to one GET with a block of headers, at the latest `until` by the loop's clock.

        Raises `OSError` or `NotHttpError`. A connection that was kept and turns out to be closed is
        replaced once.
        """
        origin, request = aim.origin, request_bytes(aim, headers)
        if not self._slots.take_now():
            async with asyncio.timeout_at(until):
                await self._slots.take()
        try:
            kept = self._take(origin)
            if kept is not None:
                try:
                    return await self._exchange(kept, origin, request, until)
                except ConnectionError:
                    if kept.heard:
                        raise
            async with asyncio.timeout_at(until):
                fresh = await self._dial(origin)
            return await self._exchange(fresh, origin, request, until)
        finally:
            self._slots.give_back()

    async def close(self) -> None:
        """Close every connection and wait until they are."""
        if self._sweeping is not None:
            self._sweeping.cancel()
        await self._dialer.close()
        for connection in list(self._open):
            connection.drop()
        if self._open:
            self._all_ended = asyncio.get_running_loop().create_future()
            await self._all_ended

    async def _exchange(
        self, connection: LeanConnection, origin: Origin, request: bytes, until: float
    ) -> LeanAnswer:
        try:
            answer = await connection.ask(request, min(time.monotonic() + self._answer_s, until))
        except BaseException:
            connection.drop()  # also when nobody waits any more: its answer would be taken for another's
            raise
        if connection.is_open:
            connection.idle_since = time.monotonic()
            idle = self._idle.get(origin)
            if idle is None:
                idle = self._idle[origin] = []
            idle.append(connection)
            self._places[connection] = origin
        return answer

    def _sweep(self) -> None:
        """Give up what is overdue, close what was idle for too long, and come again while any is open."""
        now = time.monotonic()
        for connection in list(self._open):
            if connection not in self._places:
                connection.expire(now)
            elif now - connection.idle_since >= IDLE_S:
                self._forget(connection)
                connection.drop()
        self._sweeping = asyncio.get_running_loop().call_later(SWEEP_S, self._sweep) if self._open else None

    def _take(self, origin: Origin) -> LeanConnection | None:
        kept = self._idle.get(origin)
        while kept:
            connection = kept.pop()
            del self._places[connection]
            if not kept:
                del self._idle[origin]
            if connection.is_open and time.monotonic() - connection.idle_since < IDLE_S:
                return connection
            connection.drop()
        return None

    def _forget(self, connection: LeanConnection) -> None:
        origin = self._places.pop(connection, None)
        if origin is not None:
            self._idle[origin].remove(connection)
            if not self._idle[origin]:
                del self._idle[origin]

    def _ended(self, connection: LeanConnection) -> None:
        self._forget(connection)
        self._open.discard(connection)
        if not self._open and self._all_ended is not None and not self._all_ended.done():
            self._all_ended.set_result(None)

    def _make_room(self) -> None:
        while len(self._open) >= self._most and self._places:
            oldest = next(iter(self._places))
            self._forget(oldest)
            self._open.discard(oldest)
            oldest.drop()

    async def _dial(self, origin: Origin) -> LeanConnection:
        self._make_room()
        opened = await self._dialer.connect(origin.host, origin.port)
        try:
            async with asyncio.timeout(self._connect_s):
                _, connection = await asyncio.get_running_loop().create_connection(
                    lambda: LeanConnection(self._ended),
                    sock=opened,
                    ssl=self._secure() if origin.is_secure else None,
                    server_hostname=origin.host if origin.is_secure else None,
                )
        except BaseException:
            opened.close()
            raise
        if connection.is_open:
            self._open.add(connection)
            if self._sweeping is None:
                self._sweeping = asyncio.get_running_loop().call_later(SWEEP_S, self._sweep)
        return connection

    def _secure(self) -> ssl.SSLContext:
        if self._context is None:  # it reads all of the machine's authorities
            self._context = ssl.create_default_context()
            self._context.set_alpn_protocols(["http/1.1"])
        return self._context
