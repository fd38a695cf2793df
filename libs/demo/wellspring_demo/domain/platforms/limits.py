"""How much an account may upload: for each video, and in any 24 hours.

The numbers are those of https://developers.dailymotion.com/v2/reference/rate-limiting.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

DAY_S = 86_400.0
GIB = 1024**3


@dataclass(frozen=True)
class Plan:
    """What an account may do. None is without limit."""

    videos_per_day: int | None = 15
    seconds_per_day: float | None = 36_000.0
    video_seconds: float | None = 7_200.0
    video_bytes: int | None = 4 * GIB

    def as_json(self) -> dict[str, Any]:
        """The plan as the control host tells it."""
        return asdict(self)


PLANS = {
    "standard": Plan(),
    "premium": Plan(videos_per_day=96, seconds_per_day=None, video_seconds=None, video_bytes=64 * GIB),
    "unlimited": Plan(None, None, None, None),
}


def plan_from(wish: Any) -> Plan:
    """The plan of this name, or one of its own; raises ValueError."""
    if isinstance(wish, str):
        if wish not in PLANS:
            raise ValueError(f"plan must be one of {sorted(PLANS)}, or an object")
        return PLANS[wish]
    if not isinstance(wish, dict) or set(wish) - {one.name for one in fields(Plan)}:
        raise ValueError(f"a plan has {[one.name for one in fields(Plan)]}")
    return Plan(**wish)


@dataclass(frozen=True)
class Taken:
    """One video that counts: when it was made, and how long it is."""

    at: float
    seconds: float


@dataclass(frozen=True)
class OverLimit:
    """Why a video may not be made."""

    which: str
    """`video_seconds`, `video_bytes`, `videos_per_day` or `seconds_per_day`."""
    message: str
    free_at: float | None
    """World time from which it may; None when it never will."""

    @property
    def passes(self) -> bool:
        """Whether waiting helps."""
        return self.free_at is not None


def over_limit(plan: Plan, taken: Sequence[Taken], seconds: float, size: int, now: float) -> OverLimit | None:
    """What forbids a video of this length and size now, looking back over 24 hours, if anything does."""
    if plan.video_seconds is not None and seconds > plan.video_seconds:
        return OverLimit("video_seconds", "This video is too long for your account", None)
    if plan.video_bytes is not None and size > plan.video_bytes:
        return OverLimit("video_bytes", "This video is too large for your account", None)
    recent = sorted((one for one in taken if one.at > now - DAY_S), key=lambda one: one.at)
    if plan.videos_per_day is not None and len(recent) >= plan.videos_per_day:
        leaves = recent[len(recent) - plan.videos_per_day] if plan.videos_per_day else None
        return OverLimit(
            "videos_per_day",
            "You have reached the maximum number of videos that you can upload in 24 hours",
            leaves.at + DAY_S if leaves else now + DAY_S,
        )
    if plan.seconds_per_day is not None:
        return _over_seconds(plan.seconds_per_day, recent, seconds, now)
    return None


def _over_seconds(most: float, recent: Sequence[Taken], seconds: float, now: float) -> OverLimit | None:
    used = sum(one.seconds for one in recent)
    if used + seconds <= most:
        return None
    free_at = now + DAY_S
    for one in recent:
        used -= one.seconds
        if used + seconds <= most:
            free_at = one.at + DAY_S
            break
    said = "You have reached the maximum duration of videos that you can upload in 24 hours"
    return OverLimit("seconds_per_day", said, free_at)
