"""How long things last in the demo world, and which habits its hosts have."""

from dataclasses import asdict, dataclass, field, fields
from typing import Any

from .catalogue import SERVERS

LIFETIMES = {"token": 600.0, "pixel": 21_600.0, "fsl": 7_200.0, "10gbps": 3_600.0, "drive": 14_400.0}
KILLS_OLD, IP_BOUND, REFERER = "kills_old", "ip_bound", "referer"
HABITS = frozenset({KILLS_OLD, IP_BOUND, REFERER})
"""A new link kills the older ones of its file (509). A link works only for the address that asked for its
page (403). The file wants a Referer of the page that its link was on, or of its own host (403)."""


@dataclass
class WorldSettings:
    """What a test may change through `POST /settings`."""

    lifetimes: dict[str, float] = field(default_factory=lambda: dict(LIFETIMES))
    """Seconds that a token page or a link of a server lives from its issue."""
    habits: dict[str, list[str]] = field(default_factory=lambda: {server: [] for server in SERVERS})
    """What each server makes of its links."""
    pixel_referer_required: bool = False
    cors: bool = False
    token_host_dead: bool = False
    """Whether permanent pages name a dead host in their token URL, and answer its path themselves."""
    shim_wait_s: float = 5.0
    """How long a timed shim makes its visitors wait."""
    robots_allowed: bool = True
    """Whether the anime catalogue's robots.txt lets anybody in."""
    crawl_delay_s: float | None = None
    stream_life_s: float | None = None
    """How long the HLS streams of the video platform live from their issue. None is for ever."""

    def update(self, changes: dict[str, Any]) -> None:
        """Take over known settings; raises ValueError for any other."""
        if unknown := set(changes) - {field.name for field in fields(self)}:
            raise ValueError(f"unknown settings: {sorted(unknown)}")
        lifetimes = {str(name): float(seconds) for name, seconds in changes.get("lifetimes", {}).items()}
        if unknown := set(lifetimes) - set(LIFETIMES):
            raise ValueError(f"unknown lifetimes: {sorted(unknown)}")
        habits = {
            str(server): [str(one) for one in found] for server, found in changes.get("habits", {}).items()
        }
        if (
            unknown := set(habits) - set(SERVERS)
            | {one for found in habits.values() for one in found} - HABITS
        ):
            raise ValueError(f"unknown servers or habits: {sorted(unknown)}")
        self.lifetimes.update(lifetimes)
        self.habits.update(habits)
        for switch in ("pixel_referer_required", "cors", "token_host_dead", "robots_allowed"):
            setattr(self, switch, bool(changes.get(switch, getattr(self, switch))))
        self.shim_wait_s = float(changes.get("shim_wait_s", self.shim_wait_s))
        for name in ("crawl_delay_s", "stream_life_s"):
            if name in changes:
                setattr(self, name, None if changes[name] is None else float(changes[name]))

    def has(self, server: str, habit: str) -> bool:
        """Whether a server has this habit."""
        return habit in self.habits.get(server, ())

    def as_json(self) -> dict[str, Any]:
        """The settings as `GET /state` shows them."""
        return asdict(self)
