"""When an episode is scraped again."""

from collections.abc import Iterable
from datetime import datetime, timedelta

FAILURE_WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
)
AFTER_CANCELLATION = timedelta(minutes=15)
SOONEST = timedelta(seconds=30)
"""Links that are all but dead on arrival must not turn into a scrape without pause."""
SPREAD = 0.1
_SPREAD_STEPS = 1000


def next_due(
    *,
    expiries: Iterable[datetime | None],
    now: datetime,
    ttl: timedelta,
    ahead: timedelta,
    episode_id: int,
) -> datetime:
    """Return when to refresh an episode whose links expire at `expiries`.

    That is `ahead` of the first expiry, but never more than half a link's life early: a link of ten minutes
    refreshed ten minutes ahead would never rest. Episodes scraped together are spread over the last tenth
    of the wait, by their number, so that they do not come back in one burst.
    """
    known = [expiry for expiry in expiries if expiry is not None]
    first = min(known, default=now + ttl)
    life = max(first - now, timedelta(0))
    wait = life - min(ahead, life / 2)
    earlier = SPREAD * (episode_id * 7919 % _SPREAD_STEPS) / _SPREAD_STEPS
    return now + max(wait * (1 - earlier), SOONEST)


def due_after_cancellation(*, now: datetime) -> datetime:
    """Return when an episode has its turn again whose scrape a person ended."""
    return now + AFTER_CANCELLATION


def due_after_failure(*, failures: int, now: datetime) -> datetime:
    """Return when to try again after that many failures in a row."""
    return now + FAILURE_WAITS[min(max(failures, 1), len(FAILURE_WAITS)) - 1]
