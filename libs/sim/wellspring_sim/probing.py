"""Health in the model: real rounds with verdicts and breakers, and the real pace, on a simulated clock."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, partial

from wellspring_common.events.scrape import RefreshClass
from wellspring_health.domain.breakers import OwnNetwork, at
from wellspring_health.domain.evidence import Evidence
from wellspring_health.domain.looks import DueLink, Look
from wellspring_health.domain.rhythm import dead_look, trusted_for
from wellspring_health.domain.rounds import Rules, settle
from wellspring_health.domain.verdict import State

from .agenda import Agenda
from .hosts import Host
from .servers import QUALITIES
from .shelf import Held, Trust
from .times import date_of, seconds_of
from .world import World

PAUSE_S = 15.0
"""Between a probe and the next that a player's report may cause."""
LEASE_S = 300.0
"""What is due within so many seconds is not hurried."""
AGAIN_S = 600.0
"""Once a host is well again, its links in doubt are asked within so many seconds."""
NEVER = frozenset({RefreshClass.SINGLE_USE, RefreshClass.IP_BOUND})


@dataclass
class Probes:
    """Asks links when their time has come: no host faster than its pace, none whose breaker is open."""

    world: World
    agenda: Agenda
    rules: Rules
    wanted: Callable[[int, float], tuple[float, datetime | None]]
    """How many plays a day an episode has, and since when it is somebody's next one."""
    interval: Callable[[int, float], timedelta]
    """How long the rules trust a live link of an episode that is so much wanted."""
    turned: Callable[[Held, float], None]
    """Told when a link died or came back."""
    seen: Callable[[Held, Evidence, float], None]
    """Told what each look showed."""
    is_short: bool = True
    """Whether a look that finds all well as it was is spared the round around its verdict."""
    count: int = 0
    postponed: int = 0
    hosts: dict[str, Host] = field(default_factory=dict)
    own: OwnNetwork = field(default_factory=OwnNetwork)
    _is_own_well: bool = True

    def __post_init__(self) -> None:
        self.hosts |= {server.key: Host(server) for server in self.world.library.climate.servers}

    def learn(self, fresh: Sequence[Held], now: float) -> None:
        """Take an episode's fresh links into care: the scraper saw the verified ones a moment ago."""
        interval = self.rules.first_interval(*self.wanted(fresh[0].episode, now), date_of(now))
        for held in fresh:
            if held.server.refresh_class in NEVER:
                continue
            seen = held.state is State.ALIVE
            self._next(held, now + self._trusted_s(held, interval, now) if seen else now)

    def hurry(self, held: Held, now: float) -> None:
        """Ask a link soon that did not work in a player, if it is not due soon anyway."""
        if held.server.refresh_class in NEVER or held.retired:
            return
        checked = now if held.checked_at is None else seconds_of(held.checked_at)
        when = max(now, checked + PAUSE_S)
        if seconds_of(held.health.next_check_at) > when + LEASE_S:
            self._next(held, when)

    def _next(self, held: Held, when: float) -> None:
        turn = held.turn = held.turn + 1
        if not held.is_hard or when < held.ends:  # else its answer is known by then
            self.agenda.at(when, partial(self._ask, held, turn))

    def _trusted_s(self, held: Held, interval: timedelta, now: float) -> float:
        """Return how long health trusts a link that it sees alive now, as `trusted_for` says in dates."""
        if held.trusted_of is not interval:
            held.trusted_of, held.trust = interval, _trust(held.link_id, interval)
        usual, outlived, least = held.trust
        left = held.ends - now
        if held.is_hard or left > usual:
            return usual
        if left <= 0:
            return outlived
        return max(left, least)

    def _ask(self, held: Held, turn: int, now: float) -> None:
        """Ask a link, or let it wait in its host's line."""
        if turn != held.turn or held.retired:
            return
        host = self.hosts[held.server.key]
        wait = self._wait(host, now) if host.frozen or host.is_pressed(now) else 0.0
        if wait > 0:
            self.postponed += 1
            host.line.append((held, turn))
            if len(host.line) == 1:
                self.agenda.at(now + wait, partial(self._go_on, host))
            return
        self._look(host, held, now)

    def _go_on(self, host: Host, now: float) -> None:
        """Ask the links in a host's line, one by one as its pace and its breaker allow."""
        while host.line:
            wait = self._wait(host, now)
            if wait > 0:
                self.agenda.at(now + wait, partial(self._go_on, host))
                return
            held, turn = host.line.popleft()
            if turn == held.turn and not held.retired and not (held.is_hard and held.ends <= now):
                self._look(host, held, now)

    def _wait(self, host: Host, now: float) -> float:
        if not host.frozen:
            return host.pace_wait(now)
        date = date_of(now)
        host.breaker = at(host.breaker, date)
        rests = host.breaker.not_before
        return host.pace_wait(now) if rests is None else (rests - date).total_seconds()

    def _look(self, host: Host, held: Held, now: float) -> None:
        host.take_turn(now)
        self.count += QUALITIES
        if (
            now < held.sure_until
            and held.known.state is State.ALIVE
            and not host.frozen
            and self._is_own_well
            and self.is_short
        ):
            # an answer that finds all well changes nothing
            host.saw_alive(now)
            interval = self.interval(held.episode, now)
            if held.is_hard and held.trusted_of is interval:
                wait = held.trust[0]
            else:
                wait = self._trusted_s(held, interval, now)
            when = round(round(now, 6) + wait, 6)  # dates know microseconds
            held.seen_s, held.next_s = now, when
            self._next(held, when)
            return
        date, was = date_of(now), held.state
        if was is State.DEAD and now >= held.dies_at and not host.frozen:
            # it stays dead for good: another such answer is no news to its breaker, and changes no verdict
            died_at = date if held.health.run is None else held.health.run.first_at
            self._next(held, seconds_of(date + dead_look(date - died_at)))
            return
        self._settle(host, held, was, now, date)

    def _settle(self, host: Host, held: Held, was: State, now: float, date: datetime) -> None:
        """Judge one look by a round."""
        key, evidence = held.server.key, self._answer(held, host, now)
        held.asked_at = date
        held.latency_ms = evidence.latency_ms or held.latency_ms
        look = Look(self._due(held, now), evidence)
        settled = settle([look], {key: host.breaker}, self.own, rules=self.rules, now=date)
        was_frozen, self.own = host.frozen, settled.own
        self._is_own_well = not self.own.failing and self.own.since is None
        host.breaker = settled.breakers.get(key, host.breaker)
        held.health = settled.checked[0].health
        self._next(held, seconds_of(held.health.next_check_at))
        self._note_doubt(host, held, now, is_well_again=was_frozen and not host.frozen)
        self.seen(held, evidence, now)
        if (was is State.DEAD) != (held.health.state is State.DEAD):
            self.turned(held, now)

    def _note_doubt(self, host: Host, held: Held, now: float, *, is_well_again: bool) -> None:
        if held.health.state is State.SUSPECT:
            host.doubted[held.link_id] = held
        else:
            host.doubted.pop(held.link_id, None)
        if is_well_again:
            for one in host.doubted.values():
                if not one.retired and seconds_of(one.health.next_check_at) > now + AGAIN_S:
                    self._next(one, now + one.link_id % AGAIN_S)

    def _due(self, held: Held, now: float) -> DueLink:
        plays, wanted_at = self.wanted(held.episode, now)
        return DueLink(
            link_id=held.link_id,
            generation=held.generation,
            episode_id=held.episode,
            title_id=0,
            source_id=held.episode,
            server=held.server.key,
            host=held.server.key,
            url="",
            headers={},
            health=held.health,
            guessed_until=None if held.is_hard else held.expires_at,
            plays_per_day=plays,
            wanted_at=wanted_at,
        )

    def _answer(self, held: Held, host: Host, now: float) -> Evidence:
        if now < held.sure_until:
            return host.good
        evidence = self.world.answer(held.episode, held.server, held.dies_at, now)
        if evidence.reason is None:
            held.sure_until = self.world.sure_until(held.episode, held.server, held.dies_at, now)
        return evidence


@cache
def _trust(link_id: int, interval: timedelta) -> Trust:
    """Return the three waits that `trusted_for` chooses from."""
    now = date_of(0)
    usual = trusted_for(link_id, interval=interval, now=now)
    outlived = trusted_for(link_id, interval=interval, now=now, expires_at=now)
    least = trusted_for(link_id, interval=interval, now=now, expires_at=now + timedelta.resolution)
    return usual.total_seconds(), outlived.total_seconds(), least.total_seconds()
