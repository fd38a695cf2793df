"""Browsers in memory, and the definition of a site that needs one."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.unit.scraper.fakes import Broker, MemoryBus, MemoryWeb, delivery_of, request_for
from wellspring_common.errors import Transient, WellspringError
from wellspring_common.events.scrape import LinksScraped, ScrapeFailed, SourceRef
from wellspring_scraper.handlers import Handlers
from wellspring_scraper.ports import Rendered

SCRIPTED = """
id: scripted
name: Scripted
resolve:
  steps:
    - name: share
      request: "{{ .Source.Url }}"
      not_found_when: {selector: .gone}
      fields:
        quality: {selector: h1, optional: true}
        next: {selector: "a#next", attribute: href}
    - name: buttons
      request: "{{ .Result.next }}"
      must_have: {selector: "#files"}
  rows:
    selector: "#files a"
    fields: {label: {}, href: {attribute: href}}
  servers:
    - key: one
      match: {label: "^One"}
      url: "{{ .Result.href }}{{ if .Page.Rendered }}{{ else }}?static{{ end }}"
    - {key: two, match: {label: "^Two"}, url: "{{ .Result.href }}"}
browser:
  click: "#go"
  wait_for: "#files a"
"""
BUTTONS = "<h1>480p</h1><div id=files><a href=/1.mp4>One</a><a href=/2.mp4>Two</a></div>"


@dataclass
class MemoryBrowsers:
    """Browsers that show what a test says."""

    pages: dict[str, Rendered | WellspringError] = field(default_factory=dict)
    broken: WellspringError | None = None
    dies_at: list[str] = field(default_factory=list)
    dead: bool = False
    opened_for: list[str] = field(default_factory=list)
    asked: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    @asynccontextmanager
    async def opened(self, reason: str) -> AsyncGenerator["MemoryBrowsers"]:
        if self.broken is not None:
            raise self.broken
        self.opened_for.append(reason)
        self.dead = False
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        yield self
        self.at_once -= 1

    async def render(self, url: str, *, wait_for: str, click: Sequence[str] = ()) -> Rendered:
        self.asked.append((url, wait_for, tuple(click)))
        if url in self.dies_at:
            self.dies_at.remove(url)
            self.dead = True
        if self.dead:
            raise Transient("dead", code="browser_crash")
        found = self.pages[url]
        if isinstance(found, WellspringError):
            raise found
        return found


@dataclass(frozen=True)
class Job:
    web: MemoryWeb
    browsers: MemoryBrowsers
    bus: MemoryBus
    handlers: Handlers

    async def run(self, *numbers: int) -> LinksScraped | ScrapeFailed:
        refs = [
            SourceRef(source_id=one, quality=None, url=f"https://page.example/{one}", definition="scripted")
            for one in numbers
        ]
        await self.handlers.on_scrape_requested(delivery_of(request_for(*refs), Broker()))
        event = self.bus.published[-1][0]
        assert isinstance(event, LinksScraped | ScrapeFailed)
        return event
