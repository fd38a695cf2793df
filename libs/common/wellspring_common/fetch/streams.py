"""Bodies that are read as they come: every dial vetted, every redirect too, and nothing kept."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from importlib.metadata import version
from types import TracebackType
from typing import TYPE_CHECKING, Self

from yarl import URL

from .chain import Hop, next_hop
from .guard import Guard
from .lean_look import too_many
from .resolve import Lookup, VettingResolver, system_lookup
from .wire import drain, headers_of

if TYPE_CHECKING:
    import aiohttp

CHUNK = 32 * 1024
"""So much at a time, and twice that waits at most: a film is passed on by many at once."""
CONNECTIONS = 128
REDIRECTS = 5
CONNECT_S = 5.0
ANSWER_S = 10.0


class Stream:
    """An answer whose body is still to come. Header names are lower case."""

    def __init__(self, url: URL, response: "aiohttp.ClientResponse", idle_s: float) -> None:
        self.url = str(url)
        self.status = response.status
        self.headers: Mapping[str, str] = headers_of(response)
        self._response = response
        self._idle_s = idle_s
        self._host = url.host or self.url

    async def chunks(self) -> AsyncGenerator[bytes]:
        """Give the body piece by piece, as fast as they are taken. Raises `Transient` where it ends early."""
        from .aio import CLIENT_ERRORS, explain_aiohttp  # noqa: PLC0415  (with its session)

        try:
            while True:
                async with asyncio.timeout(self._idle_s):
                    chunk = await self._response.content.read(CHUNK)
                if not chunk:
                    return
                yield chunk
        except CLIENT_ERRORS as error:
            raise explain_aiohttp(error, self._host) from error


class Streams:
    """Opens files for whoever passes them on. A host's pace is that of those who watch, not of ours."""

    def __init__(
        self,
        guard: Guard,
        *,
        idle_s: float = 60.0,
        lookup: Lookup = system_lookup,
        user_agent: str | None = None,
    ) -> None:
        self._guard = guard
        self._idle_s = idle_s
        self._resolver = VettingResolver(guard, lookup)
        self._user_agent = user_agent or f"Wellspring/{version('wellspring-common')}"
        self._opened: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._opened is not None:
            await self._opened.close()

    @asynccontextmanager
    async def open(
        self, url: str, *, method: str = "GET", headers: Mapping[str, str] | None = None
    ) -> AsyncGenerator[Stream]:
        """Hold the answer at the end of the redirects open, whatever its status.

        Raises `Transient` and `Permanent` as the fetcher does.
        """
        hop, vetted = Hop(url, method, headers or {}), self._guard.vet(url)
        for _ in range(REDIRECTS + 1):
            response = await self._ask(hop, vetted)
            async with response:
                target = next_hop(hop, vetted, response.status, response.headers.get("Location"))
                if target is None:
                    yield Stream(vetted, response, self._idle_s)
                    response.close()  # what is left of it is nobody's, and may be long
                    return
                await drain(response)
            hop, vetted = target, self._guard.vet(target.url)
        raise too_many(REDIRECTS)

    async def _ask(self, hop: Hop, url: URL) -> "aiohttp.ClientResponse":
        from .aio import CLIENT_ERRORS, explain_aiohttp  # noqa: PLC0415  (with its session)

        try:
            async with asyncio.timeout(CONNECT_S + ANSWER_S):
                return await self._session.request(
                    hop.method,
                    url,
                    headers={**hop.headers, "Accept-Encoding": "identity"},
                    allow_redirects=False,
                    read_bufsize=CHUNK,
                )
        except CLIENT_ERRORS as error:
            raise explain_aiohttp(error, url.host or str(url)) from error

    @property
    def _session(self) -> "aiohttp.ClientSession":
        if self._opened is None:
            from .aio import guarded_session  # noqa: PLC0415  (who relays nothing does without)

            self._opened = guarded_session(
                self._guard,
                self._resolver,
                connections=CONNECTIONS,
                connect_s=CONNECT_S,
                user_agent=self._user_agent,
            )
        return self._opened
