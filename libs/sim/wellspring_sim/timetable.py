"""Policies without memory: every episode by a fixed timetable, or none before somebody clicks.

Nothing is done ahead of its time: what the timetable would have done is worked out when somebody looks.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil, inf

from wellspring_refresher.domain.schedule import due_after_failure

from .chance import chance
from .library import Library
from .scraping import Scraper
from .shelf import Counter, Held
from .times import date_of, seconds_of
from .world import World

_PHASE = 30


@dataclass(slots=True)
class _Row:
    """Where one episode stands in the timetable."""

    due: float
    scraped_at: float | None = None
    generation: int = 0
    failures: int = 0
    links: dict[int, Held] = field(default_factory=dict)
    shown: int = -1
    """The generation that `links` shows."""


@dataclass
class Timetable:
    """Scrapes every episode again so many seconds after its last scrape, which `interval` says.

    With `looks_at_expiry` a link is offered as long as the gateway would, and old links stay until newer ones
    replace them. Without, a scrape replaces all, and all is offered in order: so do the seeds.
    """

    world: World
    scraper: Scraper
    counter: Counter
    interval: Callable[[int], float]
    looks_at_expiry: bool
    scrapes: int = 0
    probes: int = 0
    _rows: dict[int, _Row] = field(default_factory=dict)

    @property
    def _library(self) -> Library:
        return self.world.library

    def offered(self, episode: int, *, now: float) -> list[Held]:
        """Return what the gateway offers, or all in order where nobody knows of expiry."""
        row = self._caught_up(episode, now)
        self._show(episode, row)
        held = list(row.links.values())
        return self.counter.offered(held, now=now) if self.looks_at_expiry else self.counter.listed(held)

    def scrape(self, episode: int, *, now: float) -> bool:
        """Scrape now, and begin the timetable of this episode anew."""
        row = self._caught_up(episode, now)
        if not self._try(episode, row, now):
            return False
        self._show(episode, row)
        return True

    def began(self, episode: int, *, now: float) -> None:
        """Learn nothing from it."""

    def broke(self, held: Held, *, now: float) -> None:
        """Learn nothing from it."""

    def finish(self, *, now: float) -> None:
        """Count every scrape of the timetable until `now`."""
        for episode in range(self._library.episodes):
            self._caught_up(episode, now)

    def _caught_up(self, episode: int, now: float) -> _Row:
        """Return the row of an episode after all that its timetable did until `now`."""
        row = self._rows.get(episode)
        if row is None:
            row = self._rows[episode] = self._begun(episode)
        outages = self.world.sites[self._library.site(episode)]
        while row.due <= now:
            every = self.interval(episode)
            # all that come before the site's next outage succeed, each on time
            clear = (
                0
                if outages.holds(row.due)
                else ceil((min(outages.next_start(row.due), now) - row.due) / every)
            )
            if clear > 1:
                self.scrapes += clear - 1
                row.generation += clear - 1
                row.due += (clear - 1) * every
            self._try(episode, row, row.due)
        return row

    def _begun(self, episode: int) -> _Row:
        """Return a row in the middle of things: the timetable has always run."""
        every = self.interval(episode)
        if every == inf:
            return _Row(inf)
        return _Row(chance(self.world.seed, _PHASE, episode) * every - every)

    def _try(self, episode: int, row: _Row, now: float) -> bool:
        """Note a scrape and return whether it worked. Its links are only made once somebody looks."""
        self.scrapes += 1
        if self.world.site_is_down(episode, now):
            row.failures += 1
            if row.due < inf:
                row.due = seconds_of(due_after_failure(failures=row.failures, now=date_of(now)))
            return False
        row.generation += 1
        row.failures = 0
        row.scraped_at = now
        row.due = now + self.interval(episode)
        return True

    def _show(self, episode: int, row: _Row) -> None:
        if row.scraped_at is None or row.shown == row.generation:
            return
        found = self.scraper.scrape(episode, now=row.scraped_at, generation=row.generation) or []
        if not self.looks_at_expiry:
            row.links.clear()
        row.links |= {held.place: held for held in found}
        row.shown = row.generation
