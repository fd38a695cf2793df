"""How many films an account may make in a day, and when it may make the next one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from wellspring_common.account_limits import Limits

from .rules import DAY, Rules


@dataclass(frozen=True)
class Used:
    """A film that an account has made, or will have made by then."""

    at: datetime
    minutes: float


def in_window(used: Iterable[Used], at: datetime, margin: timedelta) -> list[Used]:
    """Return what counts at a moment, the oldest first."""
    return sorted((each for each in used if each.at + DAY + margin > at), key=lambda each: each.at)


def free_at(used: Iterable[Used], limits: Limits, minutes: float, *, at: datetime, rules: Rules) -> datetime:
    """Return when a film of this length may be made, not before `at`."""
    window = in_window(used, at, rules.quota_margin)
    free = at
    while window and not _fits(window, limits, minutes):
        free = max(free, window.pop(0).at + DAY + rules.quota_margin)
    return free


def is_full(used: Iterable[Used], limits: Limits, minutes: float, *, now: datetime, rules: Rules) -> bool:
    """Return whether the day holds no film of this length any more."""
    window = in_window(used, now, rules.quota_margin)
    return bool(window) and not _fits(window, limits, minutes)


def _fits(window: Sequence[Used], limits: Limits, minutes: float) -> bool:
    if limits.videos_per_day is not None and len(window) >= limits.videos_per_day:
        return False
    if limits.minutes_per_day is None:
        return True
    return sum(each.minutes for each in window) + minutes <= limits.minutes_per_day


def wait_after_refusal(
    used: Iterable[Used],
    limits: Limits,
    *,
    minutes: float,
    refusals: int,
    said: datetime | None,
    now: datetime,
    jitter: float,
    rules: Rules,
) -> datetime:
    """Return until when a refused account waits.

    What the platform said counts. Else, where our own ledger says that the day is full, its oldest film is to
    be a day old. Else somebody else's films count too, or the platform has made the limit smaller: then we
    ask again after 1, 2 and 4 hours, and no later than our oldest film ends to count. `jitter` is 0 to 1.
    """
    if said is not None and said > now:
        return said
    later = rules.quota_jitter * jitter
    window = in_window(used, now, rules.quota_margin)
    oldest = window[0].at + DAY + rules.quota_jitter * max(jitter, 0.1) if window else None
    if oldest is not None and not _fits(window, limits, minutes):
        return max(oldest, now + rules.quota_margin)
    patience = now + rules.quota_waits[min(refusals, len(rules.quota_waits) - 1)] + later
    if oldest is None:
        return patience
    return max(min(oldest, patience), now + rules.quota_margin)
