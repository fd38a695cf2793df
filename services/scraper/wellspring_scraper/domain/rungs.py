"""What is remembered of a host: whether plain HTTP is worth a try before the browser is asked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

BROWSER_ONLY = 3
"""So many scrapes in a row that only a browser could do, and the next one begins with it."""
TRY_AGAIN_EVERY = 10
TRY_AGAIN_AFTER = timedelta(hours=24)
MOST_HOSTS = 500
REMEMBERED = "remembered"
"""The code of why plain HTTP was left out."""


@dataclass(frozen=True)
class Habit:
    """One host: scrapes in a row that needed a browser, those since HTTP was tried, and when that was."""

    browser_only: int
    left_out: int
    tried_at: datetime

    def skips_static(self, now: datetime) -> bool:
        """Return whether the browser is asked at once."""
        if self.browser_only < BROWSER_ONLY or now - self.tried_at >= TRY_AGAIN_AFTER:
            return False
        return self.left_out < TRY_AGAIN_EVERY - 1


Habits = Mapping[str, Habit]


def needed_browser(habits: Habits, host: str, now: datetime, *, skipped: bool) -> dict[str, Habit]:
    """Return the habits after a scrape that only a browser could do."""
    before = habits.get(host, Habit(0, 0, now))
    fresh = replace(before, browser_only=min(before.browser_only + 1, BROWSER_ONLY))
    fresh = (
        replace(fresh, left_out=before.left_out + 1) if skipped else replace(fresh, left_out=0, tried_at=now)
    )
    kept = {name: one for name, one in habits.items() if name != host} | {host: fresh}
    return dict(list(kept.items())[-MOST_HOSTS:])


def worked_statically(habits: Habits, host: str) -> dict[str, Habit]:
    """Return the habits after plain HTTP was enough."""
    return {name: one for name, one in habits.items() if name != host}


def written(habits: Habits) -> bytes:
    """Return habits as they are kept."""
    plain = {host: [one.browser_only, one.left_out, one.tried_at.isoformat()] for host, one in habits.items()}
    return json.dumps(plain).encode()


def read(value: bytes | None) -> dict[str, Habit]:
    """Return habits that were kept: none where nobody can read them."""
    try:
        found = json.loads(value or b"{}")
        return {
            str(host): Habit(int(only), int(out), datetime.fromisoformat(at))
            for host, (only, out, at) in found.items()
        }
    except (ValueError, TypeError, AttributeError):
        return {}
