"""Dead letters are tried again while everybody is killed: each has its effect once."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import asyncpg
import pytest

from tests.chaos.small import Small
from tests.chaos.small_process import CONSUMER, SCHEMA
from tests.support.gateway import eventually

pytestmark = [pytest.mark.chaos, pytest.mark.long]

BURIED = 12
Tell = Callable[[object], None]


async def letters(stack: Small, state: str) -> list[int]:
    """Return dead letters in a state."""
    rows = await stack.rows(f"select id, state from {SCHEMA}.dead_letters order by id")
    return [int(row["id"]) for row in rows if row["state"] == state]


async def replay_all(stack: Small) -> int:
    """Try every open letter again, one after the other, and return how many."""
    connection = await asyncpg.connect(stack.database.admin_url)
    try:
        await connection.execute("delete from public.sickness")
        ids = await letters(stack, "open")
        for letter in ids:
            sql = f"select {SCHEMA}.replay_dead_letter($1, 'somebody', $2)"
            await connection.fetchval(sql, letter, CONSUMER.replay)
            await asyncio.sleep(0.05)
    finally:
        await connection.close()
    return len(ids)


@pytest.mark.parametrize(
    ("how", "wrong"),
    [
        pytest.param("sick", set(), id="done well"),
        pytest.param("sick,forgetful", {"twice"}, id="no inbox", marks=pytest.mark.control),
    ],
)
async def test_dead_letters_that_are_replayed_during_kills_have_their_effect_once(
    small: Callable[[str], AbstractAsyncContextManager[Small]], tell: Tell, how: str, wrong: set[str]
) -> None:
    async with small(how) as stack:
        await eventually(lambda: letters(stack, "open"), lambda found: len(found) >= BURIED)
        replaying = asyncio.create_task(replay_all(stack))
        for victim in ("consume", "produce", "consume"):
            await asyncio.sleep(0.3)
            await stack.kill(victim)
        stack.servers.kill("nats")
        assert await replaying >= BURIED
        # what died between the cure and the list
        await eventually(stack.waiting, lambda left: left[1] < 100)
        await replay_all(stack)
        await stack.judged(tell, wrong)
        assert await letters(stack, "open") == []
        assert len(await letters(stack, "replayed")) >= BURIED
