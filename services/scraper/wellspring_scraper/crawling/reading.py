"""Asking for the pages of a crawl: as robots.txt allows, at the host's pace, and without hurry."""

import asyncio
from collections.abc import Awaitable, Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

import aiohttp
from yarl import URL

from wellspring_common.errors import Permanent, Throttled, Transient, WellspringError
from wellspring_common.fetch.chain import first_hop, next_hop
from wellspring_common.fetch.guard import host_key
from wellspring_common.fetch.pace import NotOurTurn
from wellspring_common.fetch.page import Page, Request

from ..domain.crawl_memory import Validators, validators_of
from ..domain.drift import DRIFT
from ..ports import Fetches, KeepsPages, Robots
from ..sites.definition import Definition
from ..sites.wishes import Slow, as_wanted

BEAT_S = 10.0
"""The broker takes a job back from a consumer that says nothing for 30 s."""
LONGEST_WAIT_S = 600.0
MOST_WAITS = 3
MOST_PAGES = 60
"""That one list page or one title may need."""
OUT_OF_TIME = "crawl_timeout"
MOST_HOSTS = 5
"""That redirects of one page may lead through."""
_UNCHANGED = 304
_FOUND = 302
_WORTH_A_SECOND_TRY = frozenset({"connect", "server_error", "timeout"})
_SECOND_TRY_AFTER_S = 2.0

_T = TypeVar("_T")
Pause = Callable[[float], Awaitable[None]]


@dataclass(frozen=True)
class Answer(Generic[_T]):
    """What was read, or nothing where the host said that it is as it was.

    The validators are those of the only page that was needed: one of several says nothing about the others.
    """

    found: _T | None
    validators: Validators


@dataclass
class Reader:
    """Asks for the pages of one crawl, by the loop's time `until`. `beat` tells that the work goes on."""

    fetcher: Fetches
    robots: Robots | None
    """Nothing where the definition is allowed to ask for everything."""
    definition: Definition
    beat: Callable[[], Awaitable[None]]
    until: float
    page_s: float
    pages_kept: KeepsPages | None = None
    pause: Pause = asyncio.sleep
    slow: Slow | None = None
    holds_back: Callable[[str], float] | None = None
    """Tells how many seconds a crawl leaves a host (`host:port`) to those who are waited for."""
    drifted: Callable[[str], None] = lambda _: None
    pages: int = 0
    _next_at: dict[str, float] = field(default_factory=dict)

    async def read(
        self, steps: Generator[Request, Page, _T], known: Validators | None = None, *, what: str = "title"
    ) -> Answer[_T]:
        """Run the steps of a definition. With `known` its first request asks for what is new only.

        `what` is read stays with a page that is kept: `title`, or `list` with its name.
        Raises what the definition and the fetcher raise, `robots_denied`, and `crawl_timeout`.
        """
        conditions = known.headers() if known is not None else {}
        jar, pages, page = aiohttp.CookieJar(unsafe=True), 0, None
        try:
            request = next(steps)
            while True:
                pages += 1
                _check_number(pages)
                conditional = pages == 1 and request.method == "GET" and bool(conditions)
                asked = _with(request, conditions) if conditional else request
                try:
                    page = await self.page(asked, jar)
                except WellspringError as error:
                    request = steps.throw(error)
                    continue
                if page.status == _UNCHANGED and conditional:
                    return Answer(None, known or Validators())
                request = steps.send(page)  # a 304 that nobody asked for is a page with nothing on it
        except StopIteration as done:
            single = pages == 1 and page is not None
            return Answer(done.value, validators_of(page.headers) if single and page else Validators())
        except Permanent as error:
            if error.code == DRIFT and page is not None:
                self.drifted(self.definition.id)
                if self.pages_kept is not None:
                    await self.pages_kept.keep(self.definition.id, page, code=error.code, step=what)
            raise
        finally:
            steps.close()

    async def page(self, request: Request, jar: aiohttp.CookieJar | None = None) -> Page:
        """Return one page, waiting as long as its host wants."""
        waits, again = 0, request.method != "POST"
        while True:
            try:
                return await self._once(request, jar)
            except NotOurTurn as error:
                await self.wait(error.retry_after)
            except Throttled as error:
                waits += 1
                if waits > MOST_WAITS or error.retry_after > LONGEST_WAIT_S:
                    raise
                await self.wait(error.retry_after)
            except Transient as error:
                if not again or error.code not in _WORTH_A_SECOND_TRY:
                    raise
                again = False
                await self.wait(_SECOND_TRY_AFTER_S)

    async def wait(self, seconds: float) -> None:
        """Wait, telling now and then that the work goes on. Raises `crawl_timeout` when it would be over."""
        self.left(seconds)
        while seconds > 0:
            await self.beat()
            await self.pause(min(seconds, BEAT_S))
            seconds -= BEAT_S

    def left(self, needed: float = 0.0) -> float:
        """Return the seconds that are left. Raises `crawl_timeout` where it is less than what is needed."""
        left = self.until - asyncio.get_running_loop().time()
        if left <= needed:
            raise Transient("The time for this crawl is over.", code=OUT_OF_TIME)
        return left

    async def _once(self, request: Request, jar: aiohttp.CookieJar | None) -> Page:
        await self.beat()
        if request.wait_s:
            await self.wait(request.wait_s)
        for _ in range(MOST_HOSTS + 1):
            page = await self._asked(request, jar)
            if page.status or (request.stop_at is not None and request.stop_at(page.url)):
                return page
            request = _onward(request, page.url)
        raise Permanent(f"The page leads through more than {MOST_HOSTS} hosts.", code="too_many_redirects")

    async def _asked(self, request: Request, jar: aiohttp.CookieJar | None) -> Page:
        """Return a page, one without a status where a redirect leads to a host that has to be heard first."""
        host = _host_of(request.url)
        if self.robots is not None:
            await self._turn(request.url, await self.robots.delay_for(request.url))
            if request.method == "GET":
                request = replace(request, stop_at=_leaving(request))
        if self.holds_back is not None:
            await self.wait(self.holds_back(host))
        self.pages += 1
        request = as_wanted(self.definition, request, self.slow)
        return await self.fetcher.fetch(replace(request, deadline_s=min(self.page_s, self.left())), jar=jar)

    async def _turn(self, url: str, delay: float) -> None:
        """Wait for the time that robots.txt wants between two requests."""
        if delay <= 0:
            return
        host, now = str(URL(url).origin()), asyncio.get_running_loop().time()
        at = max(now, self._next_at.get(host, 0.0))
        self._next_at[host] = at + delay
        await self.wait(at - now)


def _host_of(url: str) -> str:
    """Return the `host:port` of a URL. Raises `Permanent` with `bad_url`: pages lead to anything."""
    try:
        return host_key(URL(url).origin())
    except (ValueError, UnicodeError):
        raise Permanent("The page leads to something that is no web address.", code="bad_url") from None


def _leaving(request: Request) -> Callable[[str], bool]:
    """Return what ends a chain of redirects where it leaves the host, besides what ends it anyway."""
    origin = URL(request.url).origin()

    def leaves(url: str) -> bool:
        return URL(url).origin() != origin or (request.stop_at is not None and request.stop_at(url))

    return leaves


def _onward(request: Request, url: str) -> Request:
    """Return the same request at the address that it was redirected to, without secrets of the first host."""
    hop = next_hop(first_hop(request), URL(request.url), _FOUND, url)
    return replace(request, url=url, headers=request.headers if hop is None else hop.headers)


def _check_number(pages: int) -> None:
    if pages > MOST_PAGES:
        raise Permanent(f"It needs more than {MOST_PAGES} pages.", code="page_too_complex")


def _with(request: Request, conditions: Mapping[str, str]) -> Request:
    return replace(request, headers={**request.headers, **conditions}) if conditions else request
