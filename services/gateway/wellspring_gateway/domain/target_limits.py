"""What a channel may take in a day, as its page shows it beside what it took."""

from collections.abc import Mapping
from typing import Any

from wellspring_common.account_limits import limits_of


def day_of(kind: str, settings: Mapping[str, Any], *, videos: float, minutes: float) -> dict[str, Any]:
    """Return the limits of a channel, and how much of a day's it has used."""
    limits = limits_of(kind, settings)
    return {
        "limits": limits,
        "videos_share": share(videos, limits.videos_per_day),
        "minutes_share": share(minutes, limits.minutes_per_day),
    }


def share(used: float, most: float | None) -> int | None:
    """Return how much of a day's limit is used, of 100."""
    return None if not most else min(100, int(used * 100 // most))
