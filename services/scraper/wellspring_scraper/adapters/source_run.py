"""One source being read: its pages fetched as its definition asks, each link looked at."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass, field, replace
from typing import TypeVar

import aiohttp

from wellspring_common.clock import Clock
from wellspring_common.errors import Throttled, Transient, WellspringError
from wellspring_common.events.live import Step
from wellspring_common.events.scrape import FoundLink, Problem, Rung, SourceRef, SourceResult
from wellspring_common.fetch.page import Page, Request

from ..domain.candidate import Candidate, FileFacts
from ..domain.drift import DRIFT
from ..domain.failures import SPARED
from ..domain.results import without_repeats
from ..domain.routing import host_of
from ..domain.verification import Verdict, seen, unseen, worth_a_look
from ..ports import Fetches, KeepsPages, Watch
from ..sites.definition import Definition
from ..sites.engine import Extraction, reach
from ..sites.leads import Lead
from ..sites.trace import Observer
from ..sites.wishes import as_wanted
from .beating import BEAT_S

LONGEST_DETAIL = 500
_WORTH_A_SECOND_TRY = frozenset({"connect", "server_error"})
_SECOND_TRY_AFTER_S = 0.5

_T = TypeVar("_T")


@dataclass(frozen=True)
class Patience:
    """How long one page and one look at a file may take, in seconds."""

    page_s: float = 10.0
    probe_s: float = 6.0


@dataclass(frozen=True, kw_only=True)
class Means:
    """What a source is read with. `ttl_s` tells the default lifetime of a link."""

    fetcher: Fetches
    clock: Clock
    ttl_s: Callable[[], int]
    patience: Patience = field(default_factory=Patience)
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    pages_kept: KeepsPages | None = None
    slow: Callable[[str, float], None] | None = None
    """Hears of a host (`host:port`) that wants so many seconds between two requests."""


@dataclass
class SourceRun:
    """One scrape of one source under way: what it fetched, and what was wrong."""

    means: Means
    source: SourceRef
    watch: Watch
    until: float
    jar: aiohttp.CookieJar
    pages: int = 0
    problems: list[Problem] = field(default_factory=list)
    observer: Observer | None = None
    definition: Definition | None = None
    latest: Page | None = None

    def note(self, code: str, detail: str, *, url: str | None = None, server: str | None = None) -> None:
        """Keep what was wrong for the result."""
        self.problems.append(Problem(code=code, detail=detail[:LONGEST_DETAIL], url=url, server=server))

    def result(self, rung: Rung, links: tuple[FoundLink, ...], started: float) -> SourceResult:
        """Return what came of it. `started` is of `time.perf_counter`."""
        return SourceResult(
            source_id=self.source.source_id,
            quality=self.source.quality,
            rung=rung,
            links=links,
            problems=tuple(self.problems),
            pages=self.pages,
            elapsed_ms=round((time.perf_counter() - started) * 1000),
        )

    async def keep(self, error: WellspringError) -> None:
        """Keep the page that a definition could not read."""
        keeper, definition, page = self.means.pages_kept, self.definition, self.latest
        if error.code == DRIFT and keeper is not None and definition is not None and page is not None:
            await keeper.keep(definition.id, page, code=error.code, step=f"source {self.pages}")

    async def drive(self, steps: Generator[Request, Page, _T]) -> _T:
        """Fetch what a run of a definition asks for, until it has its result."""
        try:
            request = next(steps)
            while True:
                try:
                    page = await self._page(request)
                except WellspringError as error:
                    request = steps.throw(error)
                else:
                    self.latest = page
                    request = steps.send(page)
        except StopIteration as done:
            found: _T = done.value
            return found

    async def _page(self, request: Request) -> Page:
        await self.watch.step(Step.FETCHING, self.source, host=host_of(request.url))
        self.pages += 1
        try:
            return await self._fetch(request)
        except Transient as error:
            if error.code not in _WORTH_A_SECOND_TRY or request.method == "POST":
                raise
        await self.means.pause(_SECOND_TRY_AFTER_S)
        await self.watch.step(Step.FETCHING, self.source, host=host_of(request.url))
        return await self._fetch(request)

    async def _fetch(self, request: Request) -> Page:
        await self._wait(request)
        deadline = self._left(self.means.patience.page_s)
        if self.definition is not None:
            request = as_wanted(self.definition, request, self.means.slow)
        return await self.means.fetcher.fetch(replace(request, deadline_s=deadline), jar=self.jar)

    async def _wait(self, request: Request) -> None:
        """Let the time pass that a page wants before it is asked for, telling that the work goes on."""
        left = request.wait_s
        while left > 0:
            await self.means.pause(self._left(min(left, BEAT_S)))
            await self.watch.step(Step.FETCHING, self.source, host=host_of(request.url))
            left -= BEAT_S

    def _left(self, patience_s: float) -> float:
        left = self.until - asyncio.get_running_loop().time()
        if left <= 0:
            raise Transient("The job has run out of time.", code="timeout")
        return min(patience_s, left)

    async def verified(self, extraction: Extraction) -> tuple[FoundLink, ...]:
        """Return the links whose files were seen, or may not be looked at."""
        await self.watch.step(Step.FOUND, self.source, count=len(extraction.leads))
        if extraction.strangers:
            labels = ", ".join(sorted(set(extraction.strangers)))
            self.note("unknown_server", f"Buttons that no server of the definition knows: {labels}.")
        for server in extraction.spared:
            self._spare(server)
        facts = FileFacts(
            size_bytes=extraction.facts.size_bytes,
            quality=self.source.quality or extraction.facts.quality,
            language=self.source.language or extraction.facts.language,
        )
        found = await asyncio.gather(*(self._link(lead, facts) for lead in extraction.leads))
        return without_repeats(link for link in found if link is not None)

    async def _link(self, lead: Lead, facts: FileFacts) -> FoundLink | None:
        try:
            candidate = await self.drive(reach(lead, self.means.clock.now, self.observer))
        except WellspringError as error:
            return await self._judged(lead.key, Verdict(None, error.code, error.message))
        return await self.seen(candidate, candidate.facts_with(facts))

    async def seen(self, candidate: Candidate, facts: FileFacts) -> FoundLink | None:
        """Return a candidate as a link once its file was looked at, or take note of why it is none."""
        if candidate.server in self.watch.spared:
            self._spare(candidate.server)
            return None
        await self.watch.step(Step.VERIFYING, self.source, server=candidate.server)
        try:
            verdict = await self._look(candidate, facts)
        except WellspringError as error:
            verdict = Verdict(None, error.code, error.message)
        return await self._judged(candidate.server, verdict)

    def _spare(self, server: str) -> None:
        self.note(SPARED, "Left alone: a new link would use up the one that is stored.", server=server)

    async def _judged(self, server: str, verdict: Verdict) -> FoundLink | None:
        if verdict.link is None:
            self.note(verdict.code or "permanent", verdict.detail, server=server)
            await self.watch.step(Step.REJECTED, self.source, server=server, code=verdict.code)
            return None
        await self.watch.step(Step.VERIFIED, self.source, server=server)
        return verdict.link

    async def _look(self, candidate: Candidate, facts: FileFacts) -> Verdict:
        now, ttl_s = self.means.clock.now(), self.means.ttl_s()
        if not worth_a_look(candidate):
            return unseen(candidate, facts, now, ttl_s)
        deadline = self._left(self.means.patience.probe_s)
        try:
            probe = await self.means.fetcher.probe(
                candidate.url, headers=candidate.headers, deadline_s=deadline
            )
        except Throttled:
            return unseen(candidate, facts, now, ttl_s)
        return seen(candidate, facts, probe, now, ttl_s)
