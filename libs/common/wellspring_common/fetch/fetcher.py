"""The fetcher: every service's only way to the outside."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version
from types import TracebackType
from typing import TYPE_CHECKING, Self

from yarl import URL

from wellspring_common.clock import Clock, SystemClock
from wellspring_common.errors import Permanent, WellspringError

from .answers import DEFAULT_RETRY_AFTER_S, failure, is_challenge, retry_after, status_code
from .body import ACCEPT_ENCODING
from .chain import Hop, Trail, first_hop, next_hop
from .dial import Dialer
from .faults import explain
from .guard import Guard, host_key
from .lean import LeanProbes
from .lean_look import RANGE, LeanLooks, speaks, too_many
from .lean_wire import LeanAnswer
from .learned import LearnedHosts
from .pace import Pacer, PaceRule
from .page import Page, Probe, Request
from .probing import seen
from .resolve import Lookup, VettingResolver, system_lookup
from .wire import (
    cookie_header,
    drain,
    headers_of,
    read_body,
    read_start,
)

if TYPE_CHECKING:
    import aiohttp

_BASE_HEADERS = {"Accept-Encoding": ACCEPT_ENCODING}
_LONGEST_QUIET_S = 600.0
_ASK_BY_HEAD = frozenset({400, 405, 416, 501})


@dataclass(frozen=True)
class Limits:
    """Time and number limits of a fetcher. `patience_s` is how long a request waits for its host's turn."""

    deadline_s: float = 20.0
    connect_s: float = 5.0
    first_byte_s: float = 8.0
    redirects: int = 5
    connections: int = 64
    patience_s: float = 5.0


class Fetcher:
    """Fetches pages and probes files, each dial vetted, each body bounded, each host at its own pace.

    Raises `Transient` with `timeout`, `dns`, `connect`, `tls`, `garbage`, `server_error`; `Throttled`;
    `Permanent` with `blocked_address`, `bad_url`, `not_found`, `forbidden`, `refused`, `blocked`,
    `too_large`, `too_many_redirects`. Without `lean` probes too go through aiohttp.
    """

    def __init__(
        self,
        guard: Guard,
        *,
        pace: PaceRule | None = None,
        limits: Limits | None = None,
        lookup: Lookup = system_lookup,
        clock: Clock | None = None,
        user_agent: str | None = None,
        lean: bool = True,
    ) -> None:
        self._guard = guard
        self._limits = limits or Limits()
        self._clock = clock or SystemClock()
        self.pacer = Pacer(pace or PaceRule())
        self.user_agent = user_agent or f"Wellspring/{version('wellspring-common')}"
        self._heads = LearnedHosts()
        resolver = VettingResolver(guard, lookup)
        self._lean = LeanProbes(
            Dialer(guard, resolver, connect_s=self._limits.connect_s),
            connections=self._limits.connections,
            connect_s=self._limits.connect_s,
            first_byte_s=self._limits.first_byte_s,
        )
        self._looks: LeanLooks | None = None
        if lean:
            self._looks = LeanLooks(
                self._lean,
                guard,
                self.pacer,
                self._note,
                user_agent=self.user_agent,
                redirects=self._limits.redirects,
                patience_s=self._limits.patience_s,
            )
        self._resolver = resolver
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
                user_agent=self.user_agent,
            )
        return self._opened

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection."""
        await self._lean.close()
        if self._opened is not None:
            await self._opened.close()

    async def fetch(
        self, request: Request, *, jar: "aiohttp.CookieJar | None" = None, raise_for_status: bool = True
    ) -> Page:
        """Return the page at the end of the redirects. `jar` keeps a job's cookies together.

        Without `raise_for_status` a page with an error status, or a bot wall's, is returned as it is.
        """

        async def read(response: "aiohttp.ClientResponse") -> bytes:
            return await read_body(response, request.max_bytes, cut=request.cut)

        async with self._deadline(request.url, request.deadline_s):
            response, body, trail = await self._follow(request, read, jar)
        page = Page(
            url=str(trail.url),
            status=response.status if response is not None else 0,
            headers=headers_of(response),
            body=body or b"",
            hops=tuple(trail.hops),
            elapsed_ms=round(trail.spent_s * 1000),
        )
        if raise_for_status:
            self._raise_for(page)
        return page

    def _raise_for(self, page: Page) -> None:
        if is_challenge(page.status, page.headers, page.body):
            raise Permanent("A bot wall answered instead of the site.", code="blocked")
        error = failure(page.status, retry_after(page.headers, self._clock.now()))
        if error is not None:
            raise error

    async def probe(
        self, url: str, *, headers: Mapping[str, str] | None = None, deadline_s: float | None = None
    ) -> Probe:
        """Return what one bounded ranged GET shows of a file, whatever the status.

        A host that refuses such a request is asked by HEAD, now and from then on.
        """
        vetted = self._guard.vet(url)
        try:
            async with asyncio.timeout(self._limits.deadline_s if deadline_s is None else deadline_s):
                return await self._probe(url, vetted, headers)
        except WellspringError:
            raise
        except TimeoutError as error:
            raise explain(error, vetted.host or url) from error

    async def _probe(self, url: str, vetted: URL, headers: Mapping[str, str] | None) -> Probe:
        host = host_key(vetted)
        if self._heads.knows(host):
            found = await self._look(url, vetted, "HEAD", headers)
            if found.status < 400:  # noqa: PLR2004
                return found
            self._heads.forget(host)
            return await self._look(url, vetted, "GET", headers)
        found = await self._look(url, vetted, "GET", headers)
        if found.status not in _ASK_BY_HEAD:
            return found
        second = await self._look(url, vetted, "HEAD", headers)
        if second.status >= 400:  # noqa: PLR2004
            return found
        self._heads.learn(host)
        return second

    async def _look(self, url: str, vetted: URL, method: str, headers: Mapping[str, str] | None) -> Probe:
        if self._looks is not None and method == "GET" and speaks(headers):
            answer, trail = await self._looks.look(vetted, headers)
            return seen(url, method, answer, trail, now=self._clock.now())
        asked = {**(headers or {}), "Accept-Encoding": "identity"}
        if method == "GET":
            asked["Range"] = RANGE["Range"]
        response, start, trail = await self._follow(
            Request(url, method=method, headers=asked), read_start, None
        )
        status = response.status if response is not None else 0
        answer = LeanAnswer(status, headers_of(response), start or b"")
        return seen(url, method, answer, trail, now=self._clock.now())

    async def _follow(
        self,
        request: Request,
        read: "Callable[[aiohttp.ClientResponse], Awaitable[bytes]]",
        jar: "aiohttp.CookieJar | None",
    ) -> "tuple[aiohttp.ClientResponse | None, bytes | None, Trail]":
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
        async with self.pacer.turn(host, patience_s=self._limits.patience_s):
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

    def _note(self, host: str, status: int, headers: Mapping[str, str]) -> None:
        wait = retry_after(headers, self._clock.now())
        if status_code(status, wait) == "throttled":
            self.pacer.quiet(host, min(DEFAULT_RETRY_AFTER_S if wait is None else wait, _LONGEST_QUIET_S))

    @asynccontextmanager
    async def _deadline(self, url: str, deadline_s: float | None) -> AsyncGenerator[None]:
        try:
            async with asyncio.timeout(self._limits.deadline_s if deadline_s is None else deadline_s):
                yield
        except WellspringError:
            raise
        except TimeoutError as error:
            raise explain(error, URL(url).host or url) from error
