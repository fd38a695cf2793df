"""What real services gave up is tried again while everybody is killed: each letter has its effect once."""

import asyncio
import os
import random
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from operator import le

import pytest

from tests.chaos.audience import Audience
from tests.chaos.claim import Claim
from tests.chaos.giving_up import PATIENCE_S, POISON, SICK, everything_dies, given_up, plays_die
from tests.chaos.instead import ROOT
from tests.chaos.letters import Letter, book, letters_since, replays_stored, replays_written, say_again
from tests.chaos.reaper import EVERYBODY, Reaper
from tests.chaos.replaying import Clicker, Terminal, decided
from tests.chaos.sickness import sickness
from tests.chaos.storm import shelf_of
from tests.chaos.truth import Mark, mark, truth
from tests.chaos.weather import settled
from tests.support.gateway import eventually
from tests.support.running import Running
from wellspring_cli.stack import Stack

pytestmark = [pytest.mark.chaos, pytest.mark.long, pytest.mark.asyncio(loop_scope="session")]

SEED = int(os.environ.get("WELLSPRING_CHAOS_SEED", "20261121"))
FEW = 8
CARELESS_KILLS = 3
AWAY_S = 3.0

Tell = Callable[[object], None]


async def reap(reaper: Reaper, since: Mark, letters: int) -> None:
    """Kill everybody once and the refresher twice while letters are tried, and take the broker away."""
    victims = [*EVERYBODY, "refresher"]
    reaper.chance.shuffle(victims)
    for number, victim in enumerate(victims, start=1):
        enough = number * letters // (len(victims) + 2)
        await eventually(partial(decided, reaper.stack, since), partial(le, enough), patience_s=PATIENCE_S)
        reaper.kill(victim)
    await reaper.stack.wait_ready("nats")
    await reaper.stack.stop("nats")
    await asyncio.sleep(AWAY_S)
    reaper.stack.start("nats")


async def replayed_through_kills(running: Running, letters: Sequence[Letter], since: Mark) -> int:
    """Have two people try all letters again while everybody is killed, and return how many were."""
    stack = running.stack
    reaper = Reaper(stack, random.Random(SEED), gap_s=(0, 0), rest_s=0)
    terminal, clicker = Terminal(stack, since, CARELESS_KILLS), Clicker(running)
    async with asyncio.TaskGroup() as group:
        group.create_task(terminal.replay_all())
        group.create_task(clicker.replay(letters))
        group.create_task(reap(reaper, since, len(letters)))
    assert [each for each in terminal.complaints if "Traceback" in each] == []
    assert clicker.refused > 0, "what the command line did is done"
    await settled(stack, since)
    return reaper.killed.total() + terminal.kills


async def test_what_real_services_gave_up_has_its_effect_once_when_it_is_replayed_during_kills(
    running: Running, tell: Tell
) -> None:
    stack, audience = running.stack, Audience(running.url, random.Random(SEED))
    since, shelf = await mark(stack), await shelf_of(running, "Given Up Plays", 1)
    async with sickness(stack) as sick:
        await everything_dies(running, sick, shelf, audience, since)
        letters = await letters_since(stack, since)
        before = await book(stack, letters, since)
        assert (before.effects, before.lost) == (0, before.committed), "nothing of it happened before"
        await sick.cure()
        # what a lost acknowledgement brings again: some of it may happen before its letter is tried
        plays = [each for each in letters if each.event == "playback.started"]
        await say_again(stack, [each.said for each in plays[::3]])
        kills = await replayed_through_kills(running, letters, since)

    seen = await truth(stack, since)
    claim = await book(stack, letters, since, kills=kills, redelivered=seen.deliveries - seen.messages)
    tell(claim)
    assert (claim.why, claim.lost, claim.twice) == ((), 0, 0)
    assert claim.committed == claim.effects > len(letters)
    assert claim.redelivered > 0
    await check_letters(stack, since)
    await check_repetition(stack, letters, since, claim)


async def check_letters(stack: Stack, since: Mark) -> None:
    """Fail unless each letter was decided once, by one of two people, and none died again."""
    letters = await letters_since(stack, since)
    assert Counter((each.consumer, each.code) for each in letters) == SICK + POISON
    assert Counter(each.outcome for each in letters) == {"handled": SICK.total(), "sent": POISON.total()}
    assert len({each.decided_by for each in letters}) == 2
    assert set((await replays_stored(stack, since)).values()) == {1}


async def check_repetition(stack: Stack, letters: Sequence[Letter], since: Mark, claim: Claim) -> None:
    """Fail when replays that are brought once more, as if the broker had forgotten them, change anything."""
    written = await replays_written(stack, since)
    assert len(written) == len(letters)
    await say_again(stack, written)
    await settled(stack, since)
    assert (
        replace(await book(stack, letters, since), kills=claim.kills, redelivered=claim.redelivered) == claim
    )
    assert {each.outcome for each in await letters_since(stack, since)} == {"handled", "sent"}


@pytest.mark.control
@pytest.mark.parametrize(
    ("how", "wrong"),
    [
        pytest.param("forgetful", "lost", id="forget the letter first"),
        pytest.param("nameless", "twice", id="under another id"),
    ],
)
async def test_the_ledger_of_letters_sees_a_replay_that_is_careless(
    running: Running, tell: Tell, how: str, wrong: str
) -> None:
    stack, audience = running.stack, Audience(running.url, random.Random(SEED))
    since, shelf = await mark(stack), await shelf_of(running, f"Given Up By A {how} Replay", 1)
    async with sickness(stack) as sick:
        await plays_die(sick, shelf, audience, FEW)
        letters = await given_up(stack, since, Counter({("refresher_plays", "bug"): FEW}))
        await sick.cure()
        for _ in range(CARELESS_KILLS):
            await careless(running, how, dies=True)
        await careless(running, how, dies=False)
        await settled(stack, since)
    claim = replace(await book(stack, letters, since), kills=CARELESS_KILLS)
    tell(claim)
    right = {"lost": 0, "twice": 0}
    assert {"lost": claim.lost, "twice": claim.twice} == right | {wrong: CARELESS_KILLS}


async def careless(running: Running, how: str, *, dies: bool) -> None:
    """Try all letters again with a mistake, and kill that between its two steps if wanted."""
    stack = running.stack
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.chaos.careless_replay", how),
        *(stack.servers.admin_database_url, stack.nats_url(), "60" if dies else "0"),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    if dies:
        assert await process.stdout.readline()
        process.kill()
    await process.communicate()
