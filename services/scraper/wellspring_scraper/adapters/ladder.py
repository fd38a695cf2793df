"""The ladder: which rungs a source is tried on, in which order, and what is remembered of its host."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import structlog

from wellspring_common.bus.port import Values
from wellspring_common.clock import Clock
from wellspring_common.errors import DependencyDown, WellspringError
from wellspring_common.events.scrape import Problem, Rung, SourceRef, SourceResult

from ..domain import rungs
from ..domain.escalation import merged_rungs
from ..domain.results import without_links
from ..domain.routing import DIRECT, host_of
from ..ports import NextRung, Scraped, Watch
from ..ports import Rung as OneRung
from ..sites.definition import Definition
from .static import StaticRung

KEY = "rungs"
_TRIES = 5

log = structlog.get_logger(__name__)


@dataclass
class Habits:
    """What is remembered of hosts, in this process and in a bucket for the next one."""

    values: Values
    clock: Clock
    _known: dict[str, rungs.Habit] = field(default_factory=dict)

    async def load(self) -> None:
        """Take over what is known, where the broker can tell."""
        try:
            self._known = rungs.read(await self.values.get(KEY))
        except DependencyDown as error:
            log.warning("habits.unread", reason=error.message)

    def skips_static(self, host: str) -> bool:
        """Return whether the browser is asked at once."""
        habit = self._known.get(host)
        return habit is not None and habit.skips_static(self.clock.now())

    async def needed_browser(self, host: str, *, skipped: bool) -> None:
        """Remember that only a browser found anything."""
        now = self.clock.now()
        await self._change(lambda known: rungs.needed_browser(known, host, now, skipped=skipped))

    async def worked_statically(self, host: str) -> None:
        """Remember that plain HTTP was enough."""
        if host in self._known:
            await self._change(lambda known: rungs.worked_statically(known, host))

    async def _change(self, change: Callable[[rungs.Habits], dict[str, rungs.Habit]]) -> None:
        self._known = change(self._known)
        try:
            for _ in range(_TRIES):
                kept = await self.values.kept(KEY)
                fresh = change(rungs.read(kept.value if kept is not None else None))
                if await self.values.swap(
                    KEY, rungs.written(fresh), kept.revision if kept is not None else 0
                ):
                    return
        except DependencyDown as error:
            log.warning("habits.unshared", reason=error.message)


@dataclass(frozen=True)
class Ladder:
    """Tries the rungs that a definition names. It stands in for the first rung and for the next one."""

    static: StaticRung
    resolver: OneRung
    browser: NextRung | None
    habits: Habits
    at_least: Callable[[], int]

    async def scrape(self, source: SourceRef, watch: Watch, until: float) -> Scraped:
        """Return what the rungs before the browser find, by the loop's time `until`."""
        definition = self._definition(source)
        if definition is None:
            return await self.static.scrape(source, watch, until)
        order = [rung for rung in definition.ladder if self._is_worth(rung, definition)]
        if order[:1] == [Rung.BROWSER] or (
            Rung.BROWSER in order and self.habits.skips_static(host_of(source.url))
        ):
            return _left_out(source)
        found: Scraped | None = None
        for rung in order:
            if rung is Rung.BROWSER or (found is not None and self._is_enough(found)):
                break
            one: OneRung = self.static if rung is Rung.STATIC else self.resolver
            more = await one.scrape(source, watch, until)
            found = more if found is None else _both(found, more)
        return found or await self.static.scrape(source, watch, until)

    async def climb(
        self, sources: Sequence[SourceRef], scraped: Sequence[Scraped], watch: Watch, until: float
    ) -> list[Scraped]:
        """Return what the browser makes of it, and remember which rung it was that worked."""
        if self.browser is None:
            return list(scraped)
        results = await self.browser.climb(sources, scraped, watch, until)
        for at, (source, before) in enumerate(zip(sources, scraped, strict=True)):
            skipped = _was_left_out(before.result)
            if skipped and not results[at].result.links:  # the memory was wrong, or the browser is away
                plain = await self.static.scrape(source, watch, until)
                if plain.result.links:
                    results[at] = plain
            await self._remember(source, results[at].result, skipped=skipped)
        return results

    async def _remember(self, source: SourceRef, result: SourceResult, *, skipped: bool) -> None:
        host = host_of(source.url)
        if result.links and result.rung is Rung.BROWSER:
            await self.habits.needed_browser(host, skipped=skipped)
        elif result.links and result.rung is Rung.STATIC:
            await self.habits.worked_statically(host)

    def _definition(self, source: SourceRef) -> Definition | None:
        """Return the definition of a source, nothing where it is a file or nobody knows it."""
        try:
            name = self.static.definition_of(source)
            return None if name == DIRECT else self.static.find(name)
        except WellspringError:
            return None

    def _is_worth(self, rung: Rung, definition: Definition) -> bool:
        if rung is Rung.BROWSER:
            return self.browser is not None and definition.browser is not None
        if rung is Rung.STATIC:
            return definition.resolve is not None
        # unless a definition asks for it, the resolver is for sites that no definition covers
        return definition.resolve is None or "ladder" in definition.model_fields_set

    def _is_enough(self, found: Scraped) -> bool:
        return len({link.server for link in found.result.links}) >= self.at_least()


def _left_out(source: SourceRef) -> Scraped:
    problem = Problem(code=rungs.REMEMBERED, detail="Only a browser gets through here.", url=source.url)
    return Scraped(without_links(source, Rung.STATIC, problem, pages=0))


def _was_left_out(result: SourceResult) -> bool:
    return any(one.code == rungs.REMEMBERED for one in result.problems)


def _both(first: Scraped, second: Scraped) -> Scraped:
    return replace(
        second, result=merged_rungs(first.result, second.result), unique=first.unique | second.unique
    )
