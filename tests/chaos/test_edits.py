"""Whoever is killed while people edit one title, no edit undoes another, and each is told once."""

import asyncio
import random
import sys
from collections.abc import Awaitable, Callable

import pytest

from tests.chaos.editors import Editors, edited_claim, editors_of
from tests.chaos.instead import instead
from tests.chaos.storm import killed
from tests.chaos.truth import left_behind, mark
from tests.chaos.weather import settled
from tests.support.gateway import eventually
from tests.support.running import Running

pytestmark = [pytest.mark.chaos, pytest.mark.long, pytest.mark.asyncio(loop_scope="session")]

TOGETHER = 3
KILLS = 16
MOST_WORDS = 500
"""A synopsis has at most 5000 characters."""

Tell = Callable[[object], None]


async def edited(editors: Editors, weather: Callable[[], Awaitable[int]]) -> int:
    """Let people edit for as long as something happens, and return how many were killed."""
    over = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for name in "abc"[:TOGETHER]:
            group.create_task(editors.edit(name, over))
        try:
            return await weather()
        finally:
            over.set()


async def more_words(editors: Editors, number: int) -> None:
    """Wait until so many words more were added."""
    wanted = len(editors.accepted) + number
    await eventually(lambda: asyncio.sleep(0, len(editors.accepted)), lambda count: count >= wanted)


# what others had in hand when their broker or their database died comes again after 30 s
@pytest.mark.parametrize("victim", ["gateway", "postgres", "nats"])
async def test_no_edit_undoes_another_whoever_is_killed(running: Running, tell: Tell, victim: str) -> None:
    stack, since = running.stack, await mark(running.stack)
    editors = await editors_of(running, f"Edited Despite {victim}")

    async def once() -> int:
        await more_words(editors, 10)
        await killed(stack, victim)
        await more_words(editors, 10)
        return 1

    kills = await edited(editors, once)
    await settled(stack, since)
    claim = await edited_claim([editors], since, kills=kills)
    tell(claim)
    assert (claim.why, claim.lost, claim.twice) == ((), 0, 0)
    assert claim.committed == claim.effects >= 20
    assert editors.refused > 0, "nobody was in anybody's way"
    assert (editors.unanswered > 0) is (victim != "nats"), "without its broker the gateway goes on accepting"
    assert await left_behind(stack, since) == {}


async def test_no_edit_undoes_another_through_kills_that_overlap(running: Running, tell: Tell) -> None:
    stack, since, chance = running.stack, await mark(running.stack), random.Random(5)
    editors = [await editors_of(running, f"Edited In A Storm {number}") for number in (1, 2)]

    async def overlapping() -> int:
        for _ in range(KILLS):
            await asyncio.sleep(chance.uniform(0.1, 2))
            able = [name for name in ("gateway", "nats", "postgres") if name in stack.pids]
            if able and max(len(each.accepted) for each in editors) < MOST_WORDS:
                stack.kill(chance.choice(able))
        return KILLS

    counts = await asyncio.gather(edited(editors[0], overlapping), edited(editors[1], overlapping))
    await settled(stack, since)
    claim = await edited_claim(editors, since, kills=sum(counts))
    tell(claim)
    assert (claim.why, claim.lost, claim.twice) == ((), 0, 0)
    assert claim.committed == claim.effects > 0
    assert await left_behind(stack, since) == {}


@pytest.mark.control
async def test_the_ledger_of_edits_sees_editors_who_do_not_say_what_they_read(
    running: Running, tell: Tell
) -> None:
    since, editors = await mark(running.stack), await editors_of(running, "Edited Blindly", blind=True)
    both = [await editors.read(), await editors.read()]
    for word, read in zip(("first", "second"), both, strict=True):
        assert read is not None
        assert await editors.write(word, *read)
    await settled(running.stack, since)
    claim = await edited_claim([editors], since, kills=0)
    tell(claim)
    assert (claim.committed, claim.effects, claim.lost) == (2, 1, 1)


@pytest.mark.control
@pytest.mark.parametrize(
    ("how", "wrong"),
    [pytest.param("blind", "lost: ", id="no If-Match"), pytest.param("tells-later", "untold: ", id="dual")],
)
async def test_the_ledger_of_edits_sees_a_gateway_that_is_careless(
    running: Running, tell: Tell, how: str, wrong: str
) -> None:
    since, editors = await mark(running.stack), await editors_of(running, f"Edited By A {how} Gateway")
    argv = (sys.executable, "-m", "tests.chaos.careless_gateway", how)

    async def one_kill() -> int:
        await more_words(editors, 20)
        await killed(running.stack, "gateway")
        return 1

    async with instead(running.stack, "gateway", argv=argv):
        kills = await edited(editors, one_kill)
    await settled(running.stack, since)
    claim = await edited_claim([editors], since, kills=kills)
    tell(claim)
    assert any(each.startswith(wrong) for each in claim.why), claim
