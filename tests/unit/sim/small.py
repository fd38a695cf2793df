"""Small worlds for the tests of the simulator."""

from dataclasses import replace

from wellspring_sim.library import Library
from wellspring_sim.servers import DEMO, MIXED, Climate
from wellspring_sim.world import World

DAY = 86_400.0
HOUR = 3_600.0

CALM = replace(
    DEMO, early_deaths=0.0, mirrors_failing=0.0, outage_every_days=1e6, source_outage_every_days=1e6
)
"""Nothing goes wrong: links live as long as their servers let them."""
CALM_MIXED = replace(
    MIXED, early_deaths=0.0, mirrors_failing=0.0, outage_every_days=1e6, source_outage_every_days=1e6
)


def world_of(climate: Climate = CALM, *, episodes: int = 60, days: float = 2.0, seed: int = 1) -> World:
    return World(seed, Library(seed, episodes, climate), days)
