"""Which episodes have too few links, and when that is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from wellspring_common.minimum import minimum_servers
from wellspring_common.offering import is_offered

TOLD_AGAIN = timedelta(hours=6)
"""An episode that stays starved is told again after so long."""


@dataclass(frozen=True)
class Held:
    """What decides whether one link of an episode is offered."""

    state: str
    ok_at: datetime | None
    host_down: bool
    expires_at: datetime | None
    expiry_basis: str
    refresh_class: str
    scraped_at: datetime | None


@dataclass(frozen=True)
class Fed:
    """How many links an episode offers, and below how many it is starved."""

    offered: int
    minimum: int

    @property
    def is_starved(self) -> bool:
        """Whether it has too few."""
        return self.offered < self.minimum


def fed(links: Sequence[Held], *, sources: int, setting: int, trust: timedelta, now: datetime) -> Fed:
    """Return how well an episode is served, as the gateway counts it."""
    offered = sum(is_offered(link, now=now, trust=trust) for link in links)
    return Fed(offered, minimum_servers(setting, sources))
