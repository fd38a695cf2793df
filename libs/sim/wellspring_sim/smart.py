"""The shipped policy at work: the refresher's real plan, health's real verdicts."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from math import inf

from wellspring_common.tunables import Tunables
from wellspring_health.domain import rounds
from wellspring_health.domain.evidence import Evidence
from wellspring_health.domain.rhythm import AT_HAND, KEPT_READY, WATCHED_PER_DAY
from wellspring_health.domain.verdict import State
from wellspring_refresher.domain.history import (
    after_failure,
    after_hunger,
    after_play,
    after_play_before,
    after_scrape,
)
from wellspring_refresher.domain.outlook import Outlook
from wellspring_refresher.domain.policy import plan
from wellspring_refresher.domain.popularity import Popularity, per_day
from wellspring_refresher.domain.rules import rules_of

from .agenda import Agenda
from .budget import Budget
from .chance import chance
from .hunger import Hunger
from .intervals import outlooks
from .learning import Lives
from .probing import Probes
from .scraping import Scraper
from .servers import QUALITIES
from .shelf import Counter, Held
from .times import date_of, seconds_of
from .world import World

_LAST = 31
_USUAL = timedelta(days=7)
_COUNTED_S = 3600.0
_SPANS_S = (AT_HAND.total_seconds(), KEPT_READY.total_seconds())


@dataclass(slots=True)
class _Row:
    """What is kept of one episode. Its outlook is without links: those are told to each plan anew."""

    outlook: Outlook
    links: dict[int, Held] = field(default_factory=dict)
    generation: int = 0
    turn: int = 0
    spare: tuple[str, ...] = ()
    plays_per_day: float = 0.0
    counted_until: float = 0.0
    """Popularity changes slowly: for health it is read once an hour."""
    interval: timedelta = _USUAL
    interval_until: float = 0.0


class Smart:
    """Popularity, the next episode, spared servers, back-off and budgets, with probes in between."""

    def __init__(self, world: World, tunables: Tunables) -> None:
        self._world = world
        self._tunables = tunables
        self._rules = rules_of(tunables)
        self._counter = Counter(tunables, self._host_is_down)
        self._lives = Lives(self._rules.ttl)
        self._scraper = Scraper(world, self._lives.believed)
        self._agenda = Agenda()
        self._looks = rounds.Rules.of(tunables)
        self._probes = Probes(
            world,
            self._agenda,
            self._looks,
            self._wanted,
            self._interval,
            self._turned,
            self._saw,
        )
        self._budget = Budget(tunables.scrapes_per_host_hour)
        self._hunger = Hunger(tunables.min_servers_per_episode)
        self.scrapes = 0
        self._rows = [self._begun(episode) for episode in range(world.library.episodes)]
        for episode in range(world.library.episodes):
            self._plan(episode, 0.0)

    @property
    def probes(self) -> int:
        """Return how many links were asked."""
        return self._probes.count

    def offered(self, episode: int, *, now: float) -> list[Held]:
        """Return what the gateway offers."""
        self._agenda.run(now)
        return self._counter.offered(self._rows[episode].links.values(), now=now)

    def scrape(self, episode: int, *, now: float) -> bool:
        """Scrape for a viewer: no budget, and no server spared."""
        self._agenda.run(now)
        return self._scrape(episode, now, ())

    def began(self, episode: int, *, now: float) -> None:
        """Count the play, and let the next episode be wanted."""
        self._agenda.run(now)
        date = date_of(now)
        row = self._rows[episode]
        row.counted_until = row.interval_until = 0.0
        self._change(episode, now, partial(after_play, rules=self._rules, now=date))
        after = self._world.library.after(episode)
        if after is not None:
            self._rows[after].interval_until = 0.0
            self._change(after, now, partial(after_play_before, rules=self._rules, now=date))

    def broke(self, held: Held, *, now: float) -> None:
        """Let health look at a link that did not work in a player."""
        self._probes.hurry(held, now)

    def finish(self, *, now: float) -> None:
        """Do all that is due until `now`."""
        self._agenda.run(now)

    def _begun(self, episode: int) -> _Row:
        """Return the row of an episode that was scraped once in the weeks before, or never."""
        row = _Row(Outlook(episode, (), Popularity(0.0, date_of(0)), None, None, False, 0, None))  # noqa: FBT003  (in the order of its type)
        if self._world.library.was_scraped(episode):
            every = self._rules.unwatched_every or _USUAL
            before = -every.total_seconds() * chance(self._world.seed, _LAST, episode)
            places = range(len(self._world.library.page(episode)))
            links = [self._scraper.link(episode, place, now=before, generation=0) for place in places]
            row.links = {held.place: held for held in links}
            row.outlook = replace(row.outlook, last_scraped_at=date_of(before))
        return row

    def _change(self, episode: int, now: float, change: Callable[[Outlook], Outlook]) -> None:
        row = self._rows[episode]
        row.outlook = change(row.outlook)
        self._plan(episode, now)

    def _plan(self, episode: int, now: float) -> None:
        """Ask the policy when this episode has its next turn."""
        row = self._rows[episode]
        known = row.outlook
        outlook = Outlook(
            known.episode_id,
            outlooks(row.links.values()),
            known.popularity,
            known.next_up_since,
            known.watched_at,
            known.starved,
            known.failures,
            known.last_scraped_at,
            known.failed_at,
            known.starved_scrapes,
        )
        planned = plan(outlook, self._rules, now=date_of(now))
        row.turn += 1
        row.spare = planned.spare
        if planned.due_at is not None:
            self._agenda.at(max(now, seconds_of(planned.due_at)), partial(self._due, episode, row.turn))

    def _due(self, episode: int, turn: int, now: float) -> None:
        """Refresh an episode whose turn has come, as far as its site's budget allows."""
        row = self._rows[episode]
        if turn != row.turn:
            return
        later = self._budget.moved_to(episode, self._world.library.site(episode), date_of(now))
        if later is not None:
            self._agenda.at(seconds_of(later), partial(self._due, episode, turn))
            return
        self._scrape(episode, now, row.spare)

    def _scrape(self, episode: int, now: float, spare: Collection[str]) -> bool:
        self.scrapes += 1
        row, date = self._rows[episode], date_of(now)
        found = self._scraper.scrape(episode, now=now, generation=row.generation + 1, spare=spare)
        if not found:
            self._change(episode, now, partial(after_failure, now=date))
            return False
        row.generation += 1
        for held in found:
            if held.place in row.links:
                self._replaced(row.links[held.place], now)
            row.links[held.place] = held
        self._probes.learn(found, now)
        is_fed = len(found) * QUALITIES >= self._tunables.min_servers_per_episode
        self._change(episode, now, partial(after_scrape, is_whole=True, is_fed=is_fed, now=date))
        if self._hunger.was_told(episode):
            self._hunger.recovers(episode, self._counter.count(row.links.values(), now=now))
        return True

    def _turned(self, held: Held, now: float) -> None:
        """Hear from health that a link died or came back, and whether its episode starves."""
        row = self._rows[held.episode]
        offered = self._counter.count(row.links.values(), now=now)
        starves = self._hunger.is_told(held.episode, offered, date_of(now))
        self._change(held.episode, now, after_hunger if starves else _unchanged)

    def _saw(self, held: Held, evidence: Evidence, now: float) -> None:
        """Learn from a death how long links live: one that its server confirms, not an outage of a host."""
        if held.is_hard or held.ended:
            return
        if held.health.state is State.DEAD and evidence.http_status is not None:
            held.ended = True
            seen = held.health.last_ok_at
            alive_for = seconds_of(seen) - held.issued if seen is not None else 0.0
            first = held.health.run.first_at if held.health.run is not None else date_of(now)
            self._lives.saw(held.server, alive_for, seconds_of(first) - held.issued, now=now)

    def _replaced(self, held: Held, now: float) -> None:
        """Learn from a link that is replaced while it lived."""
        held.retired = True
        if held.is_hard or held.ended:
            return
        seen = held.ok_at
        if seen is not None:
            self._lives.saw(held.server, seconds_of(seen) - held.issued, None, now=now)

    def _host_is_down(self, server: str) -> bool:
        return self._probes.hosts[server].frozen

    def _wanted(self, episode: int, now: float) -> tuple[float, datetime | None]:
        """Return how many plays a day an episode has, and since when it is somebody's next one."""
        row = self._rows[episode]
        if now >= row.counted_until:
            popularity = row.outlook.popularity
            row.plays_per_day = per_day(popularity, now=date_of(now), half_life=self._rules.half_life)
            row.counted_until = now + _COUNTED_S
        return row.plays_per_day, row.outlook.next_up_since

    def _interval(self, episode: int, now: float) -> timedelta:
        """Return how long a live link of an episode is trusted. It changes when the rules say so."""
        row = self._rows[episode]
        if now >= row.interval_until:
            plays, wanted = self._wanted(episode, now)
            row.interval = self._looks.interval(plays, wanted, date_of(now))
            row.interval_until = row.counted_until
            if wanted is None and plays < WATCHED_PER_DAY:
                row.interval_until = inf  # it is only ever wanted less, until somebody plays it
            elif wanted is not None:
                ends = (seconds_of(wanted) + span for span in _SPANS_S)
                row.interval_until = min([row.interval_until, *(end for end in ends if end > now)])
        return row.interval


def _unchanged(outlook: Outlook) -> Outlook:
    return outlook
