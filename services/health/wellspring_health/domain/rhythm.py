"""How often a link is looked at."""

from datetime import datetime, timedelta

WATCHED_PER_DAY = 0.2
"""So many plays a day make an episode one that is watched."""
FIRST_DOUBT = timedelta(minutes=15)
LONGEST_DOUBT = timedelta(hours=6)
_LEAST, _MOST = 0.85, 1.15
_SPREAD = 2**32


def interval_of(popularity_per_day: float, *, watched: timedelta, idle: timedelta) -> timedelta:
    """Return how long a live link of an episode is trusted. `idle` is for what nobody watches."""
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
