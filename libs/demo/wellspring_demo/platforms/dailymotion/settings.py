"""What the demo's Dailymotion lets a test change, and who has an account there."""

from dataclasses import asdict, dataclass, field, fields
from typing import Any

from ...domain.platforms.limits import PLANS, Plan, plan_from
from ...domain.platforms.stages import Pace

KEY, SECRET = "demo-key", "demo-secret"
USERNAME, PASSWORD = "demo-channel", "demo-password"
PROFILE, CHANNEL = "xdemo1", "demo-channel"
SECOND_PROFILE, SECOND_CHANNEL = "xdemo2", "demo-second"
FOREIGN_PROFILE = "xother"
"""A profile of somebody else: nothing may be put there."""
PROFILES = {PROFILE: CHANNEL, SECOND_PROFILE: SECOND_CHANNEL}
REFUSALS = ("forbidden", "bad_request", "too_many", "too_many_silent")


@dataclass
class DailymotionSettings:
    """The habits of the platform. They survive its restart."""

    plan: Plan = field(default_factory=lambda: PLANS["standard"])
    refusal: str = "forbidden"
    """How a create over the limit is refused, one of REFUSALS."""
    spam: bool = False
    """Whether every create is refused as spam."""
    chunked: bool = True
    """Whether upload hosts take pieces."""
    token_life_s: dict[str, float] = field(
        default_factory=lambda: {"legacy": 36_000.0, "partner": 36_000.0, "v2": 1_800.0}
    )
    pace: Pace = field(default_factory=Pace)
    list_lag_s: float = 0.0
    """How long a new video stays out of every list."""
    file_life_s: float | None = None
    """How long after its upload a file can be made into a video. None is for ever."""
    idle_s: float = 14_400.0
    """How long an upload address lives without a sign of life."""
    upload_hosts: tuple[str, ...] = ("dailymotion-upload", "dailymotion-upload2")
    """Where uploads are sent, in turn."""

    def update(self, changes: dict[str, Any]) -> None:
        """Take over known settings; raises ValueError or TypeError for any other."""
        if unknown := set(changes) - {one.name for one in fields(self)}:
            raise ValueError(f"unknown settings: {sorted(unknown)}")
        if changes.get("refusal", self.refusal) not in REFUSALS:
            raise ValueError(f"refusal must be one of {REFUSALS}")
        if "plan" in changes:
            self.plan = plan_from(changes["plan"])
        if "pace" in changes:
            self.pace = Pace(**{**asdict(self.pace), **changes["pace"]})
        if "token_life_s" in changes:
            self.token_life_s = _lives(self.token_life_s, changes["token_life_s"])
        if "upload_hosts" in changes:
            self.upload_hosts = _hosts(changes["upload_hosts"])
        for name in ("spam", "chunked"):
            setattr(self, name, bool(changes.get(name, getattr(self, name))))
        for name in ("list_lag_s", "idle_s"):
            setattr(self, name, float(changes.get(name, getattr(self, name))))
        self.refusal = str(changes.get("refusal", self.refusal))
        if "file_life_s" in changes:
            found = changes["file_life_s"]
            self.file_life_s = None if found is None else float(found)

    def as_json(self) -> dict[str, Any]:
        """The settings as the control host tells them, and as `update` takes them."""
        return asdict(self)


def _lives(now: dict[str, float], changes: Any) -> dict[str, float]:
    if not isinstance(changes, dict):
        return dict.fromkeys(now, float(changes))
    if unknown := set(changes) - set(now):
        raise ValueError(f"unknown generations: {sorted(unknown)}")
    return {**now, **{str(name): float(seconds) for name, seconds in changes.items()}}


def _hosts(wish: Any) -> tuple[str, ...]:
    known = DailymotionSettings.upload_hosts
    if not wish or set(wish) - set(known):
        raise ValueError(f"upload_hosts must be some of {known}")
    return tuple(str(one) for one in wish)
