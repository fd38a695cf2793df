"""How long a server's links live, learned from what probes saw of them."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

ENOUGH = 20
"""So many deaths must have been seen, each closely."""
NEWEST = 500
"""So many observations say how a server is now: enough to be sure of it, and few to read."""
CLOSELY_S = 3600.0
"""A death counts that fell into a time no wider than this, or than a quarter of the life."""
RARELY = 0.05
"""This share of links may live shorter than `low_s`, and as many longer than `high_s`."""
MOMENT_S = 900.0
BURST = 5
"""A moment is an outage with so many deaths, and so many times more than is usual for the server."""
_HOUR_S, _MINUTE_S = 3600, 60


@dataclass(frozen=True)
class Observation:
    """One link: alive for so long at least, and dead by then if it was seen to die.

    `seen_at` is when that was seen, in unix time: what dies in one moment may die of one cause.
    """

    alive_for_s: float
    dead_by_s: float | None
    seen_at: float | None = None


@dataclass(frozen=True)
class Lifetime:
    """What is known of a server: nearly all links live for `low_s`, half for `middle_s`, few for `high_s`."""

    low_s: float
    middle_s: float
    high_s: float
    deaths: int
    survivors: int

    def evidence(self, server: str) -> str:
        """Return the grounds in a few words, such as `learned: 5.8-6.1 h from 38 links of pixel`."""
        unit, length = ("h", _HOUR_S) if self.high_s >= _HOUR_S else ("min", _MINUTE_S)
        low, high = f"{self.low_s / length:.1f}", f"{self.high_s / length:.1f}"
        span = low if low == high else f"{low}–{high}"  # noqa: RUF001  (a range has that dash)
        return f"learned: {span} {unit} from {self.deaths + self.survivors} links of {server}"

    def ends(self, *, made_at: datetime, seen_at: datetime) -> datetime | None:
        """Return when a link of this age is taken to die, or nothing once it has outlived the others."""
        for life_s in (self.low_s, self.middle_s, self.high_s):
            at = made_at + timedelta(seconds=life_s)
            if at > seen_at:
                return at
        return None


def learn(observations: Iterable[Observation]) -> Lifetime | None:
    """Return how long links live, or nothing where too few deaths were seen closely to say.

    Links that were replaced while alive count as survivors (Kaplan and Meier): without them, refreshing early
    would make lives look shorter and shorter. A death that nobody saw closely says nothing, as its link may
    have died in an outage of ours; what died in an outage of the server's counts as one death.
    """
    seen = [one for one in _without_outages(list(observations)) if _is_close(one)]
    deaths = sum(one.dead_by_s is not None for one in seen)
    if deaths < ENOUGH:
        return None
    # so far off may a share be that is seen of so few
    doubt = math.sqrt(RARELY * (1 - RARELY) / len(seen))
    low = _age_at(RARELY - doubt, [(one.alive_for_s, one.dead_by_s is not None) for one in seen])
    if low is None:
        return None
    longest = max(one.dead_by_s or one.alive_for_s for one in seen)
    middle = _age_at(0.5, [(_middle(one), one.dead_by_s is not None) for one in seen]) or longest
    ends = [(one.dead_by_s or one.alive_for_s, one.dead_by_s is not None) for one in seen]
    high = _age_at(1 - RARELY + doubt, ends) or longest
    return Lifetime(low, max(low, middle), max(low, middle, high), deaths, len(seen) - deaths)


def _age_at(share: float, ends: Sequence[tuple[float, bool]]) -> float | None:
    """Return the age by which that share has died, or nothing where most were replaced before it."""
    alive, at_risk = 1.0, len(ends)
    for age, is_death in sorted(ends):
        if is_death:
            alive *= 1 - 1 / at_risk
            if 1 - alive >= share:
                return age
        at_risk -= 1
    return None


def _middle(one: Observation) -> float:
    return one.alive_for_s if one.dead_by_s is None else (one.alive_for_s + one.dead_by_s) / 2


def _is_close(one: Observation) -> bool:
    if one.dead_by_s is None:
        return True
    return one.dead_by_s - one.alive_for_s <= max(CLOSELY_S, one.dead_by_s / 4)


def _without_outages(observations: Sequence[Observation]) -> list[Observation]:
    """Return the observations with all deaths of an outage as one, which fell into the whole time between.

    Links of one age that die together so keep what they tell, and links of all ages tell nothing.
    """
    moments: defaultdict[int, list[Observation]] = defaultdict(list)
    kept = []
    for one in observations:
        if one.dead_by_s is None or one.seen_at is None:
            kept.append(one)
        else:
            moments[int(one.seen_at // MOMENT_S)].append(one)
    others = sorted(len(dead) for dead in moments.values())[:-1]
    burst = BURST * max(1, median(others)) if others else BURST
    for dead in moments.values():
        kept += [_as_one(dead)] if len(dead) >= burst else dead
    return kept


def _as_one(dead: Sequence[Observation]) -> Observation:
    last = max(one.dead_by_s or 0.0 for one in dead)
    return Observation(min(one.alive_for_s for one in dead), last, dead[0].seen_at)
