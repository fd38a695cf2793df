"""How often a host of source pages is asked: what is over its budget has its turn later."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

HOUR = timedelta(hours=1)
FURTHEST = 48
"""Nothing is moved further than so many hours, whatever is planned for them."""
_STEPS = 1000


@dataclass(frozen=True, slots=True)
class Used:
    """What an hour of a host holds: turns that were taken, and turns that were moved into it."""

    asked: int = 0
    moved: int = 0


@dataclass(frozen=True, slots=True)
class Wish:
    """An episode whose turn it is, and the hosts that its source pages are on."""

    episode_id: int
    hosts: frozenset[str]


HostHour = tuple[str, datetime]


@dataclass(frozen=True)
class Allotment:
    """Who may ask now, when the others may, and what that adds to each host's hours."""

    granted: list[int] = field(default_factory=list)
    later: dict[int, datetime] = field(default_factory=dict)
    asked: Counter[HostHour] = field(default_factory=Counter)
    moved: Counter[HostHour] = field(default_factory=Counter)


def host_of(url: str) -> str:
    """Return the host that a source's page is asked of."""
    return (urlsplit(url).hostname or "").lower()


def hour_of(moment: datetime) -> datetime:
    """Return the beginning of the hour."""
    return moment.replace(minute=0, second=0, microsecond=0)


def allot(wishes: Sequence[Wish], used: Mapping[HostHour, Used], *, most: int, now: datetime) -> Allotment:
    """Let episodes ask while each of their hosts has room, first come first served.

    Each other one is moved to the first hour with room on all its hosts, to a moment of it that its number
    decides, so that they do not come back in one burst.
    """
    this, given = hour_of(now), Allotment()
    for wish in wishes:
        asks = {host: used.get((host, this), Used()).asked + given.asked[host, this] for host in wish.hosts}
        if all(count < most for count in asks.values()):
            given.granted.append(wish.episode_id)
            given.asked.update((host, this) for host in wish.hosts)
            continue
        hour = _first_with_room(wish, used, given, most=most, now=now)
        given.moved.update((host, hour) for host in wish.hosts)
        given.later[wish.episode_id] = hour + HOUR * (wish.episode_id * 7919 % _STEPS) / _STEPS
    return given


def _first_with_room(
    wish: Wish, used: Mapping[HostHour, Used], given: Allotment, *, most: int, now: datetime
) -> datetime:
    hour = hour_of(now)
    for _ in range(FURTHEST):
        hour += HOUR
        held = [used.get((host, hour), Used()).moved + given.moved[host, hour] for host in wish.hosts]
        if all(count < most for count in held):
            break
    return hour
