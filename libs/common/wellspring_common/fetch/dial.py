"""Opening a connection to an address that was vetted, and to no other."""

import asyncio
import socket
import time
from collections import OrderedDict

import aiohappyeyeballs
from aiohappyeyeballs import AddrInfoType

from .faults import NameLookupError
from .guard import BlockedAddressError, Guard, literal
from .resolve import PINNED_S, VettingResolver, vetted_socket

MOST_NAMES = 1024
NEXT_ADDRESS_AFTER_S = 0.25


class Dialer:
    """Opens connections to names. What a name leads to is asked once for all who want it, and pinned."""

    def __init__(self, guard: Guard, resolver: VettingResolver, *, connect_s: float) -> None:
        self._resolver = resolver
        self._open = vetted_socket(guard, resolver)
        self._connect_s = connect_s
        self._pins: OrderedDict[tuple[str, int], tuple[float, list[AddrInfoType]]] = OrderedDict()
        self._lookups: dict[tuple[str, int], asyncio.Task[list[AddrInfoType]]] = {}

    async def connect(self, host: str, port: int) -> socket.socket:
        """Return a connected socket. Raises `OSError`: a `NameLookupError` or a `TimeoutError`, for two."""
        infos = await self._infos(host, port)
        async with asyncio.timeout(self._connect_s):
            if len(infos) == 1:  # there is no race to be run
                return await self._dial(infos[0])
            return await aiohappyeyeballs.start_connection(
                infos,
                happy_eyeballs_delay=NEXT_ADDRESS_AFTER_S,
                interleave=1,
                socket_factory=self._open,
            )

    async def _dial(self, info: AddrInfoType) -> socket.socket:
        opened = self._open(info)
        try:
            await asyncio.get_running_loop().sock_connect(opened, info[4])
        except BaseException:
            opened.close()
            raise
        return opened

    async def close(self) -> None:
        """Ask no more names."""
        waiting = list(self._lookups.values())
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    async def _infos(self, host: str, port: int) -> list[AddrInfoType]:
        address = literal(host)
        if address is not None:
            family = socket.AF_INET if address.version == 4 else socket.AF_INET6  # noqa: PLR2004  (IPv4)
            return [(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, port))]
        key = (host, port)
        until, infos = self._pins.get(key, (0.0, []))
        if until > time.monotonic():
            return infos
        task = self._lookups.get(key)
        if task is None:
            task = self._lookups[key] = asyncio.create_task(self._look_up(host, port))
            task.add_done_callback(lambda done: self._pin(key, done))
        return await asyncio.shield(task)  # others wait for the same answer

    async def _look_up(self, host: str, port: int) -> list[AddrInfoType]:
        try:
            found = await self._resolver.resolve(host, port)
        except BlockedAddressError:
            raise
        except OSError as error:
            raise NameLookupError(error.errno, error.strerror) from error
        if not found:
            raise NameLookupError(socket.EAI_NONAME, "the name has no address")
        return [
            (each["family"], socket.SOCK_STREAM, each["proto"], "", (each["host"], each["port"]))
            for each in found
        ]

    def _pin(self, key: tuple[str, int], done: "asyncio.Task[list[AddrInfoType]]") -> None:
        del self._lookups[key]
        if done.cancelled() or done.exception() is not None:
            return
        self._pins[key] = (time.monotonic() + PINNED_S, done.result())
        self._pins.move_to_end(key)
        while len(self._pins) > MOST_NAMES:
            self._pins.popitem(last=False)
