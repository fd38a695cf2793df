"""How long to wait: ahead of an expiry, after a failure, while an episode is starved."""

from collections.abc import Sequence
from datetime import datetime, timedelta

FAILURE_WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
)
IDLE_FAILURE_WAITS = tuple(timedelta(hours=25) * number for number in range(1, 7))
"""What nobody watches may wait: a little over a day, so that each failure counts towards "gone for good"."""
STARVED_WAITS = (
    timedelta(0),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
)
IDLE_STARVED_WAITS = tuple(timedelta(days=days) for days in (1, 2, 4, 7))
"""What nobody watches has no links again within hours of a scrape: that is no hurry."""
AFTER_CANCELLATION = timedelta(minutes=15)
SOONEST = timedelta(seconds=30)
"""Links that are all but dead on arrival must not turn into a scrape without pause."""
SPREAD = 0.1
_SPREAD_STEPS = 1000


def ahead_of(end: datetime, *, since: datetime, ahead: timedelta, episode_id: int) -> datetime:
    """Return the moment `ahead` of the end of a life that began at `since`, and never before `since`.

    It is never more than half a life early: a link of ten minutes refreshed ten minutes ahead would never
    rest.
    """
    life = max(end - since, timedelta(0))
    return spread(life - min(ahead, life / 2), since=since, episode_id=episode_id)


def spread(wait: timedelta, *, since: datetime, episode_id: int) -> datetime:
    """Return a moment in the last tenth of the wait, by the episode's number.

    Episodes scraped together do not come back in one burst, and each keeps its place.
    """
    earlier = SPREAD * (episode_id * 7919 % _SPREAD_STEPS) / _SPREAD_STEPS
    return since + wait * (1 - earlier)


def due_after_cancellation(*, now: datetime) -> datetime:
    """Return when an episode has its turn again whose scrape a person ended."""
    return now + AFTER_CANCELLATION


def due_after_failure(
    *, failures: int, now: datetime, waits: Sequence[timedelta] = FAILURE_WAITS
) -> datetime:
    """Return when to try again after that many failures in a row."""
    return now + waits[min(max(failures, 1), len(waits)) - 1]


def due_when_starved(
    *, scrapes: int, since: datetime, waits: Sequence[timedelta] = STARVED_WAITS
) -> datetime:
    """Return when to look for more links, after that many scrapes which did not end the hunger."""
    return since + waits[min(max(scrapes, 0), len(waits) - 1)]
