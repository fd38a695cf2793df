"""Whoever is killed while people watch, each beacon counts once and each broken link is asked."""

import asyncio
import random
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.chaos.audience import Audience
from tests.chaos.instead import instead
from tests.chaos.ledger import Ledger
from tests.chaos.storm import VICTIMS, killed, settled, shelf_of, storm, watched
from tests.support.gateway import eventually
from tests.support.running import Running

pytestmark = [pytest.mark.chaos, pytest.mark.asyncio(loop_scope="session")]

Tell = Callable[[Ledger], None]


async def test_each_beacon_counts_once_and_each_broken_link_is_asked_whoever_is_killed(
    running: Running, tell: Tell
) -> None:
    shelf = await shelf_of(running, "Watched Through Kills", 2)
    audience = Audience(running.url, random.Random(1))

    async def each_once() -> int:
        for victim in VICTIMS:
            # what has piled up comes first: a report in hand at the next kill is brought again after 30 s
            await asyncio.sleep(1)
            await killed(running.stack, victim)
        return len(VICTIMS)

    ledger = await storm(running, shelf, audience, each_once, tell)
    assert (ledger.lost, ledger.twice, ledger.kills) == (0, 0, 4)
    assert ledger.hurried == len(shelf.broken) == 12
    assert ledger.accepted > 100
    assert ledger.accepted <= ledger.told <= ledger.accepted + ledger.unanswered
    assert ledger.repeated > 100


@pytest.mark.long
async def test_thousands_of_beacons_count_once_through_kills_that_overlap(
    running: Running, tell: Tell
) -> None:
    shelf = await shelf_of(running, "Watched Through Many Kills", 6)
    chance = random.Random(2)
    audience = Audience(running.url, chance)

    async def overlapping() -> int:
        kills = 0
        while kills < 16 or len(audience.accepted) < 5000:
            victim = chance.choice(VICTIMS)
            if kills < 24 and victim in running.stack.pids:
                running.stack.kill(victim)
                kills += 1
            await asyncio.sleep(chance.uniform(0.2, 4))
        return kills

    ledger = await storm(running, shelf, audience, overlapping, tell, idle=True)
    assert (ledger.lost, ledger.twice) == (0, 0)
    assert ledger.hurried == len(shelf.broken) == 36
    assert ledger.accepted >= 5000
    assert ledger.kills >= 16


@pytest.mark.control
@pytest.mark.parametrize(
    ("how", "wrong"),
    [
        pytest.param("forgetful", "twice", id="no dedupe by id", marks=pytest.mark.long),
        pytest.param("hasty", "lost", id="no commit first"),
    ],
)
async def test_the_ledger_sees_a_gateway_that_is_careless(
    running: Running, tell: Tell, how: str, wrong: str
) -> None:
    shelf = await shelf_of(running, f"Watched With A {how.title()} Gateway", 1)
    audience = Audience(running.url, random.Random(3))
    argv = (sys.executable, "-m", "tests.chaos.careless_gateway", how)
    async with instead(running.stack, "gateway", argv=argv):
        async with watched(audience, shelf.good):
            await eventually(lambda: asyncio.sleep(0, len(audience.accepted)), lambda seen: seen > 300)
            await killed(running.stack, "gateway")
        await audience.repeat([each for each in audience.sent if each.event_id in audience.accepted][:20])
        ledger = replace(await settled(running.stack, audience), kills=1)
    tell(ledger)
    seen = {name for name in ("twice", "lost") if getattr(ledger, name)}
    assert seen == {wrong}
    assert ledger.told > 0
