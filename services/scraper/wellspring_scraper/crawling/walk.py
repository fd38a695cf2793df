"""One crawl: its lists first, then what each title's own page says."""

import asyncio
from collections.abc import Generator
from dataclasses import dataclass, field, replace
from typing import Protocol

import structlog

from wellspring_common.clock import Clock
from wellspring_common.errors import DependencyDown, Permanent, WellspringError
from wellspring_common.events.crawl import CrawlCounts, CrawledTitle, CrawlRequested, CrawlScope
from wellspring_common.events.scrape import Problem
from wellspring_common.fetch.page import Page
from wellspring_common.fetch.page import Request as Asked

from ..domain.crawl_memory import (
    Remembered,
    Validators,
    digest_of,
    need_not_ask,
    short,
    worth_writing,
)
from ..domain.failures import ends_a_crawl
from ..ports import Seen, SeenList
from ..sites.catalog import Entry, Listing, Now, Place
from ..sites.definition import Definition
from .places import base_in_use
from .reading import OUT_OF_TIME, Reader
from .reporting import Report

MOST_LISTS = 500
MOST_TITLES = 10_000
MOST_PROBLEMS = 20
LONGEST_DETAIL = 500
MOST_FAILURES_IN_A_ROW = 10
"""After so many the site itself is the trouble, and asking on would only bother it."""
REPORT_AFTER_S = 20.0

log = structlog.get_logger(__name__)


class Catalogue(Protocol):
    """Reads pages of a catalogue, as `wellspring_scraper.sites.catalog` does."""

    def listing(self, definition: Definition, place: Place, now: Now) -> Generator[Asked, Page, Listing]:
        """Read one page of a list."""
        ...

    def details(
        self, definition: Definition, base_url: str, entry: Entry, now: Now
    ) -> Generator[Asked, Page, CrawledTitle]:
        """Read one title."""
        ...

    def entry_of(self, definition: Definition, base_url: str, query: str) -> Entry:
        """Return the entry of a title that a person named by its key or URL."""
        ...


@dataclass
class Crawl:
    """One catalogue being read. `step` hears where it is."""

    job: CrawlRequested
    definition: Definition
    catalogue: Catalogue
    reader: Reader
    report: Report
    seen: Seen
    clock: Clock
    problems: list[Problem] = field(default_factory=list)
    lists: int = 0
    failed: int = 0
    base_url: str = ""
    where: tuple[str, str | None] = ("started", None)
    _in_a_row: int = 0
    _reported_at: float = 0.0

    @property
    def counts(self) -> CrawlCounts:
        """What was done so far."""
        return CrawlCounts(
            lists=self.lists,
            titles=self.report.titles,
            unchanged=self.report.unchanged,
            failed=self.failed,
            pages=self.reader.pages,
        )

    @property
    def version(self) -> str:
        """A digest of the definition: what another version read is not believed."""
        return short(self.definition.model_dump_json())

    async def run(self) -> None:
        """Read the catalogue and tell what is new in it. Raises what ended the crawl before its end."""
        self._reported_at = asyncio.get_running_loop().time()
        version = self.version
        try:
            self.base_url = await base_in_use(self.reader, self.job.base_urls)
            for entry in await self._entries(version):
                await self._title(entry, version)
        except DependencyDown:
            raise
        except WellspringError:
            await self.report.flush()  # what was found before trouble came is told all the same
            raise
        await self.report.flush()

    async def _entries(self, version: str) -> list[Entry]:
        job = self.job
        if job.scope is CrawlScope.TITLE:
            return [self.catalogue.entry_of(self.definition, self.base_url, job.query)]
        most = min(job.limit or MOST_TITLES, MOST_TITLES)
        found: dict[str, Entry] = {}
        place, visited = Place(self.base_url, job.scope, job.query), {""}
        while len(found) < most:
            try:
                page = await self._list(place, version)
            except WellspringError as error:
                if not found or isinstance(error, DependencyDown):
                    raise
                self._note(error, place.page_url)
                break
            for entry in page.entries:
                found.setdefault(entry.key, entry)
            if page.next_url is None or page.next_url in visited:
                break
            if self.lists >= MOST_LISTS:
                self._note(Permanent(f"The list has more than {MOST_LISTS} pages.", code="too_large"), None)
                break
            visited.add(page.next_url)
            place = Place(self.base_url, job.scope, job.query, page.next_url)
        return list(found.values())[:most]

    async def _list(self, place: Place, version: str) -> Listing:
        self.where = ("list", None)
        job = self.job
        name = " ".join((version, place.base_url, place.scope, place.query, place.page_url or ""))
        known = None if job.thorough else await self.seen.list_page(job.catalogue_id, name)
        self.lists += 1
        steps = self.catalogue.listing(self.definition, place, self.clock.now)
        validators = known.validators if known is not None else None
        answer = await self.reader.read(steps, validators, what=f"list {place.scope}")
        if answer.found is None:
            assert known is not None  # noqa: S101  (only who has validators can be told that nothing changed)
            return Listing(tuple(Entry(*entry) for entry in known.entries), known.next_url)
        if answer.validators != Validators():
            entries = tuple((one.key, one.url, one.title, one.mark) for one in answer.found.entries)
            kept = SeenList(answer.validators, entries, answer.found.next_url)
            await self.seen.remember_list(job.catalogue_id, name, kept)
        return answer.found

    async def _title(self, entry: Entry, version: str) -> None:
        if self.report.is_done(entry.key):
            return
        self.where = ("title", entry.title[:200])
        try:
            await self._read_title(entry, version)
        except DependencyDown:
            raise
        except WellspringError as error:
            if error.code == OUT_OF_TIME:
                raise
            self.failed += 1
            self._note(error, entry.url)
            self._in_a_row += error.code != "not_found"
            if ends_a_crawl(error.code) or self._in_a_row >= MOST_FAILURES_IN_A_ROW:
                raise
        else:
            self._in_a_row = 0
        now = asyncio.get_running_loop().time()
        if now - self._reported_at >= REPORT_AFTER_S:
            self._reported_at = now
            await self.report.flush()

    async def _read_title(self, entry: Entry, version: str) -> None:
        job, now = self.job, self.clock.now()
        known = await self.seen.title(job.catalogue_id, entry.key)
        if job.thorough or (known is not None and not known.fits(version, entry.url)):
            known = None
        if need_not_ask(known, entry.mark, now):
            await self.report.leave(entry.key)
            return
        steps = self.catalogue.details(self.definition, self.base_url, entry, self.clock.now)
        answer = await self.reader.read(steps, known.validators if known is not None else None)
        digest = known.digest if answer.found is None and known is not None else ""
        if answer.found is not None:
            digest = digest_of(answer.found)
        fresh = Remembered(version, entry.url, digest, entry.mark, now, answer.validators)
        if answer.found is not None and (known is None or known.digest != digest):
            await self.report.add(entry.key, answer.found, fresh)
            return
        # a list may be ahead of the page that it leads to: until that has changed too, it is asked for
        fresh = replace(fresh, mark=known.mark if known is not None else entry.mark)
        if worth_writing(known, fresh):
            await self.seen.remember_title(job.catalogue_id, entry.key, fresh)
        await self.report.leave(entry.key)

    def _note(self, error: WellspringError, url: str | None) -> None:
        log.warning("crawl.stumbled", code=error.code, reason=error.message[:LONGEST_DETAIL], url=url)
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(code=error.code, detail=error.message[:LONGEST_DETAIL], url=url))
