"""A month of presses under one policy, and what came of them."""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from heapq import merge

from wellspring_common.events.scrape import RefreshClass

from . import waits
from .chance import chance, mixed
from .keeper import Keeper
from .shelf import Held
from .world import World

_LOOK = 40
LOOKS = 20_000
DAY = 86_400.0


@dataclass
class Tally:
    """What a month came to."""

    plays: int = 0
    dead_presses: int = 0
    cold_presses: int = 0
    """Nothing was offered: the viewer waited for a scrape."""
    unserved: int = 0
    """No link was to be had, by whatever means."""
    looks: int = 0
    dead_looks: int = 0
    """The first link on offer was dead when somebody might have pressed."""
    waits: "array[float]" = field(default_factory=lambda: array("d"))
    dead_by: dict[str, int] = field(default_factory=dict)
    """Dead presses by server and reason."""


@dataclass
class Month:
    """One policy in one world."""

    world: World
    keeper: Keeper
    tally: Tally = field(default_factory=Tally)

    def run(self, plays: Sequence[tuple[float, int]], *, looks: int = LOOKS) -> Tally:
        """Let every press happen in order, and look at episodes by chance between them."""
        presses = ((at, episode, True) for at, episode in plays)
        for at, episode, is_press in merge(presses, self._looks(looks)):
            if is_press:
                self.press(episode, at)
            else:
                self.look(episode, at)
        self.keeper.finish(now=self.world.days * DAY)
        return self.tally

    def press(self, episode: int, now: float) -> None:
        """Somebody presses play.

        The first link on offer is taken. Where there is none, or it is dead, the viewer waits for a scrape,
        and takes what then works first.
        """
        tally = self.tally
        tally.plays += 1
        offered = self.keeper.offered(episode, now=now)
        waited = waits.first_frame(self.world.seed, tally.plays)
        served = bool(offered) and self._works(offered[0], now)
        if not served:
            if offered:
                tally.dead_presses += 1
                reason = self._reason(offered[0], now)
                tally.dead_by[reason] = tally.dead_by.get(reason, 0) + 1
                waited += self._noticed(offered[0], now)
                self.keeper.broke(offered[0], now=now)
            else:
                tally.cold_presses += 1
            more = self._after_scrape(episode, now + waited)
            served, waited = more is not None, waited + (more or 0.0)
        if not served:
            tally.unserved += 1
            waited = waits.PATIENCE_S
        tally.waits.append(waited)
        self.keeper.began(episode, now=now)

    def look(self, episode: int, now: float) -> None:
        """See whether a press would have met a dead link, without pressing."""
        self.tally.looks += 1
        offered = self.keeper.offered(episode, now=now)
        if (
            offered
            and self.world.answer(episode, offered[0].server, offered[0].dies_at, now).reason is not None
        ):
            self.tally.dead_looks += 1

    def _after_scrape(self, episode: int, now: float) -> float | None:
        """Return how long it took until a link worked, or None where none did."""
        took = waits.scrape(episode, self.world.seed, self.tally.plays)
        self.keeper.scrape(episode, now=now + took)
        for held in self.keeper.offered(episode, now=now + took):
            if self._works(held, now + took):
                return took
            took += self._noticed(held, now + took)
            self.keeper.broke(held, now=now + took)
        return None

    def _works(self, held: Held, now: float) -> bool:
        works = self.world.answer(held.episode, held.server, held.dies_at, now).reason is None
        if works and held.server.refresh_class is RefreshClass.SINGLE_USE:
            held.dies_at = now  # this was its one time
        return works

    def _reason(self, held: Held, now: float) -> str:
        if self.world.is_down(held.server, now):
            return f"{held.server.key} down"
        if self.world.is_gone(held.episode, held.server, now):
            return f"{held.server.key} taken down"
        return f"{held.server.key} expired"

    def _noticed(self, held: Held, now: float) -> float:
        return waits.SILENT_S if self.world.is_down(held.server, now) else waits.REFUSED_S

    def _looks(self, count: int) -> Iterator[tuple[float, int, bool]]:
        every = self.world.days * DAY / max(count, 1)
        for number in range(count):
            at = (number + chance(self.world.seed, _LOOK, number)) * every
            yield at, mixed(self.world.seed, _LOOK, number, 1) % self.world.library.episodes, False
