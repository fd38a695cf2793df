"""How long things last in the demo world, and which habits its hosts have."""

from dataclasses import asdict, dataclass, field
from typing import Any

LIFETIMES = {"token": 600.0, "pixel": 21_600.0, "fsl": 7_200.0, "10gbps": 3_600.0}


@dataclass
class WorldSettings:
    """What a test may change through `POST /settings`."""

    lifetimes: dict[str, float] = field(default_factory=lambda: dict(LIFETIMES))
    """Seconds that a token page or a link of a server lives from its issue."""
    pixel_referer_required: bool = False
    cors: bool = False

    def update(self, changes: dict[str, Any]) -> None:
        """Take over known settings; raises ValueError for any other."""
        if unknown := set(changes) - {"lifetimes", "pixel_referer_required", "cors"}:
            raise ValueError(f"unknown settings: {sorted(unknown)}")
        lifetimes = {str(name): float(seconds) for name, seconds in changes.get("lifetimes", {}).items()}
        if unknown := set(lifetimes) - set(LIFETIMES):
            raise ValueError(f"unknown lifetimes: {sorted(unknown)}")
        self.lifetimes.update(lifetimes)
        self.pixel_referer_required = bool(changes.get("pixel_referer_required", self.pixel_referer_required))
        self.cors = bool(changes.get("cors", self.cors))

    def as_json(self) -> dict[str, Any]:
        """The settings as `GET /state` shows them."""
        return asdict(self)
