"""Health in the model: real rounds with verdicts and breakers, and the real pace, on a simulated clock."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from wellspring_common.events.scrape import RefreshClass
from wellspring_common.fetch.pace import HostPace, PaceRule
from wellspring_health.domain.breakers import Breaker, OwnNetwork, Position, at, noted
from wellspring_health.domain.evidence import Cause, Evidence
from wellspring_health.domain.looks import DueLink, Look
from wellspring_health.domain.rhythm import interval_of, jitter, trusted_for
from wellspring_health.domain.rounds import Rules, settle
from wellspring_health.domain.verdict import DEAD_LOOK, State, judge

from .agenda import Agenda
from .servers import QUALITIES
from .shelf import Held
from .times import date_of, seconds_of
from .world import World

PAUSE_S = 15.0
"""Between a probe and the next that a player's report may cause."""
LEASE_S = 300.0
"""What is due within so many seconds is not hurried."""
AGAIN_S = 600.0
"""Once a host is well again, its links in doubt are asked within so many seconds."""
NEVER = frozenset({RefreshClass.SINGLE_USE, RefreshClass.IP_BOUND})

_SHIPPED = PaceRule()
_PACE = PaceRule(burst=_SHIPPED.burst // QUALITIES, rate_per_s=_SHIPPED.rate_per_s / QUALITIES)
"""A look stands for one at each quality's link."""


@dataclass
class Host:
    """What health keeps of one host of files."""

    pace: HostPace = field(default_factory=lambda: HostPace(_PACE))
    breaker: Breaker = field(default_factory=Breaker)
    good: Evidence = field(default_factory=lambda: Evidence(None))
    line: deque[tuple[Held, int]] = field(default_factory=deque)
    """Links whose time has come, and that have to wait for the host's turn."""
    doubted: dict[int, Held] = field(default_factory=dict)


@dataclass
class Probes:
    """Asks links when their time has come: no host faster than its pace, none whose breaker is open."""

    world: World
    agenda: Agenda
    rules: Rules
    plays_per_day: Callable[[int, float], float]
    """How much an episode is watched."""
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

    def learn(self, held: Held, now: float) -> None:
        """Take a fresh link into care: the scraper saw a verified one a moment ago."""
        if held.server.refresh_class in NEVER:
            return
        verified = held.health.state is State.ALIVE
        wait = self.rules.watched * jitter(held.link_id) if verified else timedelta(0)
        self._next(held, date_of(now) + wait)

    def hurry(self, held: Held, now: float) -> None:
        """Ask a link soon that did not work in a player, if it is not due soon anyway."""
        if held.server.refresh_class in NEVER or held.retired:
            return
        checked = now if held.checked_at is None else seconds_of(held.checked_at)
        when = max(now, checked + PAUSE_S)
        if seconds_of(held.health.next_check_at) > when + LEASE_S:
            self._next(held, date_of(when))

    def _next(self, held: Held, when: datetime) -> None:
        held.turn += 1
        self.agenda.at(seconds_of(when), partial(self._ask, held, held.turn))

    def _ask(self, held: Held, turn: int, now: float) -> None:
        """Ask a link, or let it wait in its host's line."""
        if self._is_void(held, turn, now):
            return
        host = self.hosts.setdefault(held.server.key, Host())
        wait = self._wait(host, now)
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
            if not self._is_void(held, turn, now):
                self._look(host, held, now)

    def _is_void(self, held: Held, turn: int, now: float) -> bool:
        """Return whether its time was moved, it was replaced, or its answer is known."""
        return turn != held.turn or held.retired or (held.is_hard and seconds_of(held.expires_at) <= now)

    def _wait(self, host: Host, now: float) -> float:
        date = date_of(now)
        host.breaker = at(host.breaker, date)
        rests = host.breaker.not_before
        return host.pace.wait(now) if rests is None else (rests - date).total_seconds()

    def _look(self, host: Host, held: Held, now: float) -> None:
        date, was, key = date_of(now), held.health.state, held.server.key
        host.pace.take(now)
        self.count += QUALITIES
        if was is State.DEAD and now >= held.dies_at and not host.breaker.frozen:
            # it stays dead for good: another such answer is no news to its breaker, and changes no verdict
            self._next(held, date + DEAD_LOOK)
            return
        if self.is_short and now < held.sure_until and self._is_routine(host, held):
            self._see_again(host, held, now, date)
            return
        evidence = self._answer(held, host, now)
        held.checked_at = date
        held.latency_ms = evidence.latency_ms or held.latency_ms
        look = Look(self._due(held, now), evidence)
        settled = settle([look], {key: host.breaker}, self.own, rules=self.rules, now=date)
        was_frozen, self.own = host.breaker.frozen, settled.own
        host.breaker = settled.breakers.get(key, host.breaker)
        held.health = settled.checked[0].health
        self._next(held, held.health.next_check_at)
        self._note_doubt(host, held, now, is_well_again=was_frozen and not host.breaker.frozen)
        self.seen(held, evidence, now)
        if (was is State.DEAD) != (held.health.state is State.DEAD):
            self.turned(held, now)

    def _is_routine(self, host: Host, held: Held) -> bool:
        """Return whether an answer would find all well, and leave it so."""
        quiet = not self.own.failing and self.own.since is None
        return quiet and held.health.state is State.ALIVE and host.breaker.position is Position.CLOSED

    def _see_again(self, host: Host, held: Held, now: float, date: datetime) -> None:
        """Judge one more look at a link that is well, as a round would, without the round around it."""
        held.checked_at = date
        held.latency_ms = host.good.latency_ms or held.latency_ms
        host.breaker = noted(host.breaker, Cause.ALIVE, news=True, now=date)
        plays = self.plays_per_day(held.episode, now)
        interval = trusted_for(
            held.link_id,
            interval=interval_of(plays, watched=self.rules.watched, idle=self.rules.idle),
            now=date,
            expires_at=None if held.is_hard else held.expires_at,
        )
        held.health = judge(held.health, host.good, now=date, interval=interval)
        self._next(held, held.health.next_check_at)

    def _note_doubt(self, host: Host, held: Held, now: float, *, is_well_again: bool) -> None:
        if held.health.state is State.SUSPECT:
            host.doubted[held.link_id] = held
        else:
            host.doubted.pop(held.link_id, None)
        if is_well_again:
            for one in host.doubted.values():
                when = now + one.link_id % AGAIN_S
                if not one.retired and seconds_of(one.health.next_check_at) > now + AGAIN_S:
                    self._next(one, date_of(when))

    def _due(self, held: Held, now: float) -> DueLink:
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
            plays_per_day=self.plays_per_day(held.episode, now),
        )

    def _answer(self, held: Held, host: Host, now: float) -> Evidence:
        if now < held.sure_until:
            return host.good
        world, server = self.world, held.server
        evidence = world.answer(held.episode, server, held.dies_at, now)
        if evidence.reason is None:
            host.good = evidence
            held.sure_until = world.sure_until(held.episode, server, held.dies_at, now)
        return evidence
