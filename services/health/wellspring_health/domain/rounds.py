"""From a round of looks to verdicts: whose outage is it, before which link is to blame."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from wellspring_common.tunables import Tunables

from .breakers import Breaker, OwnNetwork, Position, at, heard, noted
from .evidence import NETWORK, NOT_ASKED, Cause, Evidence, cause_of
from .looks import IDLE, NEAR, WATCHED, Checked, DueLink, Look
from .rhythm import interval_of, jitter, trusted_for
from .verdict import Health, State, judge

OWN_PAUSE = timedelta(minutes=1)
"""Between looks while our own network is what fails."""


@dataclass(frozen=True)
class Rules:
    """The settings that a round is judged by."""

    watched: timedelta
    idle: timedelta
    half_life: timedelta
    minimum: int
    """Servers an episode should have, before its number of sources is looked at."""

    @classmethod
    def of(cls, tunables: Tunables) -> Self:
        """Return the rules as the run-time settings have them."""
        return cls(
            watched=timedelta(minutes=tunables.probe_interval_minutes),
            idle=timedelta(hours=tunables.probe_idle_hours),
            half_life=timedelta(days=tunables.popularity_half_life_days),
            minimum=tunables.min_servers_per_episode,
        )

    @property
    def trust(self) -> timedelta:
        """Return how long a look outweighs a guessed expiry, as those count who offer links."""
        return 2 * self.watched

    def interval(self, plays_per_day: float, wanted_at: datetime | None, now: datetime) -> timedelta:
        """Return how long a live link is trusted, by how much its episode is wanted."""
        ago = None if wanted_at is None else now - wanted_at
        return interval_of(plays_per_day, watched=self.watched, idle=self.idle, wanted_ago=ago)

    def first_interval(self, plays_per_day: float, wanted_at: datetime | None, now: datetime) -> timedelta:
        """Return how long a fresh link is trusted: not for long, as some die soon after they are made."""
        return min(self.interval(plays_per_day, wanted_at, now), self.watched)


@dataclass(frozen=True)
class Settled:
    """What a round came to."""

    checked: Sequence[Checked]
    breakers: Mapping[str, Breaker]
    own: OwnNetwork


def settle(
    looks: Sequence[Look],
    breakers: Mapping[str, Breaker],
    own: OwnNetwork,
    *,
    rules: Rules,
    now: datetime,
) -> Settled:
    """Judge a round of looks. All of them are heard before any link is judged."""
    for look in looks:
        own = _heard(own, look, now)
    if own.is_down:
        put_off = [_put_off(look, now + OWN_PAUSE * jitter(look.link.link_id)) for look in looks]
        return Settled(put_off, {}, own)
    found = dict(breakers)
    for look in looks:
        held = found.get(look.link.host, Breaker())
        found[look.link.host] = noted(held, cause_of(look.evidence), news=_was_good(look.link, now), now=now)
    checked = [_judged(look, found[look.link.host], rules, now) for look in looks]
    return Settled(checked, {host: held for host, held in found.items() if held != breakers.get(host)}, own)


def turned(before: Mapping[str, Breaker], after: Mapping[str, Breaker]) -> Mapping[str, Position]:
    """Return the hosts whose breaker opened or closed, and to what."""
    return {
        host: held.position
        for host, held in after.items()
        if held.frozen is not before.get(host, Breaker()).frozen
    }


def _heard(own: OwnNetwork, look: Look, now: datetime) -> OwnNetwork:
    answered = look.evidence.http_status is not None
    if answered or cause_of(look.evidence) in NETWORK:
        return heard(own, look.link.host, network_failed=not answered, now=now)
    return own


def _was_good(link: DueLink, now: datetime) -> bool:
    """Return whether a failure would be news: one past its guessed expiry was to be expected."""
    outlived = link.guessed_until is not None and link.guessed_until <= now
    return link.health.state in {State.ALIVE, State.UNKNOWN} and not outlived


def _put_off(look: Look, until: datetime) -> Checked:
    return Checked(
        look.link, look.evidence, replace(look.link.health, next_check_at=until), NEAR, asked=False
    )


def _judged(look: Look, breaker: Breaker, rules: Rules, now: datetime) -> Checked:
    link, evidence = look.link, look.evidence
    health = _believed(link, evidence, breaker, rules, now)
    if evidence.reason == NOT_ASKED:
        return Checked(link, evidence, health, NEAR, asked=False)
    if health.state is State.SUSPECT:
        return Checked(link, evidence, health, NEAR)
    is_watched = rules.interval(link.plays_per_day, link.wanted_at, now) <= rules.watched
    return Checked(link, evidence, health, WATCHED if is_watched else IDLE)


def _believed(link: DueLink, evidence: Evidence, breaker: Breaker, rules: Rules, now: datetime) -> Health:
    interval = trusted_for(
        link.link_id,
        interval=rules.interval(link.plays_per_day, link.wanted_at, now),
        now=now,
        expires_at=link.guessed_until,
    )
    health = judge(
        link.health,
        evidence,
        now=now,
        interval=interval,
        frozen=breaker.frozen,
        host_good_at=breaker.good_at,
    )
    rested = at(breaker, now).not_before
    if rested is None or health.next_check_at >= rested or cause_of(evidence) is Cause.ALIVE:
        return health
    return replace(health, next_check_at=rested + timedelta(minutes=jitter(link.link_id)))
