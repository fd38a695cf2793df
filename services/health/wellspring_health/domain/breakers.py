"""When a host, or our own network, is what is broken: its links are not judged then."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from .evidence import MUTE, NETWORK, Cause

WINDOW = timedelta(minutes=10)
"""No longer than the shortest time in which evidence kills."""
MOST_SEEN = 40
"""A window ends with so many looks too, so that good ones of before don't hide what begins now."""
ENOUGH = 20
BAD_SHARE = 0.3
FEW = 3
"""So many links and no other: enough where all of them fail in the way that hosts fail, not files."""
_NO_NEWS = (MUTE - NETWORK) | {Cause.NOT_ASKED, Cause.GONE_FOR_GOOD}
FIRST_REST = timedelta(minutes=5)
LONGEST_REST = timedelta(hours=1)
TRIALS = 5
DECIDING = 3
"""Of the trials while half open, so many of one kind decide."""


class Position(StrEnum):
    """How a breaker stands."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True)
class Breaker:
    """What is remembered of one host. Counts are of the window, or of the trials while half open."""

    position: Position = Position.CLOSED
    since: datetime | None = None
    """When it last left or came back to closed."""
    window_from: datetime | None = None
    checked: int = 0
    bad: int = 0
    of_host: int = 0
    """Those of the bad that failed in the way that hosts fail."""
    not_before: datetime | None = None
    """No link of the host is asked earlier."""
    rests: int = 0
    good_at: datetime | None = None
    """When any file of the host was last served."""

    @property
    def frozen(self) -> bool:
        """Whether what probes show now is evidence of the host, and of no link."""
        return self.position is not Position.CLOSED


def at(breaker: Breaker, now: datetime) -> Breaker:
    """Return the breaker as time has changed it: one that has rested lets a few probes through."""
    if breaker.position is Position.OPEN and breaker.not_before is not None and breaker.not_before <= now:
        return replace(breaker, position=Position.HALF_OPEN, checked=0, bad=0, of_host=0, not_before=None)
    return breaker


def noted(breaker: Breaker, cause: Cause, *, news: bool, now: datetime) -> Breaker:
    """Return the breaker after one look at one of the host's links.

    `news` says that the link was in good standing before: a failure that goes on tells nothing new, and no
    more does one that was expected. What a host says of us (`MUTE`) is no failure of its links, and a 410 is
    one of that link only.
    """
    breaker = at(breaker, now)
    if cause in _NO_NEWS:
        return breaker
    if breaker.position is Position.OPEN:
        return breaker
    bad = cause is not Cause.ALIVE
    good_at = breaker.good_at if bad else now
    if breaker.position is Position.HALF_OPEN:
        tried = replace(breaker, checked=breaker.checked + 1, bad=breaker.bad + bad, good_at=good_at)
        return _tried(tried, now)
    if bad and not news:
        return breaker
    over = breaker.window_from is None or now - breaker.window_from >= WINDOW or breaker.checked >= MOST_SEEN
    of_host = cause in NETWORK or cause is Cause.FORBIDDEN
    seen = Breaker(
        position=breaker.position,
        since=breaker.since,
        window_from=now if over else breaker.window_from,
        checked=1 if over else breaker.checked + 1,
        bad=int(bad) if over else breaker.bad + bad,
        of_host=int(of_host) if over else breaker.of_host + of_host,
        not_before=breaker.not_before,
        rests=breaker.rests,
        good_at=good_at,
    )
    return _opened(seen, now) if _is_broken(seen) else seen


def _is_broken(seen: Breaker) -> bool:
    if seen.checked >= ENOUGH:
        return seen.bad > BAD_SHARE * seen.checked
    return seen.of_host == seen.checked >= FEW


def _tried(seen: Breaker, now: datetime) -> Breaker:
    if seen.bad >= DECIDING:
        return _opened(seen, now)
    if seen.checked - seen.bad >= DECIDING:
        return Breaker(since=now, good_at=seen.good_at)
    return seen


def _opened(seen: Breaker, now: datetime) -> Breaker:
    doublings: int = 2 ** min(seen.rests, 10)
    rest = min(FIRST_REST * doublings, LONGEST_REST)
    since = seen.since if seen.frozen else now
    return Breaker(
        Position.OPEN, since=since, not_before=now + rest, rests=seen.rests + 1, good_at=seen.good_at
    )


@dataclass(frozen=True)
class OwnNetwork:
    """Whether it is our own network that fails: then there are no verdicts at all.

    `failing` holds, host by host, when it last failed in the way of networks with nothing good since.
    """

    failing: Mapping[str, datetime] = field(default_factory=dict)
    good_at: datetime | None = None
    canaries_down: bool = False
    since: datetime | None = None

    @property
    def is_down(self) -> bool:
        """Whether no verdict may be given."""
        return self.since is not None


OWN_WINDOW = timedelta(minutes=10)
OWN_HOSTS = 3
"""So many different hosts that all fail, and not one that answers."""
MOST_FAILING = 64


def heard(own: OwnNetwork, host: str, *, network_failed: bool, now: datetime) -> OwnNetwork:
    """Return what is known of our network after a look at a host: any answer at all is a good one."""
    if not network_failed:
        return OwnNetwork(good_at=now, canaries_down=own.canaries_down, since=own.since and _still(own))
    kept = {name: when for name, when in own.failing.items() if now - when < OWN_WINDOW}
    if len(kept) < MOST_FAILING:
        kept[host] = now
    since = own.since or (now if len(kept) >= OWN_HOSTS else None)
    return replace(own, failing=kept, since=since)


def asked_canaries(own: OwnNetwork, *, answered: bool, now: datetime) -> OwnNetwork:
    """Return what is known after our own canaries were asked: one that answers is enough."""
    if answered:
        return OwnNetwork(good_at=now)
    return replace(own, canaries_down=True, since=own.since or now)


def _still(own: OwnNetwork) -> datetime | None:
    """Return since when it is down although a host answered: only while our canaries say so."""
    return own.since if own.canaries_down else None
