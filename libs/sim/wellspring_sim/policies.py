"""The policies that are compared, by name."""

from collections.abc import Callable
from dataclasses import replace
from math import inf

from wellspring_common.tunables import Tunables
from wellspring_refresher.domain.rules import rules_of

from .intervals import PlannedInterval
from .keeper import Keeper
from .scraping import Scraper
from .shelf import Counter
from .smart import Smart
from .timetable import Timetable
from .world import World

SEEDS, KNOWN, CLICK, OURS = "always-6h", "always-known", "click-only", "ours"
SIX_HOURS = 6 * 3600.0


def _always_6h(world: World, tunables: Tunables) -> Keeper:
    """Every episode every six hours, the first link in order, nothing ever asked: so do the seeds."""
    return Timetable(world, Scraper(world), Counter(tunables), lambda _: SIX_HOURS, looks_at_expiry=False)


def _always_known(world: World, tunables: Tunables) -> Keeper:
    """Every episode ahead of the first expiry that is known: the policy `always` as it is shipped."""
    rules = replace(rules_of(tunables), policy="always")
    interval = PlannedInterval(world, rules)
    return Timetable(world, Scraper(world), Counter(tunables), interval, looks_at_expiry=True)


def _click_only(world: World, tunables: Tunables) -> Keeper:
    """Nothing before somebody clicks and finds nothing."""
    return Timetable(world, Scraper(world), Counter(tunables), lambda _: inf, looks_at_expiry=True)


def _ours(world: World, tunables: Tunables) -> Keeper:
    """The shipped policy with its probes."""
    return Smart(world, tunables)


POLICIES: dict[str, Callable[[World, Tunables], Keeper]] = {
    SEEDS: _always_6h,
    KNOWN: _always_known,
    CLICK: _click_only,
    OURS: _ours,
}
