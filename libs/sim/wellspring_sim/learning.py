"""How long links live whose servers don't say so: learned from what probes saw of them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from wellspring_common.events.scrape import ExpiryBasis

from .servers import Server

ENOUGH = 20
"""So many deaths must have been seen, each closely."""
CLOSELY_S = 3600.0
SURE = 0.95
"""So many links must outlive what is believed of all."""
MOST = 4000
EVERY_S = 6 * 3600.0


@dataclass(frozen=True)
class Observation:
    """One link: alive for so long at least, and dead by then if it was seen to die."""

    alive_for_s: float
    dead_by_s: float | None


def shortest_life(observations: Sequence[Observation]) -> float | None:
    """Return the seconds that nearly all links outlive, or nothing where too few deaths were seen.

    Links that were replaced while alive count as survivors (Kaplan and Meier): without them, refreshing early
    would make lives look shorter and shorter.
    """
    ends = sorted(
        (
            one.alive_for_s if one.dead_by_s is None else (one.alive_for_s + one.dead_by_s) / 2,
            one.dead_by_s is not None,
        )
        for one in observations
        if one.dead_by_s is None or one.dead_by_s - one.alive_for_s <= CLOSELY_S
    )
    if sum(dead for _, dead in ends) < ENOUGH:
        return None
    share, at_risk = 1.0, len(ends)
    for lived, dead in ends:
        if dead:
            share *= 1 - 1 / at_risk
            if share < SURE:
                return lived
        at_risk -= 1
    return None


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
        seen.append(Observation(alive_for_s, dead_by_s))
        if now >= self._learned_at.get(server.key, 0.0) + EVERY_S:
            self._learned_at[server.key] = now
            del seen[:-MOST]
            life = shortest_life(seen)
            if life is not None:
                self._known[server.key] = (timedelta(seconds=life), ExpiryBasis.LEARNED)

    def believed(self, server: Server) -> tuple[timedelta, ExpiryBasis]:
        """Return how long a fresh link of a server is taken to live, and why."""
        return self._known.get(server.key, (self._default, ExpiryBasis.DEFAULT))
