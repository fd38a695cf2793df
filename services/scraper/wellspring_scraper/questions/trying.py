"""Trying a definition on one address: bounded in time and size, guarded and paced as any scrape."""

import asyncio
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from yarl import URL

from wellspring_common.clock import Clock
from wellspring_common.errors import Permanent, WellspringError
from wellspring_common.events.crawl import CrawledTitle, CrawlScope
from wellspring_common.events.live import Step as LiveStep
from wellspring_common.events.scrape import Rung as RungName
from wellspring_common.events.scrape import SourceRef

from ..adapters.static import StaticRung
from ..crawling.reading import Reader
from ..ports import Fetches, Robots, Rung
from ..sites import catalog
from ..sites.definition import Definition
from .recording import LONGEST_TEXT, Recorder, Step

LONGEST_S = 28.0
PAGE_S = 10.0
MOST_EPISODES = 50
MOST_ENTRIES = 50


LISTS = tuple(scope.value for scope in CrawlScope if scope is not CrawlScope.TITLE)


def wants_resolver(definition: Definition) -> bool:
    """Return whether a definition leaves its pages to the resolver alone."""
    return definition.resolve is None and RungName.RESOLVER in definition.ladder


@dataclass(frozen=True)
class View:
    """What is read: `source`, `title`, or the name of a list at a catalogue's own address.

    `query` is what a search or a tag is about.
    """

    name: str
    query: str = ""


class _Nobody:
    """A watch that nobody reads."""

    @property
    def spared(self) -> frozenset[str]:
        """Return nothing: a person who tries a page wants to see all of it."""
        return frozenset()

    async def step(
        self,
        step: LiveStep,
        source: SourceRef | None = None,
        *,
        server: str | None = None,
        host: str | None = None,
        count: int | None = None,
        code: str | None = None,
    ) -> None:
        """Take no notice."""


@dataclass(frozen=True)
class Trial:
    """Runs definitions for people who write them: by plain HTTP, or by the resolver that they name."""

    rung: StaticRung
    fetcher: Fetches
    robots: Robots
    clock: Clock
    resolver: Rung | None = None

    async def run(self, definition: Definition, url: str, view: View | None = None) -> dict[str, Any]:
        """Return what a definition makes of an address.

        Without a view a definition that finds links is asked for them, and any other for a title.
        """
        recorder = Recorder()
        until = asyncio.get_running_loop().time() + LONGEST_S
        said: dict[str, Any]
        try:
            async with asyncio.timeout_at(until):
                said = await self._work(_Try(definition, url, recorder, until - 1), view)
        except WellspringError as error:
            said = _failed(error.code, error.message)
        except TimeoutError:
            said = _failed("timeout", f"It took longer than {LONGEST_S:.0f} s.")
        steps = [asdict(step) for step in recorder.steps]
        return {
            "definition": definition.id,
            "url": url,
            **said,
            "steps": steps,
            "steps_left_out": recorder.left_out,
        }

    async def _work(self, one: "_Try", view: View | None) -> dict[str, Any]:
        finds_links = one.definition.resolve is not None or wants_resolver(one.definition)
        view = view or View("source" if finds_links else "title")
        if view.name == "source":
            return await self._source(one)
        if view.name == "title":
            return await self._title(one)
        if view.name not in LISTS:
            raise Permanent(f"A page is no {view.name!r}.", code="bad_question")
        return await self._list(one, CrawlScope(view.name), view.query)

    async def _source(self, one: "_Try") -> dict[str, Any]:
        definition, recorder = one.definition, one.recorder
        find: Callable[[str], Definition] = lambda _: definition  # noqa: E731  (a type of its own)
        source = SourceRef(source_id=0, quality=None, url=one.url, definition=definition.id)
        if self.resolver is not None and wants_resolver(definition):
            scraped = await self.resolver.scrape(source, _Nobody(), one.until)
        else:
            rung = replace(self.rung, find=find, pages_kept=None)
            scraped = await rung.scrape(source, _Nobody(), one.until, recorder)
        links = [
            {
                **link.model_dump(mode="json", include={"server", "label", "quality", "kind", "container"}),
                **link.model_dump(mode="json", include={"url", "verified", "size_bytes", "expires_at"}),
            }
            for link in scraped.result.links
        ]
        problems = [
            {"code": each.code, "detail": each.detail[:LONGEST_TEXT], "server": each.server or ""}
            for each in scraped.result.problems
        ]
        last = recorder.steps[-1] if recorder.steps else Step("start")
        if not recorder.steps:
            recorder.steps.append(last)
        last.links, last.problems = links, [*last.problems, *problems]
        first = problems[0] if problems and not links else None
        return {
            "ok": bool(links),
            **({} if first is None else {key: first[key] for key in ("code", "detail")}),
        }

    async def _title(self, one: "_Try") -> dict[str, Any]:
        definition, url = one.definition, one.url
        reader = self._reader(one)
        base = str(URL(url).origin())
        entry = catalog.entry_of(definition, base, url)
        steps = catalog.details(definition, base, entry, self.clock.now, one.recorder)
        answer = await reader.read(steps)
        assert answer.found is not None  # noqa: S101  (nothing was remembered that could be unchanged)
        return {"ok": True, "title": _shown(answer.found)}

    async def _list(self, one: "_Try", scope: CrawlScope, query: str) -> dict[str, Any]:
        place = catalog.Place(one.url.rstrip("/"), scope, query)
        steps = catalog.listing(one.definition, place, self.clock.now, one.recorder)
        answer = await self._reader(one).read(steps)
        assert answer.found is not None  # noqa: S101  (the same)
        entries = [asdict(entry) for entry in answer.found.entries]
        shown = {"titles": len(entries), "next": answer.found.next_url, "entries": entries[:MOST_ENTRIES]}
        return {"ok": True, "list": shown}

    def _reader(self, one: "_Try") -> Reader:
        async def beat() -> None:
            return None

        robots = None if one.definition.robots == "ignore" else self.robots
        return Reader(self.fetcher, robots, one.definition, beat, one.until, PAGE_S, slow=self.rung.slow)


@dataclass(frozen=True)
class _Try:
    """One try: what reads, what is read, who watches, and by when it ends."""

    definition: Definition
    url: str
    recorder: Recorder
    until: float


def _shown(title: CrawledTitle) -> dict[str, Any]:
    shown = title.model_copy(update={"episodes": title.episodes[:MOST_EPISODES]})
    return {**shown.model_dump(mode="json"), "all_episodes": len(title.episodes)}


def _failed(code: str, detail: str) -> dict[str, Any]:
    return {"ok": False, "code": code, "detail": detail[:LONGEST_TEXT]}
