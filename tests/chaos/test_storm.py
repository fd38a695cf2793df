"""Everybody is killed at random under every kind of load: nothing is lost, and nothing happens twice."""

import asyncio
import os
import random
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from tests.chaos.instead import instead
from tests.chaos.load import Load, Pace
from tests.chaos.reaper import EVERYBODY, Reaper
from tests.chaos.storm import killed
from tests.chaos.weather import claim_after, weathered
from tests.support.gateway import eventually
from tests.support.running import Running

pytestmark = [pytest.mark.chaos, pytest.mark.asyncio(loop_scope="session")]

SEED = int(os.environ.get("WELLSPRING_CHAOS_SEED", "20261121"))
KILLS = int(os.environ.get("WELLSPRING_CHAOS_KILLS", "200"))
CARELESS_KILLS = 3
FEW, MANY = 100, 10 * KILLS
"""The promises that a storm is a proof beyond: it goes on until there are more."""
PER_WISH = 4
"""An episode, its scrape, the job of that, and the word that the library changed. Most led to more."""
PATIENCE_S = 600.0
"""Of a machine that does so much else that a storm's own time is not enough for them."""

Tell = Callable[[object], None]


@dataclass
class Spared:
    """Spares a scraper whose death would be the second in one crawl: the third counts as poison."""

    load: Load
    reaper: Reaper
    before: int = 0

    def __call__(self) -> frozenset[str]:
        if not self.load.crawling:
            self.before = self.reaper.killed["scraper"]
        return frozenset({"scraper"} if self.reaper.killed["scraper"] > self.before else ())


def a_storm(load: Load, reaper: Reaper, *, kills: int, promises: int) -> Callable[[], Awaitable[int]]:
    """Return weather that kills so many, and lasts until more than so many promises were made under it."""

    async def weather() -> int:
        killed = await reaper.reap(kills)
        await eventually(_wished(load), lambda count: count * PER_WISH > promises, patience_s=PATIENCE_S)
        return killed

    return weather


def _wished(load: Load) -> Callable[[], Awaitable[int]]:
    async def count() -> int:
        return len(load.wished)

    return count


async def test_nothing_is_lost_and_nothing_happens_twice_whoever_is_killed(
    running: Running, tell: Tell
) -> None:
    chance = random.Random(SEED)
    reaper = Reaper(running.stack, chance, gap_s=(1.6, 2.4), rest_s=10, most_each=2)
    load = Load(running, "A Storm", chance, Pace(crawl_s=1))
    reaper.spared = Spared(load, reaper)
    claim = await weathered(load, a_storm(load, reaper, kills=12, promises=FEW), tell)
    assert (claim.lost, claim.twice, claim.kills) == (0, 0, 12)
    assert claim.committed == claim.effects > FEW
    assert len(load.wished) > 10


@pytest.mark.long
@pytest.mark.control
async def test_the_ledger_of_a_storm_sees_a_refresher_that_acknowledges_first(
    running: Running, tell: Tell
) -> None:
    stack, load = running.stack, Load(running, "A Careless Storm", random.Random(SEED), Pace(wish_s=0.2))

    async def kills() -> int:
        for _ in range(CARELESS_KILLS):
            await asyncio.sleep(2)
            await killed(stack, "refresher")
        return CARELESS_KILLS

    async with instead(stack, "refresher", argv=(sys.executable, "-m", "tests.chaos.careless_refresher")):
        claim, _ = await claim_after(load, kills, tell, but=frozenset({"jobs"}))
    assert claim.lost > 0
    assert claim.twice == 0


@pytest.mark.long
async def test_nothing_is_lost_and_nothing_happens_twice_in_a_long_storm(
    running: Running, tell: Tell
) -> None:
    chance = random.Random(SEED)
    pace = Pace(wish_s=0.6, setting_s=5, crawl_s=20, viewers=2, play_s=0.4)
    reaper = Reaper(running.stack, chance, gap_s=(2, 4), rest_s=25)
    load = Load(running, "A Long Storm", chance, pace)
    reaper.spared = Spared(load, reaper)
    claim = await weathered(load, a_storm(load, reaper, kills=KILLS, promises=MANY), tell)
    assert (claim.lost, claim.twice) == (0, 0)
    assert claim.kills >= KILLS
    assert claim.committed == claim.effects > MANY
    assert set(reaper.killed) == set(EVERYBODY)
