"""Saved pages as test cases: a folder holds a source, its responses and what must come of them."""

import json
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from wellspring_common.errors import Permanent, Transient, WellspringError
from wellspring_common.events.scrape import SourceRef
from wellspring_common.fetch.answers import failure, is_challenge
from wellspring_common.fetch.page import Page, Request
from wellspring_scraper.domain.candidate import Candidate
from wellspring_scraper.sites.definition import Definition
from wellspring_scraper.sites.engine import Extraction, pages, reach

SITES = Path(__file__).parents[2] / "fixtures" / "sites"

_T = TypeVar("_T")


def case_folders() -> Iterator[Path]:
    """Find every case of every definition."""
    return (path.parent for path in sorted(SITES.glob("*/*/source.json")))


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
            saved = self._take(request.method, url)
            if "error" in saved:
                raise Transient("saved as a failure", code=saved["error"])
            if request.follow and "location" in saved["headers"]:
                hops.append(url)
                url = saved["headers"]["location"]
                continue
            return _page(self.folder, url, saved)

    def _take(self, method: str, url: str) -> dict[str, Any]:
        self.asked.append(f"{method} {url}")
        for index, saved in enumerate(self._left):
            if (saved["method"], saved["url"]) == (method, url):
                return self._left.pop(index)
        raise AssertionError(f"{self.folder.name} has no saved response for {method} {url}")

    def unused(self) -> list[str]:
        """Return what was saved and never asked for."""
        return [saved["url"] for saved in self._left]


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
    told = json.loads((saved.folder / "source.json").read_text())
    source = SourceRef(source_id=1, quality=told["quality"], url=told["url"], definition=definition.id)
    now = datetime.fromisoformat(told["now"])
    extraction = saved.drive(pages(definition, source, lambda: now))
    candidates, problems = [], ["unknown_server"] if extraction.strangers else []
    for lead in extraction.leads:
        try:
            candidates.append(saved.drive(reach(lead, lambda: now)))
        except WellspringError as error:
            problems.append(error.code)
    return Outcome(extraction, tuple(candidates), tuple(problems))
