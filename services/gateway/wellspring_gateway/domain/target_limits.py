"""What a channel may take in a day, as its page shows it beside what it took."""

from collections.abc import Mapping
from typing import Any

GB = 10**9
PRESETS: Mapping[str, Mapping[str, float | None]] = {
    "standard": {
        "videos_per_day": 15,
        "minutes_per_day": 600,
        "longest_minutes": 120,
        "largest_bytes": 4 * GB,
    },
    "premium": {
        "videos_per_day": 96,
        "minutes_per_day": None,
        "longest_minutes": None,
        "largest_bytes": 64 * GB,
    },
}
"""The published tiers of Dailymotion, by which the uploader plans too."""
FIGURES = ("videos_per_day", "minutes_per_day", "longest_minutes", "largest_bytes")


def limits_of(kind: str, settings: Mapping[str, Any]) -> dict[str, float | None]:
    """Return the limits of a channel. Nothing where there is none, or none is known."""
    preset = str(settings.get("limits") or ("standard" if kind == "dailymotion" else "custom"))
    own = settings.get("custom_limits")
    found = PRESETS.get(preset) or (own if isinstance(own, Mapping) else {})
    return {name: found.get(name) for name in FIGURES}


def share(used: float, most: float | None) -> int | None:
    """Return how much of a day's limit is used, of 100."""
    return None if not most else min(100, int(used * 100 // most))
