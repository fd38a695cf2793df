"""What aiohttp needs of us: the vetted way out as its connector, and its errors as our own.

Imported with the first request that is no lean probe: a third of what a process of probes would start with.
"""

import socket

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from wellspring_common.errors import Transient, WellspringError

from .faults import NO_SUCH_NAME, UnknownNameError, explain
from .guard import Guard
from .resolve import PINNED_S, VettingResolver, vetted_socket

CLIENT_ERRORS = (aiohttp.ClientError, OSError, ValueError)


class _Resolver(AbstractResolver):
    def __init__(self, resolver: VettingResolver) -> None:
        self._resolver = resolver

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return await self._resolver.resolve(host, port, family)

    async def close(self) -> None:
        pass


def guarded_session(
    guard: Guard, resolver: VettingResolver, *, connections: int, connect_s: float, user_agent: str
) -> aiohttp.ClientSession:
    """Return a session whose every socket was vetted."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            limit=connections,
            resolver=_Resolver(resolver),
            ttl_dns_cache=PINNED_S,
            keepalive_timeout=30,
            socket_factory=vetted_socket(guard, resolver),
        ),
        headers={"User-Agent": user_agent},
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=connect_s),
        auto_decompress=False,
        trust_env=False,
    )


def explain_aiohttp(error: BaseException, host: str) -> WellspringError:
    """Return the error that stands for what aiohttp raised."""
    found = explain(error, host)
    if found.code in {"blocked_address", "timeout"}:
        return found
    match error:
        case aiohttp.ClientSSLError():  # some are ValueErrors too
            return Transient(f"{host} has no valid certificate.", code="tls")
        case aiohttp.ClientConnectorDNSError() if error.os_error.errno in NO_SUCH_NAME:
            return UnknownNameError(f"There is no host {host}.")
        case aiohttp.ClientConnectorDNSError():
            return Transient(f"The name {host} could not be resolved.", code="dns")
        case aiohttp.ClientConnectionError() | aiohttp.ClientPayloadError():
            return Transient(f"The connection to {host} failed: {type(error).__name__}.", code="connect")
        case _:
            return found
