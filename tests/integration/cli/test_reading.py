"""What a verb says whose database goes away while it is at work."""

import asyncio

import pytest

from tests.integration.cli.test_dead import Terminal
from tests.integration.common.databases import administrator
from tests.integration.common.letters import bury, died
from tests.integration.common.waiting import eventually
from wellspring_cli.testing import Database as FreshDatabase

LETTERS = 4
_OTHERS = """
select count(pg_terminate_backend(pid)) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
"""


@pytest.fixture
def terminal(database: FreshDatabase) -> Terminal:
    return Terminal(database)


async def test_a_replay_whose_database_goes_away_says_so_and_the_next_one_does_the_rest(
    terminal: Terminal, database: FreshDatabase
) -> None:
    for _ in range(LETTERS):
        await bury(database, died(), schema="health", consumer="health")
    async with administrator(database) as sql:

        async def replayed() -> int:
            return int(await sql.fetchval("select count(*) from health.outbox"))

        first = asyncio.create_task(terminal.dead("replay", "--all", "--json", "--rate", "0.5"))
        await eventually(replayed, bool, within=60)
        assert await sql.fetchval(_OTHERS) == 1
        code, said, complained = await first
        done = await replayed()
        code_then, told = await terminal.json("replay", "--all", "--rate", "100")
    assert (code, said) == (1, "")
    assert "went away in the middle" in complained
    assert "Traceback" not in complained
    assert 0 < done < LETTERS
    assert (code_then, told["replayed"]) == (0, LETTERS - done)
