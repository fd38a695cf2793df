"""Names to addresses: every answer vetted, and the vetted ones pinned for the connection."""

import asyncio
import errno
import socket
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import TYPE_CHECKING

from aiohappyeyeballs import AddrInfoType

from .guard import BlockedAddressError, Guard

if TYPE_CHECKING:
    from aiohttp.abc import ResolveResult

PINNED_S = 60
RESOLVE_TIMEOUT_S = 5.0
MOST_GRANTS = 1024

Lookup = Callable[[str, int], Awaitable[list[str]]]
"""Returns the addresses of a host. Raises `OSError` when there are none."""


async def system_lookup(host: str, port: int) -> list[str]:
    """Ask the machine's own resolver."""
    infos = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(info[4][0]) for info in infos))


class VettingResolver:
    """Refuses a name if any of its addresses may not be reached.

    `grants` are the exact (address, port) pairs behind names that the operator opened: the socket factory
    sees no names and needs them.
    """

    def __init__(self, guard: Guard, lookup: Lookup = system_lookup) -> None:
        self._guard = guard
        self._lookup = lookup
        self.grants: set[tuple[str, int]] = set()

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002  (part of the library's port)
    ) -> "list[ResolveResult]":
        """Return all addresses of a host, or raise `OSError`."""
        try:
            async with asyncio.timeout(RESOLVE_TIMEOUT_S):
                addresses = await self._lookup(host, port)
        except TimeoutError:
            raise OSError(errno.ETIMEDOUT, "the name server did not answer") from None
        except UnicodeError:
            raise OSError(errno.EINVAL, "the host name is malformed") from None
        for address in addresses:
            if not self._guard.may_dial(host, port, address):
                raise BlockedAddressError(errno.EACCES, f"{host} leads to {address}, which is not public")
        self._remember(addresses, port)
        return [_result(host, port, address) for address in addresses]

    def _remember(self, addresses: list[str], port: int) -> None:
        private = {(address, port) for address in addresses if not Guard().may_dial(address, port, address)}
        if len(self.grants) + len(private) <= MOST_GRANTS:
            self.grants |= private


def _result(host: str, port: int, address: str) -> "ResolveResult":
    six = ip_address(address).version == 6  # noqa: PLR2004  (the address family's own name)
    return {
        "hostname": host,
        "host": address,
        "port": port,
        "family": socket.AF_INET6 if six else socket.AF_INET,
        "proto": socket.IPPROTO_TCP,
        "flags": socket.AI_NUMERICHOST,
    }


def vetted_socket(guard: Guard, resolver: VettingResolver) -> Callable[[AddrInfoType], socket.socket]:
    """Return what opens sockets, and checks the address of every dial a second time, literals included."""

    def dial(info: AddrInfoType) -> socket.socket:
        family, kind, proto, _, sockaddr = info
        address, port = str(sockaddr[0]), int(sockaddr[1])
        if (address, port) not in resolver.grants and not guard.may_dial(address, port, address):
            raise BlockedAddressError(errno.EACCES, f"{address} is not a public address")
        opened = socket.socket(family, kind, proto)
        opened.setblocking(False)  # noqa: FBT003  (the standard library's own signature)
        return opened

    return dial
