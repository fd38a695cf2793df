"""Trying a definition on one address: bounded in time and size, guarded and paced as any scrape."""

import asyncio
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from yarl import URL

from wellspring_common.clock import Clock
from wellspring_common.errors import WellspringError
from wellspring_common.events.crawl import CrawledTitle
from wellspring_common.events.live import Step as LiveStep
from wellspring_common.events.scrape import SourceRef

from ..adapters.static import StaticRung
from ..crawling.reading import Reader
from ..ports import Fetches, Robots
from ..sites import catalog
from ..sites.definition import Definition
from .recording import LONGEST_TEXT, Recorder, Step

LONGEST_S = 28.0
PAGE_S = 10.0
MOST_EPISODES = 50


class _Nobody:
    """A watch that nobody reads."""

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
    """Runs definitions for people who write them."""

    rung: StaticRung
    fetcher: Fetches
    robots: Robots
    clock: Clock

    async def run(self, definition: Definition, url: str) -> dict[str, Any]:
        """Return what a definition makes of an address: of a source's page, else of a title's."""
        recorder = Recorder()
        until = asyncio.get_running_loop().time() + LONGEST_S
        work = self._source if definition.resolve is not None else self._title
        said: dict[str, Any]
        try:
            async with asyncio.timeout_at(until):
                said = await work(definition, url, recorder, until - 1)
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

    async def _source(
        self, definition: Definition, url: str, recorder: Recorder, until: float
    ) -> dict[str, Any]:
        find: Callable[[str], Definition] = lambda _: definition  # noqa: E731
        source = SourceRef(source_id=0, quality=None, url=url, definition=definition.id)
        scraped = await replace(self.rung, find=find).scrape(source, _Nobody(), until, recorder)
        links = [
            {
                **link.model_dump(mode="json", include={"server", "label", "quality", "kind", "container"}),
                **link.model_dump(mode="json", include={"url", "verified", "size_bytes", "expires_at"}),
            }
            for link in scraped.result.links
        ]
        problems = [
            {"code": one.code, "detail": one.detail[:LONGEST_TEXT], "server": one.server or ""}
            for one in scraped.result.problems
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

    async def _title(
        self, definition: Definition, url: str, recorder: Recorder, until: float
    ) -> dict[str, Any]:
        async def beat() -> None:
            return None

        robots = None if definition.robots == "ignore" else self.robots
        reader = Reader(self.fetcher, robots, definition.id, beat, until, PAGE_S)
        base = str(URL(url).origin())
        entry = catalog.entry_of(definition, base, url)
        answer = await reader.read(catalog.details(definition, base, entry, self.clock.now, recorder))
        assert answer.found is not None  # noqa: S101  (nothing was remembered that could be unchanged)
        return {"ok": True, "title": _shown(answer.found)}


def _shown(title: CrawledTitle) -> dict[str, Any]:
    shown = title.model_copy(update={"episodes": title.episodes[:MOST_EPISODES]})
    return {**shown.model_dump(mode="json"), "all_episodes": len(title.episodes)}


def _failed(code: str, detail: str) -> dict[str, Any]:
    return {"ok": False, "code": code, "detail": detail[:LONGEST_TEXT]}
