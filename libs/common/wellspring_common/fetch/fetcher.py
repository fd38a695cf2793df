"""The fetcher: every service's only way to the outside."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Self

from yarl import URL

from wellspring_common.clock import Clock, SystemClock
from wellspring_common.errors import Permanent, WellspringError
from wellspring_common.release import VERSION

from .aim import Aim, Aims
from .answers import DEFAULT_RETRY_AFTER_S, failure, is_challenge, retry_after, status_code
from .dial import Dialer
from .faults import explain
from .guard import Guard
from .lean import LeanProbes
from .lean_look import RANGE, LeanLooks, speaks
from .lean_wire import LeanAnswer
from .learned import LearnedHosts
from .limits import Limits
from .pace import Pacer, PaceRule
from .page import Page, Probe, Request
from .probing import seen
from .requests import AioRequests
from .resolve import Lookup, VettingResolver, system_lookup
from .wire import headers_of, read_body, read_start

if TYPE_CHECKING:
    import aiohttp

_LONGEST_QUIET_S = 600.0
_ASK_BY_HEAD = frozenset({400, 405, 416, 501})


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
        self._aims = Aims(guard)
        self._limits = limits or Limits()
        self._clock = clock or SystemClock()
        self.pacer = Pacer(pace or PaceRule())
        self.user_agent = user_agent or f"Wellspring/{VERSION}"
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
                self._aims,
                self.pacer,
                self._note,
                self._clock,
                user_agent=self.user_agent,
                redirects=self._limits.redirects,
                patience_s=self._limits.patience_s,
            )
        self._slow = AioRequests(
            guard, resolver, self.pacer, self._note, limits=self._limits, user_agent=self.user_agent
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection."""
        await self._lean.close()
        await self._slow.close()

    async def fetch(
        self, request: Request, *, jar: "aiohttp.CookieJar | None" = None, raise_for_status: bool = True
    ) -> Page:
        """Return the page at the end of the redirects. `jar` keeps a job's cookies together.

        Without `raise_for_status` a page with an error status, or a bot wall's, is returned as it is.
        """

        async def read(response: "aiohttp.ClientResponse") -> bytes:
            return await read_body(response, request.max_bytes, cut=request.cut)

        async with self._deadline(request.url, request.deadline_s):
            response, body, trail = await self._slow.follow(request, read, jar)
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
        aim = self._aims.at(url)
        seconds = self._limits.deadline_s if deadline_s is None else deadline_s
        try:
            return await self._probe(url, aim, headers, asyncio.get_running_loop().time() + seconds)
        except TimeoutError as error:
            raise explain(error, aim.origin.host) from error

    async def _probe(self, url: str, aim: Aim, headers: Mapping[str, str] | None, until: float) -> Probe:
        host = aim.origin.key
        asked_by_head = self._heads.knows(host)
        if asked_by_head:
            found = await self._look(url, "HEAD", headers, until)
            if found.status < 400:  # noqa: PLR2004  (an HTTP status)
                return found
            self._heads.forget(host)
        if self._looks is not None and speaks(headers):
            found = await self._looks.look(url, aim, headers, until)
        else:
            found = await self._look(url, "GET", headers, until)
        if asked_by_head or found.status not in _ASK_BY_HEAD:
            return found
        second = await self._look(url, "HEAD", headers, until)
        if second.status >= 400:  # noqa: PLR2004  (an HTTP status)
            return found
        self._heads.learn(host)
        return second

    async def _look(self, url: str, method: str, headers: Mapping[str, str] | None, until: float) -> Probe:
        asked = {**(headers or {}), "Accept-Encoding": "identity"}
        if method == "GET":
            asked["Range"] = RANGE["Range"]
        request = Request(url, method=method, headers=asked)
        async with asyncio.timeout_at(until):
            response, start, trail = await self._slow.follow(request, read_start, None)
        status = response.status if response is not None else 0
        return seen(
            url,
            method,
            LeanAnswer(status, headers_of(response), start or b""),
            final_url=str(trail.url),
            hops=trail.hops,
            spent_s=trail.spent_s,
            clock=self._clock,
        )

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
