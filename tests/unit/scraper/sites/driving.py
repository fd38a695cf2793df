"""Definitions run over pages that a test writes down."""

import json
from collections.abc import Generator, Mapping
from datetime import UTC, datetime
from textwrap import dedent, indent
from typing import Any, TypeVar

from wellspring_common.errors import Permanent, WellspringError
from wellspring_common.events.scrape import SourceRef
from wellspring_common.fetch.page import Page, Request
from wellspring_scraper.domain.candidate import Candidate
from wellspring_scraper.sites.definition import Definition
from wellspring_scraper.sites.document import Document
from wellspring_scraper.sites.engine import pages, reach
from wellspring_scraper.sites.fields import read
from wellspring_scraper.sites.loader import load_definition
from wellspring_scraper.sites.trace import Observer
from wellspring_scraper.sites.vocabulary import Field

NOW = datetime(2026, 8, 14, 9, 30, tzinfo=UTC)
URL = "https://page.example/f/1"
SOURCE = SourceRef(source_id=1, quality=None, url=URL, definition="small")

_T = TypeVar("_T")


def now() -> datetime:
    """Tell the time of every test here."""
    return NOW


def page(body: str | Mapping[str, Any], url: str = URL, **headers: str) -> Page:
    """Return an HTML page, or a JSON one for a mapping."""
    if isinstance(body, str):
        return Page(url, 200, {"content-type": "text/html", **headers}, body.encode())
    return Page(url, 200, {"content-type": "application/json", **headers}, json.dumps(body).encode())


def value(body: str | Mapping[str, Any], scope: Mapping[str, str] | None = None, **field: Any) -> str | None:
    """Return what a field reads from a page."""
    return read(Field.model_validate(field), Document(page(body)), None, {".Page.Url": URL, **(scope or {})})


def definition(text: str) -> Definition:
    """Return a definition whose parts a test writes out."""
    return load_definition("id: small\nname: Small\n" + dedent(text), "small.yaml")


def resolving(rows: str, servers: str, fields: str = "{}") -> Definition:
    """Return a definition of one step, with rows and servers."""
    step = f"{{name: page, request: '{{{{ .Source.Url }}}}', fields: {fields}}}"
    parts = ("resolve:", f"  steps: [{step}]", "  rows:", indent(dedent(rows), "    "), "  servers:")
    return definition("\n".join((*parts, indent(dedent(servers), "    "))))


class Web:
    """Pages by `<method> <url>`, in order where there are several. Remembers what was asked."""

    def __init__(
        self, found: Mapping[str, Page | str | Mapping[str, Any] | WellspringError | list[Any]]
    ) -> None:
        self._found = {name: one if isinstance(one, list) else [one] for name, one in found.items()}
        self.asked: list[Request] = []

    def drive(self, steps: Generator[Request, Page, _T]) -> _T:
        """Run a generator to its end."""
        try:
            request = next(steps)
            while True:
                self.asked.append(request)
                answer = self._answer(request)
                request = steps.throw(answer) if isinstance(answer, WellspringError) else steps.send(answer)
        except StopIteration as done:
            found: _T = done.value
            return found

    def _answer(self, request: Request) -> Page | WellspringError:
        waiting = self._found.get(f"{request.method} {request.url}")
        if waiting is None:
            return Permanent(f"no page for {request.method} {request.url}", code="not_found")
        answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if isinstance(answer, WellspringError | Page):
            return answer
        return page(answer, request.url)

    @property
    def urls(self) -> list[str]:
        """Return what was asked for, in order."""
        return [f"{one.method} {one.url}" for one in self.asked]


def links(one: Definition, web: Web, observer: Observer | None = None) -> list[Candidate]:
    """Return every link of the source, as far as it can be reached."""
    found = web.drive(pages(one, SOURCE, now, observer))
    return [web.drive(reach(lead, now, observer)) for lead in found.leads]
