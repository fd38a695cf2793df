"""The first rung: pages by plain HTTP, read by a definition, each link looked at before it is reported."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import aiohttp

from wellspring_common.errors import WellspringError
from wellspring_common.events.scrape import FoundLink, Problem, Rung, SourceRef
from wellspring_common.fetch.page import Page

from ..domain.candidate import Candidate, FileFacts
from ..domain.results import without_repeats
from ..domain.routing import DIRECT, definition_for
from ..ports import Scraped, Watch
from ..sites.definition import Definition
from ..sites.engine import pages, rendered
from ..sites.trace import Observer
from .source_run import Means, SourceRun


@dataclass(frozen=True, kw_only=True)
class StaticRung(Means):
    """Scrapes a source by HTTP alone."""

    find: Callable[[str], Definition]

    def definition_of(self, source: SourceRef) -> str:
        """Return the id of the definition that reads a source."""
        return definition_for(source, self._is_page)

    def _is_page(self, source: SourceRef) -> bool:
        try:
            return self.find(source.definition).has_page(source.url)
        except WellspringError:
            return False

    async def scrape(
        self, source: SourceRef, watch: Watch, until: float, observer: Observer | None = None
    ) -> Scraped:
        """Return the source's links and problems, by the loop's time `until` at the latest."""
        run = SourceRun(self, source, watch, until, aiohttp.CookieJar(unsafe=True), observer=observer)
        started = time.perf_counter()
        name = self.definition_of(source)
        links: tuple[FoundLink, ...] = ()
        unique: frozenset[str] = frozenset()
        try:
            run.definition = definition = self.find(name)
            unique = unique_servers(definition)
            extraction = await run.drive(pages(definition, source, self.clock.now, observer, watch.spared))
            links = await run.verified(extraction)
        except WellspringError as error:
            run.note(error.code, error.message, url=source.url)
            if run.definition is not None and run.definition.browser is None:
                await run.keep(error)  # else a page that only scripts fill would look like a changed one
        return Scraped(run.result(Rung.DIRECT if name == DIRECT else Rung.STATIC, links, started), unique)

    async def read(
        self, source: SourceRef, rendered_page: Page, jar: aiohttp.CookieJar, watch: Watch, until: float
    ) -> Scraped:
        """Return what a page gives that a browser rendered, going on with the cookies it left."""
        run = SourceRun(self, source, watch, until, jar, pages=1)
        started = time.perf_counter()
        links: tuple[FoundLink, ...] = ()
        run.definition = definition = self.find(self.definition_of(source))
        try:
            found = rendered(definition, source, rendered_page, self.clock.now).without(watch.spared)
            links = await run.verified(found)
        except WellspringError as error:
            run.note(error.code, error.message, url=source.url)
            run.latest = rendered_page
            await run.keep(error)
        return Scraped(run.result(Rung.BROWSER, links, started), unique_servers(definition))

    async def look_at(
        self,
        source: SourceRef,
        candidates: Sequence[Candidate],
        watch: Watch,
        until: float,
        problems: Sequence[Problem] = (),
    ) -> tuple[tuple[FoundLink, ...], tuple[Problem, ...]]:
        """Return the links of candidates that somebody else found, and what was wrong with the others."""
        run = SourceRun(self, source, watch, until, aiohttp.CookieJar(unsafe=True), problems=list(problems))
        facts = FileFacts(quality=source.quality, language=source.language)
        found = await asyncio.gather(*(run.seen(one, one.facts_with(facts)) for one in candidates))
        return without_repeats(link for link in found if link is not None), tuple(run.problems)


def unique_servers(definition: Definition) -> frozenset[str]:
    """Return the servers whose links fit one quality only."""
    return frozenset(one.key for one in definition.resolving().servers if one.unique)
