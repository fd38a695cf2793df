"""How long links live whose servers don't say so: learned by the refresher's own code."""

from collections import defaultdict
from datetime import timedelta

from wellspring_common.events.scrape import ExpiryBasis
from wellspring_refresher.domain.lifetimes import NEWEST, Observation, learn

from .servers import Server

EVERY_S = 6 * 3600.0


class Lives:
    """What was seen of each server's links, and what follows from it."""

    def __init__(self, default: timedelta) -> None:
        self._default = default
        self._seen: defaultdict[str, list[Observation]] = defaultdict(list)
        self._known: dict[str, tuple[timedelta, ExpiryBasis]] = {}
        self._learned_at: dict[str, float] = {}

    def saw(self, server: Server, alive_for_s: float, dead_by_s: float | None, *, now: float) -> None:
        """Keep how long a link lived. Of many, the latest count."""
        seen = self._seen[server.key]
        seen.append(Observation(alive_for_s, dead_by_s, now))
        if now >= self._learned_at.get(server.key, 0.0) + EVERY_S:
            self._learned_at[server.key] = now
            del seen[:-NEWEST]
            life = learn(seen)
            if life is not None:
                self._known[server.key] = (timedelta(seconds=life.low_s), ExpiryBasis.LEARNED)

    def believed(self, server: Server) -> tuple[timedelta, ExpiryBasis]:
        """Return how long a fresh link of a server is taken to live, and why."""
        return self._known.get(server.key, (self._default, ExpiryBasis.DEFAULT))
