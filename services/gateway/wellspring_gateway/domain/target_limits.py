"""What a channel may take in a day and whether it takes anything, as its page shows it."""

from collections.abc import Mapping
from typing import Any

from wellspring_common.account_limits import limits_of, stricter, whose

READY, AUTH_PAUSED = "ready", "auth_paused"
_NOT_ITS_OWN = {"channel_taken", "other_channel"}
_BADGES = {READY: "good", "paused": "warn"}


def day_of(
    kind: str,
    settings: Mapping[str, Any],
    tested: Mapping[str, Any] | None,
    *,
    videos: float,
    minutes: float,
) -> dict[str, Any]:
    """Return the limits that a channel is planned by, who says each, and how much of a day's it has used.

    `tested` is what its last test found: the platform may have told smaller limits than are set here.
    """
    said = (tested or {}).get("limits")
    told = said if isinstance(said, Mapping) else {}
    limits = stricter(limits_of(kind, settings), told)
    return {
        "limits": limits,
        "whose": whose(kind, settings, told),
        "videos_share": share(videos, limits.videos_per_day),
        "minutes_share": share(minutes, limits.minutes_per_day),
    }


def mark_of(state: str, reason: str | None, tested: Mapping[str, Any] | None) -> dict[str, str]:
    """Return how a channel is, in one word and its colour: a ready one whose last test failed says both.

    `reason` is what stopped it, a code and what was said.
    """
    code = (reason or "").partition(": ")[0]
    if state == AUTH_PAUSED and code in _NOT_ITS_OWN:
        return {"word": code, "badge": "bad"}
    if state == READY and tested is not None and not tested.get("works"):
        return {"word": "ready_test_failed", "badge": "warn"}
    return {"word": state, "badge": _BADGES.get(state, "bad")}


def share(used: float, most: float | None) -> int | None:
    """Return how much of a day's limit is used, of 100."""
    return None if not most else min(100, int(used * 100 // most))
