"""The next rung: a browser for the sources of a job that gave too little without one."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from http.cookies import CookieError, SimpleCookie

import aiohttp
import structlog
from yarl import URL

from wellspring_common.errors import Transient, WellspringError
from wellspring_common.events.live import Step
from wellspring_common.events.scrape import Problem, Rung, SourceRef

from ..domain.escalation import merged, told, why_a_browser
from ..domain.results import without_links
from ..domain.routing import host_of
from ..ports import Browsers, Cookie, OpenBrowser, Rendered, Scraped, Watch
from .beating import beating
from .source_run import LONGEST_DETAIL
from .static import StaticRung

PHASE_S = 45.0
CRASH = "browser_crash"

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class BrowserRung:
    """Asks one browser for all pages of a job, one after the other. One job at a time has it."""

    static: StaticRung
    browsers: Browsers
    at_least: Callable[[], int]
    phase_s: float = PHASE_S
    turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))

    async def climb(
        self, sources: Sequence[SourceRef], scraped: Sequence[Scraped], watch: Watch, until: float
    ) -> list[Scraped]:
        """Return the results, bettered by a browser where that may help."""
        wanted = {
            at: why
            for at, (source, one) in enumerate(zip(sources, scraped, strict=True))
            if (why := why_a_browser(one.result, self.at_least())) is not None and self._has_plan(source)
        }
        results = list(scraped)
        if not wanted:
            return results
        log.info("browser.wanted", sources={sources[at].source_id: why for at, why in wanted.items()})
        asked, started = [(at, sources[at]) for at in wanted], time.perf_counter()
        for at, source in asked:
            await watch.step(Step.BROWSING, source, host=host_of(source.url), code=wanted[at])
        first, why = asked[0][1], next(iter(wanted.values()))
        said = partial(watch.step, Step.BROWSING, first, host=host_of(first.url), code=why)
        async with beating(said):
            pages = await self._rendered(asked, why, until)
            found = await asyncio.gather(
                *(self._finished(source, pages, at, watch, until) for at, source in asked)
            )
        # The launch and the wait for one's turn belong to each source that needed them.
        climbed_ms = round((time.perf_counter() - started) * 1000)
        for (at, because), one in zip(wanted.items(), found, strict=True):
            plain, browsed = scraped[at].result, one.result.model_copy(update={"elapsed_ms": climbed_ms})
            result = merged(plain, browsed, told(because, plain, self.at_least()))
            results[at] = replace(one, result=result, unique=one.unique | scraped[at].unique)
        return results

    def _has_plan(self, source: SourceRef) -> bool:
        try:
            return self.static.find(self.static.definition_of(source)).browser is not None
        except WellspringError:
            return False

    async def _rendered(
        self, asked: Sequence[tuple[int, SourceRef]], why: str, until: float
    ) -> Mapping[int, Rendered | WellspringError]:
        late = Transient("The job's time for a browser is over.", code="browser_timeout")
        pages: dict[int, Rendered | WellspringError] = {at: late for at, _ in asked}
        now = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout_at(until), self.turn:
                end = min(until, asyncio.get_running_loop().time() + self.phase_s)
                async with asyncio.timeout_at(end):
                    await self._launched(asked, why, pages, late)
                    # a browser that died may have died of anything: what it left open gets one more
                    crashed = [one for one in asked if getattr(pages[one[0]], "code", "") == CRASH]
                    if crashed:
                        log.warning("browser.again", pages=len(crashed))
                        await self._launched(crashed, CRASH, pages, late)
        except TimeoutError:
            log.warning("browser.late", after_s=round(asyncio.get_running_loop().time() - now))
        return pages

    async def _launched(
        self,
        asked: Sequence[tuple[int, SourceRef]],
        why: str,
        pages: dict[int, Rendered | WellspringError],
        late: WellspringError,
    ) -> None:
        """Fill in what one browser makes of some pages."""
        try:
            async with self.browsers.opened(why) as browser:
                for at, source in asked:
                    pages[at] = await self._one(browser, source)
        except WellspringError as error:
            log.warning("browser.failed", code=error.code, reason=error.message)
            pages.update({at: error for at, _ in asked if pages[at] is late})

    async def _one(self, browser: OpenBrowser, source: SourceRef) -> Rendered | WellspringError:
        plan = self.static.find(self.static.definition_of(source)).browser
        if plan is None:
            raise RuntimeError("the definition has lost its browser part on the way")
        try:
            return await browser.render(source.url, wait_for=plan.wait_for, click=plan.click)
        except WellspringError as error:
            return error

    async def _finished(
        self,
        source: SourceRef,
        pages: Mapping[int, Rendered | WellspringError],
        at: int,
        watch: Watch,
        until: float,
    ) -> Scraped:
        found = pages[at]
        if isinstance(found, Rendered):
            # what the job's other pages left is for their hosts, wherever this one leads; its own comes last
            others = [one for index, one in pages.items() if index != at and isinstance(one, Rendered)]
            cookies = [cookie for one in (*others, found) for cookie in one.cookies]
            return await self.static.read(source, found.page, jar_of(cookies), watch, until)
        problem = Problem(code=found.code, detail=found.message[:LONGEST_DETAIL], url=source.url)
        return Scraped(without_links(source, Rung.BROWSER, problem, pages=1))


def jar_of(cookies: Sequence[Cookie]) -> aiohttp.CookieJar:
    """Return the browser's cookies as a jar for plain HTTP, each for its own host and path."""
    jar = aiohttp.CookieJar(unsafe=True)
    for one in cookies:
        with contextlib.suppress(CookieError, ValueError):
            kept: SimpleCookie = SimpleCookie()
            kept[one.name] = one.value
            kept[one.name]["path"] = one.path
            if one.domain.startswith("."):
                kept[one.name]["domain"] = one.domain
            if one.secure:
                kept[one.name]["secure"] = True
            scheme = "https" if one.secure else "http"
            jar.update_cookies(kept, URL.build(scheme=scheme, host=one.domain.lstrip("."), path="/"))
    return jar
