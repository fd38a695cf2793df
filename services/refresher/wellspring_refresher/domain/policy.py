"""Which episode is refreshed when, and why: the one decision behind every refresh that nobody asked for."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from wellspring_common.events.scrape import RefreshClass

from .outlook import LinkOutlook, Outlook
from .popularity import per_day
from .rules import Rules, rules_of
from .schedule import (
    FAILURE_WAITS,
    IDLE_FAILURE_WAITS,
    IDLE_STARVED_WAITS,
    SOONEST,
    STARVED_WAITS,
    ahead_of,
    due_after_failure,
    due_when_starved,
    spread,
)

__all__ = ["LinkOutlook", "Outlook", "Plan", "Rules", "Urgency", "Why", "plan", "rules_of", "spared"]

_DAY = timedelta(days=1)


class Why(StrEnum):
    """Why an episode has the turn it has. It is stored and shown to people."""

    WATCHED = "watched"
    NEXT_UP = "next_up"
    STARVED = "starved"
    FAILED = "failed"
    UNWATCHED = "unwatched"
    ALWAYS = "always"
    NEVER_SCRAPED = "never_scraped"
    SINGLE_USE = "single_use"
    NO_SOURCE = "no_source"
    IN_TRASH = "in_trash"


class Urgency(IntEnum):
    """In which order what is due has its turn. What starves and is wanted comes first."""

    STARVED = 0
    NEXT_UP = 1
    WANTED = 2
    IDLE = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """When an episode has its turn, or never by itself, and which servers are then not asked."""

    due_at: datetime | None
    why: Why
    spare: tuple[str, ...] = ()
    urgency: Urgency = Urgency.IDLE


def plan(outlook: Outlook, rules: Rules, *, now: datetime) -> Plan:
    """Return when to refresh an episode and why. The moment is never before `now`."""
    spare = spared(outlook.links, outlook.watched_at, rules, now=now)
    if outlook.links and all(link.refresh_class is RefreshClass.SINGLE_USE for link in outlook.links):
        return Plan(None, Why.SINGLE_USE, spare)
    since = outlook.last_scraped_at
    if since is None:
        turns, is_wanted = _first_turns(outlook, rules, now=now)
    else:
        turns, is_wanted = _turns(outlook, rules, since=since, now=now)
    if not turns:
        return Plan(None, Why.NEVER_SCRAPED if since is None else Why.UNWATCHED, spare)
    due, why = min(turns)
    if since is not None:
        due = max(due, since + (SOONEST if rules.policy == "always" else rules.lull))
    if outlook.failures > 0:
        due, why = _after_failure(outlook, due, why, is_wanted=is_wanted, now=now)
    due = max(due, _released_at(outlook, rules, now=now), now)
    return Plan(due, why, spare, _urgency(why, is_wanted=is_wanted))


def spared(
    links: Sequence[LinkOutlook], watched_at: datetime | None, rules: Rules, *, now: datetime
) -> tuple[str, ...]:
    """Return the servers that must not be asked for a new link behind a viewer's back."""
    found = {
        link.server
        for link in links
        if link.refresh_class is RefreshClass.SINGLE_USE
        or (
            link.refresh_class is RefreshClass.KILLS_OLD
            and _held_until(link, watched_at, rules, now=now) is not None
        )
    }
    return tuple(sorted(found)) if found else ()


def _urgency(why: Why, *, is_wanted: bool) -> Urgency:
    if why is Why.STARVED:  # what nobody watches may starve behind what somebody is about to open
        return Urgency.STARVED if is_wanted else Urgency.WANTED
    if why is Why.NEXT_UP:
        return Urgency.NEXT_UP
    return Urgency.WANTED if is_wanted and why is not Why.UNWATCHED else Urgency.IDLE


_Turn = tuple[datetime, Why]


def _first_turns(outlook: Outlook, rules: Rules, *, now: datetime) -> tuple[list[_Turn], bool]:
    """Return the turn of an episode that was never scraped: somebody is about to press play, or nobody is."""
    called = outlook.next_up_since
    if called is None or now >= called + rules.next_up_for:
        return [], False
    return [(called, Why.NEXT_UP)], True


def _turns(outlook: Outlook, rules: Rules, *, since: datetime, now: datetime) -> tuple[list[_Turn], bool]:
    """Return each reason to refresh with its moment, and whether anybody wants the episode."""
    end = _end(outlook, rules, since=since, now=now)
    ahead = ahead_of(end or since + rules.ttl, since=since, ahead=rules.ahead, episode_id=outlook.episode_id)
    if rules.policy == "always":
        turns = [(ahead, Why.ALWAYS)]
    else:
        turns = list(_wanted_turns(outlook, rules, ahead=ahead, end=end, since=since, now=now))
    is_wanted = bool(turns) or _is_watched(outlook, rules, now=now)
    if not is_wanted and rules.unwatched_every is None:
        return [], False
    if rules.policy != "always" and rules.unwatched_every is not None:
        idle = spread(rules.unwatched_every, since=since, episode_id=outlook.episode_id)
        turns.append((max(idle, ahead), Why.UNWATCHED))
    if outlook.starved or (outlook.links and end is None):
        waits = STARVED_WAITS if is_wanted else IDLE_STARVED_WAITS
        due = due_when_starved(scrapes=outlook.starved_scrapes, since=since, waits=waits)
        turns.append((due, Why.STARVED))
    return turns, is_wanted


def _wanted_turns(
    outlook: Outlook,
    rules: Rules,
    *,
    ahead: datetime,
    end: datetime | None,
    since: datetime,
    now: datetime,
) -> Iterator[_Turn]:
    """Yield the moments that somebody's watching asks for."""
    if _is_watched(outlook, rules, now=max(ahead, now)):
        yield ahead, Why.WATCHED
    called = outlook.next_up_since
    if called is not None and now >= called + rules.next_up_for:
        called = None
    if called is None and outlook.popularity.score == 0 and rules.worth > 0:
        return
    last = _end(outlook, rules, since=since, now=now, keep=1) or since + rules.ttl
    by_last = ahead_of(last, since=since, ahead=rules.ahead, episode_id=outlook.episode_id)
    for until in (ahead, by_last):
        if _expected(outlook, until, rules, since=since, now=now) >= rules.worth:
            yield until, Why.WATCHED
            break
    if called is None:
        return
    if since < called and (end is None or end < now + rules.reach):
        yield called, Why.NEXT_UP
        return
    if ahead >= called + rules.watching:  # the hours have passed in which it mostly is opened
        ahead = by_last
    if ahead < called + rules.next_up_for:
        yield ahead, Why.NEXT_UP


def _expected(outlook: Outlook, until: datetime, rules: Rules, *, since: datetime, now: datetime) -> float:
    """Return how many plays the links of `since` would serve until a moment."""
    rate = per_day(outlook.popularity, now=max(until, now), half_life=rules.half_life)
    return rate * ((until - since) / _DAY)


def _is_watched(outlook: Outlook, rules: Rules, *, now: datetime) -> bool:
    return outlook.watched_at is not None and now < outlook.watched_at + rules.watching


def _end(
    outlook: Outlook, rules: Rules, *, since: datetime, now: datetime, keep: int | None = None
) -> datetime | None:
    """Return when the first quality runs short of links, or nothing where no link is left at all.

    A quality does while it has fewer than `keep`, or than all it has: the minimum, where nothing is given,
    and each link under `always`.
    """
    live = [
        link
        for link in outlook.links
        if not link.dead
        and link.refresh_class is not RefreshClass.SINGLE_USE
        and (link.expires_at is None or link.expires_at > since)
    ]
    free, watched_at = live, outlook.watched_at
    if watched_at is not None:
        free = [link for link in live if _held_until(link, watched_at, rules, now=now) is None]
    ends: defaultdict[int | None, list[datetime]] = defaultdict(list)
    for link in free or live:
        if link.expires_at is not None:
            ends[link.quality].append(link.expires_at)
    if not ends:
        return since + rules.ttl if live else None
    if keep is None:
        keep = len(live) if rules.policy == "always" else rules.minimum
    return min(sorted(of_one, reverse=True)[: max(keep, 1)][-1] for of_one in ends.values())


def _held_until(
    link: LinkOutlook, watched_at: datetime | None, rules: Rules, *, now: datetime
) -> datetime | None:
    """Return how long a link must be left alone because somebody may be playing it, if it must."""
    if link.refresh_class is not RefreshClass.KILLS_OLD or link.dead or watched_at is None:
        return None
    until = watched_at + rules.watching
    if link.hard and link.expires_at is not None:
        until = min(until, link.expires_at)
    return until if until > now else None


def _released_at(outlook: Outlook, rules: Rules, *, now: datetime) -> datetime:
    """Return when at least one of the links may be made anew."""
    if outlook.watched_at is None:
        return now
    renewable = [link for link in outlook.links if link.refresh_class is not RefreshClass.SINGLE_USE]
    return min(
        (_held_until(link, outlook.watched_at, rules, now=now) or now for link in renewable), default=now
    )


def _after_failure(outlook: Outlook, due: datetime, why: Why, *, is_wanted: bool, now: datetime) -> _Turn:
    """Return the turn of an episode whose last scrape failed, wholly or for some of its sources.

    Where some sources gave links, the others are asked again sooner than the links would need it.
    """
    failed_at = now if outlook.failed_at is None else outlook.failed_at
    waits = FAILURE_WAITS if is_wanted else IDLE_FAILURE_WAITS
    again = due_after_failure(failures=outlook.failures, now=failed_at, waits=waits)
    is_partial = outlook.last_scraped_at is not None and failed_at <= outlook.last_scraped_at
    if is_partial and due <= again:
        return due, why
    if not is_partial and due >= again:
        return due, why
    return again, Why.FAILED
