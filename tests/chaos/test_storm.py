"""Everybody is killed at random under every kind of load: nothing is lost, and nothing happens twice."""

import os
import random
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.chaos.audience import Audience
from tests.chaos.claim import Claim, claimed
from tests.chaos.load import Load, Pace, under_load
from tests.chaos.reaper import EVERYBODY, Reaper
from tests.chaos.storm import shelf_of
from tests.chaos.truth import Mark, left_behind, mark, under_way
from tests.support.gateway import eventually
from tests.support.running import Running
from wellspring_cli.stack import Stack
from wellspring_scraper.adapters import processes

pytestmark = [pytest.mark.chaos, pytest.mark.asyncio(loop_scope="session")]

SEED = int(os.environ.get("WELLSPRING_CHAOS_SEED", "20261121"))
KILLS = int(os.environ.get("WELLSPRING_CHAOS_KILLS", "200"))
SETTLE_S = 150.0

Tell = Callable[[object], None]


async def settled(stack: Stack, since: Mark) -> None:
    """Wait until everybody is up and nothing moves. What was in hand at a kill comes again after 30 s."""
    await stack.wait_ready(*EVERYBODY)
    await eventually(lambda: under_way(stack, since), lambda found: found == {}, patience_s=SETTLE_S)


def orphans(stack: Stack) -> list[int]:
    """Return browsers of scrapers that are no more."""
    folders = Path(tempfile.gettempdir()).glob("wellspring-browser-*")
    current = f"wellspring-browser-{stack.pids['scraper']}-"
    return [pid for each in folders if current not in each.name for pid in processes.holders(each)]


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


async def weathered(running: Running, load: Load, reaper: Reaper, *, kills: int, tell: Tell) -> Claim:
    """Let a storm pass over a stack under load, and return what it claims then."""
    stack = running.stack
    shelf = await shelf_of(running, f"Watched In {load.name}", 1)
    since = await mark(stack)
    audience = Audience(running.url, reaper.chance)
    reaper.spared = Spared(load, reaper)
    # so that a kill finds somebody at work
    await running.demo.fault(target="site", kind="slow", delay_s=0.7)
    try:
        async with under_load(load, audience, [*shelf.good, *shelf.broken]):
            count = await reaper.reap(kills)
    finally:
        await running.demo.heal()
    await settled(stack, since)
    claim = await claimed(load, audience, since, kills=count)
    tell(claim)
    assert claim.why == (), claim
    assert await left_behind(stack, since) == {}
    assert orphans(stack) == []
    return claim


async def test_nothing_is_lost_and_nothing_happens_twice_whoever_is_killed(
    running: Running, tell: Tell
) -> None:
    chance = random.Random(SEED)
    reaper = Reaper(running.stack, chance, gap_s=(1.6, 2.4), rest_s=10, most_each=2)
    load = Load(running, "A Storm", chance, Pace(crawl_s=1))
    claim = await weathered(running, load, reaper, kills=12, tell=tell)
    assert (claim.lost, claim.twice, claim.kills) == (0, 0, 12)
    assert claim.committed == claim.effects > 100
    assert len(load.wished) > 10


@pytest.mark.long
async def test_nothing_is_lost_and_nothing_happens_twice_in_a_long_storm(
    running: Running, tell: Tell
) -> None:
    chance = random.Random(SEED)
    pace = Pace(wish_s=0.6, setting_s=5, crawl_s=20, viewers=2, play_s=0.4)
    reaper = Reaper(running.stack, chance, gap_s=(2, 6), rest_s=25)
    load = Load(running, "A Long Storm", chance, pace)
    claim = await weathered(running, load, reaper, kills=KILLS, tell=tell)
    assert (claim.lost, claim.twice) == (0, 0)
    assert claim.kills >= KILLS
    assert claim.committed == claim.effects > 10 * KILLS
    assert set(reaper.killed) == set(EVERYBODY)
