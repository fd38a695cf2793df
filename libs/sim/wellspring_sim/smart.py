"""The shipped policy at work: the refresher's real plan, health's real verdicts."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from wellspring_common.fetch.pace import HostPace, PaceRule
from wellspring_common.tunables import Tunables
from wellspring_health.domain.rhythm import interval_of
from wellspring_refresher.domain.outlook import Outlook
from wellspring_refresher.domain.policy import Why, plan
from wellspring_refresher.domain.popularity import Popularity, per_day, played
from wellspring_refresher.domain.rules import rules_of

from .agenda import Agenda
from .chance import chance
from .intervals import outlooks
from .probing import Probes
from .scraping import Scraper
from .shelf import Counter, Held
from .times import date_of, seconds_of
from .world import World

_LAST = 31


@dataclass(slots=True)
class _Row:
    """What the refresher keeps of one episode."""

    popularity: Popularity
    links: dict[int, Held] = field(default_factory=dict)
    watched_at: datetime | None = None
    next_up_since: datetime | None = None
    failures: int = 0
    failed_at: datetime | None = None
    last_scraped_at: datetime | None = None
    starved_scrapes: int = 0
    generation: int = 0
    turn: int = 0
    spare: tuple[str, ...] = ()
    rhythm: timedelta = timedelta(0)
    rhythm_until: float = 0.0
    """Popularity changes slowly: how often links are looked at is only decided once an hour."""


class Smart:
    """Popularity, the next episode, spared servers, back-off and budgets, with probes in between."""

    def __init__(self, world: World, tunables: Tunables) -> None:
        self._world = world
        self._tunables = tunables
        self._rules = rules_of(tunables)
        self._counter = Counter(tunables)
        self._scraper = Scraper(world)
        self._watched = timedelta(minutes=tunables.probe_interval_minutes)
        self._idle = timedelta(hours=tunables.probe_idle_hours)
        self._agenda = Agenda()
        self._probes = Probes(world, self._agenda, self._interval_of, self._turned)
        rate = PaceRule(rate_per_s=tunables.scrapes_per_host_hour / 3600)
        self._sites = [HostPace(rate) for _ in world.sites]
        self.scrapes = self.failed_scrapes = 0
        self.reasons: dict[str, int] = {}
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
        date, row = date_of(now), self._rows[episode]
        row.popularity = played(row.popularity, now=date, half_life=self._rules.half_life)
        row.watched_at, row.next_up_since, row.rhythm_until = date, None, 0.0
        self._plan(episode, now)
        after = self._world.library.after(episode)
        if after is not None:
            self._rows[after].next_up_since = date
            self._plan(after, now)

    def broke(self, held: Held, *, now: float) -> None:
        """Let health look at a link that did not work in a player."""
        self._probes.hurry(held, now)

    def finish(self, *, now: float) -> None:
        """Do all that is due until `now`."""
        self._agenda.run(now)

    def _begun(self, episode: int) -> _Row:
        """Return the row of an episode that was scraped once in the weeks before, or never."""
        row = _Row(Popularity(0.0, date_of(0)))
        if self._world.library.was_scraped(episode):
            every = self._rules.unwatched_every or timedelta(days=7)
            row.last_scraped_at = date_of(0) - every * chance(self._world.seed, _LAST, episode)
            row.links = {
                place: self._scraper.link(episode, place, now=seconds_of(row.last_scraped_at), generation=0)
                for place in range(len(self._world.library.page(episode)))
            }
        return row

    def _plan(self, episode: int, now: float) -> None:
        """Ask the policy when this episode has its next turn."""
        row = self._rows[episode]
        outlook = Outlook(
            episode_id=episode,
            links=outlooks(row.links.values()),
            popularity=row.popularity,
            next_up_since=row.next_up_since,
            watched_at=row.watched_at,
            starved=False,
            failures=row.failures,
            last_scraped_at=row.last_scraped_at,
            failed_at=row.failed_at,
            starved_scrapes=row.starved_scrapes,
        )
        planned = plan(outlook, self._rules, now=date_of(now))
        row.turn += 1
        row.spare = planned.spare
        if planned.due_at is not None:
            due = max(now, seconds_of(planned.due_at))
            self._agenda.at(due, partial(self._due, episode, row.turn, planned.why))

    def _due(self, episode: int, turn: int, why: Why, now: float) -> None:
        """Refresh an episode whose turn has come, as far as its site's budget allows."""
        row = self._rows[episode]
        if turn != row.turn:
            return
        site = self._sites[self._world.library.site(episode)]
        wait = site.wait(now)
        if wait > 0:
            self._agenda.at(now + wait, partial(self._due, episode, turn, why))
            return
        site.take(now)
        self.reasons[why] = self.reasons.get(why, 0) + 1
        self._scrape(episode, now, row.spare)

    def _scrape(self, episode: int, now: float, spare: Iterable[str]) -> bool:
        self.scrapes += 1
        row, date = self._rows[episode], date_of(now)
        found = self._scraper.scrape(episode, now=now, generation=row.generation + 1, spare=tuple(spare))
        if not found:
            self.failed_scrapes += 1
            row.failures, row.failed_at = row.failures + 1, date
            self._plan(episode, now)
            return False
        row.generation += 1
        row.failures, row.failed_at, row.last_scraped_at = 0, None, date
        for held in found:
            if held.place in row.links:
                row.links[held.place].retired = True
            row.links[held.place] = held
            self._probes.learn(held, now)
        self._plan(episode, now)
        return True

    def _turned(self, held: Held, now: float) -> None:
        """Hear from health that a link died or came back."""
        self._plan(held.episode, now)

    def _interval_of(self, held: Held, now: float) -> timedelta:
        row = self._rows[held.episode]
        if now >= row.rhythm_until:
            plays = per_day(row.popularity, now=date_of(now), half_life=self._rules.half_life)
            row.rhythm = interval_of(plays, watched=self._watched, idle=self._idle)
            row.rhythm_until = now + 3600
        return row.rhythm
