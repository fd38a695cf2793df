"""How much an episode is watched: plays that count less the longer they are ago."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Popularity:
    """Plays as they counted at the moment `at`: each counts half after one half-life."""

    score: float
    at: datetime


def decayed(popularity: Popularity, *, now: datetime, half_life: timedelta) -> float:
    """Return what the plays count now. A clock that went back makes nothing grow."""
    if popularity.score == 0:
        return 0.0
    age = max(now - popularity.at, timedelta(0))
    return popularity.score * math.exp2(-(age / half_life))


def played(popularity: Popularity, *, now: datetime, half_life: timedelta) -> Popularity:
    """Return the popularity with one more play. A play that is told late counts as if it were now."""
    at = max(now, popularity.at) if popularity.score > 0 else now
    return Popularity(decayed(popularity, now=at, half_life=half_life) + 1, at)


def per_day(popularity: Popularity, *, now: datetime, half_life: timedelta) -> float:
    """Return the plays a day to expect: what steady viewing would make the same score."""
    return decayed(popularity, now=now, half_life=half_life) * math.log(2) / (half_life / _DAY)
