"""How often a link is looked at."""

from datetime import datetime, timedelta

WATCHED_PER_DAY = 0.2
"""So many plays a day make an episode one that is watched."""
AT_HAND = timedelta(hours=1)
"""So long after a play a press on the next episode may come any minute."""
HURRIED = 3
"""So much more often is looked at what is at hand."""
KEPT_READY = timedelta(hours=54)
"""So long after a play the refresher keeps the next episode ready."""
FIRST_DOUBT = timedelta(minutes=15)
LONGEST_DOUBT = timedelta(hours=6)
DEAD_LOOK = timedelta(hours=6)
LONGEST_DEAD_LOOK = timedelta(days=2)
_LEAST, _MOST = 0.85, 1.15
_SPREAD = 2**32


def interval_of(
    popularity_per_day: float, *, watched: timedelta, idle: timedelta, wanted_ago: timedelta | None = None
) -> timedelta:
    """Return how long a live link of an episode is trusted. `idle` is for what nobody watches.

    `wanted_ago` is the time since somebody pressed play on the episode before it, and not yet on it.
    """
    if wanted_ago is not None and wanted_ago < KEPT_READY:
        return watched / HURRIED if wanted_ago < AT_HAND else watched
    return watched if popularity_per_day >= WATCHED_PER_DAY else max(watched, idle)


def trusted_for(
    link_id: int, *, interval: timedelta, now: datetime, expires_at: datetime | None = None
) -> timedelta:
    """Return the time to the next look at a live link: its interval, spread by its own lot.

    `expires_at` is a guess: the next look comes no later than that, and what outlives it is looked at twice
    as often.
    """
    wait = interval * jitter(link_id)
    if expires_at is None:
        return wait
    left = expires_at - now
    return wait / 2 if left <= timedelta(0) else min(wait, max(left, wait / 8))


def jitter(link_id: int) -> float:
    """Return a link's own factor between 0.85 and 1.15, the same whenever it is asked for."""
    lot = (link_id * 2_654_435_761) % _SPREAD / _SPREAD
    return _LEAST + (_MOST - _LEAST) * lot


def back_off(times: int) -> timedelta:
    """Return the wait after so much evidence against a host in a row: 15 minutes, doubled, up to 6 hours."""
    doublings: int = 2 ** min(times - 1, 10)
    return min(FIRST_DOUBT * doublings, LONGEST_DOUBT)


def dead_look(dead_for: timedelta) -> timedelta:
    """Return the wait until a dead link is asked again: as long as it has been dead, from 6 h to 2 days."""
    return min(max(dead_for, DEAD_LOOK), LONGEST_DEAD_LOOK)
