"""Requests and their redirects through aiohttp: all that is no lean probe."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from yarl import URL

from .body import ACCEPT_ENCODING
from .chain import Hop, Trail, first_hop, next_hop
from .guard import Guard, host_key
from .lean_look import too_many
from .limits import Limits
from .pace import Pacer
from .page import Request
from .resolve import VettingResolver
from .wire import cookie_header, drain, headers_of

if TYPE_CHECKING:
    import aiohttp


class AioRequests:
    """Follows a request to the end of its redirects, each hop vetted and at its host's pace.

    `note` is told how each host answered. The session is opened by the first request.
    """

    def __init__(
        self,
        guard: Guard,
        resolver: VettingResolver,
        pacer: Pacer,
        note: Callable[[str, int, Mapping[str, str]], None],
        *,
        limits: Limits,
        user_agent: str,
    ) -> None:
        self._guard = guard
        self._resolver = resolver
        self._pacer = pacer
        self._note = note
        self._limits = limits
        self._user_agent = user_agent
        self._opened: aiohttp.ClientSession | None = None

    @property
    def _session(self) -> "aiohttp.ClientSession":
        if self._opened is None:
            from .aio import guarded_session  # noqa: PLC0415  (who only probes does without)

            self._opened = guarded_session(
                self._guard,
                self._resolver,
                connections=self._limits.connections,
                connect_s=self._limits.connect_s,
                user_agent=self._user_agent,
            )
        return self._opened

    async def close(self) -> None:
        """Close every connection."""
        if self._opened is not None:
            await self._opened.close()

    async def follow(
        self,
        request: Request,
        read: "Callable[[aiohttp.ClientResponse], Awaitable[bytes]]",
        jar: "aiohttp.CookieJar | None",
    ) -> "tuple[aiohttp.ClientResponse | None, bytes | None, Trail]":
        """Return the answer at the end with what was read of it: nothing where the request says to stop.

        Raises what the guard, the pace and the network have to say.
        """
        hop = first_hop(request)
        trail = Trail(self._guard.vet(hop.url))
        for _ in range(self._limits.redirects + 1):
            if request.stop_at is not None and request.stop_at(str(trail.url)):
                return None, None, trail
            async with self._answered(hop, trail, jar) as response:
                target = self._target(request, hop, trail.url, response)
                if target is None:
                    return response, await read(response), trail
                await drain(response)
            trail.hops.append(str(trail.url))
            hop, trail.url = target, self._guard.vet(target.url)
        raise too_many(self._limits.redirects)

    def _target(self, request: Request, hop: Hop, url: URL, response: "aiohttp.ClientResponse") -> Hop | None:
        if not request.follow:
            return None
        return next_hop(hop, url, response.status, response.headers.get("Location"))

    @asynccontextmanager
    async def _answered(
        self, hop: Hop, trail: Trail, jar: "aiohttp.CookieJar | None"
    ) -> "AsyncGenerator[aiohttp.ClientResponse]":
        from .aio import CLIENT_ERRORS, explain_aiohttp  # noqa: PLC0415  (with its session)

        host = host_key(trail.url)
        async with self._pacer.turn(host, patience_s=self._limits.patience_s):
            started = time.perf_counter()
            try:
                async with asyncio.timeout(self._limits.connect_s + self._limits.first_byte_s):
                    response = await self._session.request(
                        hop.method,
                        trail.url,
                        headers={
                            "Accept-Encoding": ACCEPT_ENCODING,
                            **cookie_header(jar, trail.url),
                            **hop.headers,
                        },
                        data=hop.form,
                        json=hop.json,
                        allow_redirects=False,
                    )
                async with response:
                    self._note(host, response.status, headers_of(response))
                    if jar is not None:
                        jar.update_cookies(response.cookies, trail.url)
                    yield response
            except CLIENT_ERRORS as error:
                raise explain_aiohttp(error, trail.url.host or host) from error
            finally:
                trail.spent_s += time.perf_counter() - started
