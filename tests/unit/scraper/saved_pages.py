"""Saved pages as test cases: a folder holds what is asked for, the responses and what must come of them.

A case is a source (`source.json`), a list of a catalogue (`list.json`) or a title (`title.json`).
"""

import json
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from wellspring_common.errors import Permanent, Transient, WellspringError
from wellspring_common.events.crawl import CrawledTitle, CrawlScope
from wellspring_common.events.scrape import SourceRef
from wellspring_common.fetch.answers import failure, is_challenge
from wellspring_common.fetch.page import Page, Request
from wellspring_scraper.domain.candidate import Candidate
from wellspring_scraper.sites.catalog import Listing, Place, details, entry_of, listing
from wellspring_scraper.sites.definition import Definition
from wellspring_scraper.sites.engine import Extraction, pages, reach

SITES = Path(__file__).parents[2] / "fixtures" / "sites"
KINDS = ("source", "list", "title")

_T = TypeVar("_T")


def case_folders(kind: str) -> list[Path]:
    """Find every case of a kind, of every definition."""
    return [path.parent for path in sorted(SITES.glob(f"*/*/{kind}.json"))]


def told(folder: Path) -> Iterator[tuple[str, dict[str, Any], datetime]]:
    """Return what a case asks for, and when."""
    for kind in KINDS:
        if (folder / f"{kind}.json").exists():
            found = json.loads((folder / f"{kind}.json").read_text())
            yield kind, found, datetime.fromisoformat(found["now"])


@dataclass
class SavedPages:
    """Answers with what was saved, in its order. A request for anything else is an error of the test."""

    folder: Path
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._left: list[dict[str, Any]] = json.loads((self.folder / "responses.json").read_text())

    def drive(self, steps: Generator[Request, Page, _T]) -> _T:
        """Run a definition's steps over the saved pages."""
        try:
            request = next(steps)
            while True:
                try:
                    page = self.answer(request)
                except WellspringError as error:
                    request = steps.throw(error)
                else:
                    request = steps.send(page)
        except StopIteration as done:
            found: _T = done.value
            return found

    def answer(self, request: Request) -> Page:
        """Return the saved page, following saved redirects as the fetcher would."""
        url = request.url
        hops: list[str] = []
        while True:
            if request.stop_at is not None and request.stop_at(url):
                return Page(url=url, status=0, headers={}, hops=tuple(hops))
            saved = self._take(request, url)
            if "error" in saved:
                raise Transient("saved as a failure", code=saved["error"])
            if request.follow and "location" in saved["headers"]:
                hops.append(url)
                url = saved["headers"]["location"]
                continue
            return _page(self.folder, url, saved)

    def _take(self, request: Request, url: str) -> dict[str, Any]:
        self.asked.append(f"{request.method} {url}")
        for index, saved in enumerate(self._left):
            if (saved["method"], saved["url"]) == (request.method, url) and _sent(saved, request):
                return self._left.pop(index)
        asked = f"{request.method} {url} {dict(request.form or {}) or ''}".strip()
        raise AssertionError(f"{self.folder.name} has no saved response for {asked}")

    def unused(self) -> list[str]:
        """Return what was saved and never asked for."""
        return [saved["url"] for saved in self._left]


def _sent(saved: dict[str, Any], request: Request) -> bool:
    form, headers = saved.get("form"), saved.get("asked_headers", {})
    return form == (dict(request.form) if request.form else None) and all(
        request.headers.get(name) == value for name, value in headers.items()
    )


def _page(folder: Path, url: str, saved: dict[str, Any]) -> Page:
    body = (folder / saved["file"]).read_bytes() if "file" in saved else b""
    page = Page(url=url, status=saved["status"], headers=saved["headers"], body=body)
    if is_challenge(page.status, page.headers, page.body):
        raise Permanent("a bot wall", code="blocked")
    error = failure(page.status, None)
    if error is not None:
        raise error
    return page


@dataclass(frozen=True)
class Outcome:
    """What a case gave."""

    extraction: Extraction
    candidates: tuple[Candidate, ...]
    problems: tuple[str, ...]


def run_case(definition: Definition, saved: SavedPages) -> Outcome:
    """Resolve a case's source down to its candidates. Raises what the definition fails with."""
    _, asked, now = next(told(saved.folder))
    source = SourceRef(source_id=1, quality=asked["quality"], url=asked["url"], definition=definition.id)
    extraction = saved.drive(pages(definition, source, lambda: now))
    candidates, problems = [], ["unknown_server"] if extraction.strangers else []
    for lead in extraction.leads:
        try:
            candidates.append(saved.drive(reach(lead, lambda: now)))
        except WellspringError as error:
            problems.append(error.code)
    return Outcome(extraction, tuple(candidates), tuple(problems))


def run_list(definition: Definition, saved: SavedPages) -> Listing:
    """Read one page of a case's list. Raises what the definition fails with."""
    _, asked, now = next(told(saved.folder))
    scope, query = CrawlScope(asked["scope"]), asked.get("query", "")
    place = Place(asked["base_url"], scope, query, asked.get("page_url"))
    return saved.drive(listing(definition, place, lambda: now))


def run_title(definition: Definition, saved: SavedPages) -> CrawledTitle:
    """Read the page of a case's title. Raises what the definition fails with."""
    _, asked, now = next(told(saved.folder))
    entry = entry_of(definition, asked["base_url"], asked["title"])
    return saved.drive(details(definition, asked["base_url"], entry, lambda: now))
