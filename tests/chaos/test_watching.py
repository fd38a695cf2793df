"""Whoever is killed while people watch, the refresher counts each play once."""

import asyncio
import random
import sys
from collections.abc import Callable

import pytest

from tests.chaos.audience import Audience
from tests.chaos.claim import plays_claimed
from tests.chaos.instead import instead
from tests.chaos.storm import killed, shelf_of, watched
from tests.chaos.truth import left_behind, mark, truth
from tests.chaos.weather import settled
from tests.support.gateway import eventually
from tests.support.running import Running

pytestmark = [pytest.mark.chaos, pytest.mark.long, pytest.mark.asyncio(loop_scope="session")]

VICTIMS = ("refresher", "nats", "refresher", "postgres", "refresher")
PLAYS = 300
PAUSE_S = 0.02

Tell = Callable[[object], None]


async def watched_through(running: Running, audience: Audience, show: str, victims: tuple[str, ...]) -> int:
    """Let people watch one episode while processes are killed, and return how many were."""
    shelf = await shelf_of(running, show, 1)
    audience.pause_s = PAUSE_S
    async with watched(audience, shelf.good):
        for victim in victims:
            await asyncio.sleep(audience.chance.uniform(0.5, 1.5))
            await killed(running.stack, victim)
        await eventually(
            lambda: asyncio.sleep(0, len(audience.accepted)), lambda seen: seen >= PLAYS, patience_s=120
        )
    return len(victims)


async def test_each_play_makes_its_episode_one_play_more_popular_whoever_is_killed(
    running: Running, tell: Tell
) -> None:
    stack, audience = running.stack, Audience(running.url, random.Random(5))
    since = await mark(stack)
    kills = await watched_through(running, audience, "Popular Through Kills", VICTIMS)
    await settled(stack, since)
    claim = await plays_claimed(stack, audience, await truth(stack, since), kills=kills)
    tell(claim)
    assert (claim.why, claim.lost, claim.twice) == ((), 0, 0)
    assert claim.committed == claim.effects >= PLAYS
    assert await left_behind(stack, since) == {}


@pytest.mark.control
@pytest.mark.parametrize(
    ("how", "wrong"),
    [
        pytest.param("hasty", "lost", id="acknowledge first"),
        pytest.param("forgetful", "twice", id="no inbox"),
    ],
)
async def test_the_ledger_of_plays_sees_a_refresher_that_is_careless(
    running: Running, tell: Tell, how: str, wrong: str
) -> None:
    stack, audience = running.stack, Audience(running.url, random.Random(6))
    argv = (sys.executable, "-m", "tests.chaos.careless_refresher", how)
    since = await mark(stack)
    async with instead(stack, "refresher", argv=argv):
        kills = await watched_through(running, audience, f"Popular By A {how} Refresher", ("refresher",) * 3)
        await settled(stack, since)
    claim = await plays_claimed(stack, audience, await truth(stack, since), kills=kills)
    tell(claim)
    assert {name for name in ("lost", "twice") if getattr(claim, name)} == {wrong}
