"""When a person may force the next scrape (design, section 7: single flight)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

BACK_OFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))


@dataclass(frozen=True)
class RecentJobs:
    """What the cooldown looks at: the last forced scrape, and the failures since the last success."""

    forced_at: datetime | None
    failures: int
    failed_at: datetime | None


def scrape_allowed_at(
    recent: RecentJobs,
    *,
    something_sound: bool,
    cooldown: timedelta,
    now: datetime,
    found_broken: bool = False,
) -> datetime | None:
    """Return when the next forced scrape is allowed, or nothing when it is allowed now.

    With a link to watch that nothing speaks against, a person waits out the cooldown. With nothing to
    watch, or only suspects, only repeated failure makes them wait: 1, 5, then 15 minutes. What is offered may
    have been `found_broken` since it was stored: then a minute has to pass, because a host that refuses us
    would else be scraped in a circle.
    """
    if something_sound:
        allowed = recent.forced_at + cooldown if recent.forced_at else None
    elif recent.failures and recent.failed_at:
        allowed = recent.failed_at + BACK_OFF[min(recent.failures, len(BACK_OFF)) - 1]
    elif found_broken and recent.forced_at:
        allowed = recent.forced_at + BACK_OFF[0]
    else:
        allowed = None
    return allowed if allowed is not None and allowed > now else None


def cooldown_message(allowed_at: datetime, now: datetime) -> str:
    """Return the seeds' message: it contains `N.N minutes`."""
    minutes = max(0.1, (allowed_at - now).total_seconds() / 60)
    return f"This episode was scraped a moment ago. Please wait {minutes:.1f} minutes."
