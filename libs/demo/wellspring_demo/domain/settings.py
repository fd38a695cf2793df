"""How long things last in the demo world, and which habits its hosts have."""

from dataclasses import asdict, dataclass, field, fields
from typing import Any

LIFETIMES = {"token": 600.0, "pixel": 21_600.0, "fsl": 7_200.0, "10gbps": 3_600.0, "drive": 14_400.0}


@dataclass
class WorldSettings:
    """What a test may change through `POST /settings`."""

    lifetimes: dict[str, float] = field(default_factory=lambda: dict(LIFETIMES))
    """Seconds that a token page or a link of a server lives from its issue."""
    pixel_referer_required: bool = False
    cors: bool = False
    robots_allowed: bool = True
    """Whether the anime catalogue's robots.txt lets anybody in."""
    crawl_delay_s: float | None = None

    def update(self, changes: dict[str, Any]) -> None:
        """Take over known settings; raises ValueError for any other."""
        if unknown := set(changes) - {field.name for field in fields(self)}:
            raise ValueError(f"unknown settings: {sorted(unknown)}")
        lifetimes = {str(name): float(seconds) for name, seconds in changes.get("lifetimes", {}).items()}
        if unknown := set(lifetimes) - set(LIFETIMES):
            raise ValueError(f"unknown lifetimes: {sorted(unknown)}")
        self.lifetimes.update(lifetimes)
        self.pixel_referer_required = bool(changes.get("pixel_referer_required", self.pixel_referer_required))
        self.cors = bool(changes.get("cors", self.cors))
        self.robots_allowed = bool(changes.get("robots_allowed", self.robots_allowed))
        if "crawl_delay_s" in changes:
            delay = changes["crawl_delay_s"]
            self.crawl_delay_s = None if delay is None else float(delay)

    def as_json(self) -> dict[str, Any]:
        """The settings as `GET /state` shows them."""
        return asdict(self)
