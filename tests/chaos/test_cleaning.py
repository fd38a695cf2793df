"""A clean-up that is cut off has done nothing, and asked for again it moves each title to the trash once."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp
import asyncpg
import pytest

from tests.chaos.claim import Claim, unheard
from tests.chaos.ledger import reading
from tests.chaos.storm import killed
from tests.chaos.truth import Mark, left_behind, mark, truth
from tests.chaos.weather import settled
from tests.support.gateway import eventually
from tests.support.running import Running
from wellspring_cli.stack import Stack

pytestmark = [pytest.mark.chaos, pytest.mark.asyncio(loop_scope="session")]

TITLES = 12
CREATED = 201
_ADD = """
with added as (
    insert into catalog.titles (kind, title, slug, created_at)
    select 'series', $1 || ' ' || n, $2 || '-' || n, now() - interval '90 days'
    from generate_series(1, $3) as n
    returning id
), episodes as (
    insert into catalog.episodes (title_id, number, created_at)
    select id, 1, now() - interval '90 days' from added
)
select id from added
"""
_MARK = """
insert into catalog.clean_marks (title_id, reason, marked_at, statistics)
select id, 'no_source', now() - interval '25 hours', '{}' from unnest($1::bigint[]) as id
"""
_HIDDEN = """
select count(*) from links.refresh_schedule as s
join catalog.episodes as e on e.id = s.episode_id
where e.title_id = any($1) and s.why = 'in_trash'
"""
# Its lock is granted, and it waits for ours: some titles are in the trash by then, for itself alone.
_IN_THE_MIDDLE = """
select exists (
    select from pg_locks as held
    join pg_locks as wanted on wanted.pid = held.pid and not wanted.granted
    where held.locktype = 'advisory' and held.granted
        and ((held.classid::bigint << 32) | held.objid::bigint) = hashtextextended('catalog.clean', 0)
)
"""
_CLOSE_BREAKERS = "update health.host_state set position = 'closed', since = null where position <> 'closed'"

Titles = Sequence[int]


@asynccontextmanager
async def as_service(stack: Stack, service: str) -> AsyncGenerator["asyncpg.Connection[asyncpg.Record]"]:
    """Lend a connection with a service's login. It may be killed with its server."""
    connection = await asyncpg.connect(stack.database_url(service))
    try:
        yield connection
    finally:
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await connection.close()


async def condemned(stack: Stack, name: str) -> list[int]:
    """Store titles without sources whose mark is old enough."""
    async with as_service(stack, "gateway") as connection:
        rows = await connection.fetch(_ADD, name, name.lower().replace(" ", "-"), TITLES)
        titles = [row["id"] for row in rows]
        await connection.execute(_MARK, titles)
    return titles


async def clean(running: Running) -> dict[str, Any] | None:
    """Ask for a clean-up, and return the run unless whoever should answer is gone."""
    operator, url = running.operator, f"{running.url}/api/v1/clean"
    try:
        async with operator.session.post(url, json={}, headers=operator.headers) as response:
            answer: dict[str, Any] = await response.json(content_type=None)
            assert response.status in {CREATED, 503}, answer
            return answer if response.status == CREATED else None
    except (aiohttp.ClientError, ConnectionError, TimeoutError):
        return None


async def in_trash(stack: Stack, titles: Titles) -> int:
    """Return how many of some titles lie in the trash, each by a run that is there."""
    async with reading(stack) as connection:
        return int(
            await connection.fetchval(
                "select count(*) from catalog.titles as t join catalog.clean_runs as r on r.id = t.clean_run "
                "where t.id = any($1) and t.deleted_at is not null",
                titles,
            )
        )


async def cut_off(running: Running, victim: str, titles: Titles) -> None:
    """Kill a process while a run is in the middle of its titles, and see that nothing came of it."""
    stack = running.stack
    async with as_service(stack, "gateway") as connection, reading(stack) as watching:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("lock table catalog.outbox in share mode")
        asking = asyncio.create_task(clean(running))
        await eventually(lambda: watching.fetchval(_IN_THE_MIDDLE), bool)
        stack.kill(victim)
        if victim == "gateway":
            assert await asking is None
            assert await in_trash(stack, titles) == 0
            await transaction.rollback()
    await stack.supervisor.processes[victim].gone()
    await stack.wait_ready("postgres", "gateway")
    assert await asking is None
    # the server notices that its client is gone as soon as it may go on
    await eventually(lambda: is_free(stack), bool)
    assert await in_trash(stack, titles) == 0


async def is_free(stack: Stack) -> bool:
    """Return whether no run holds the lock of the clean-up."""
    async with reading(stack) as connection, connection.transaction():
        sql = "select pg_try_advisory_xact_lock(hashtextextended('catalog.clean', 0))"
        return bool(await connection.fetchval(sql))


async def hurried(running: Running, titles: Titles, chance: random.Random) -> None:
    """Kill the gateway at any moment of a run: all of its titles are in the trash then, or none."""
    asking = asyncio.create_task(clean(running))
    await asyncio.sleep(chance.uniform(0, 0.1))
    await killed(running.stack, "gateway")
    await asking
    await eventually(lambda: is_free(running.stack), bool)
    assert await in_trash(running.stack, titles) in {0, len(titles)}


async def cleaned_claim(stack: Stack, titles: Titles, since: Mark, *, kills: int) -> Claim:
    """Return what became of titles: the trash, what was told of it, and what runs said that they did."""
    seen, trashed = await truth(stack, since), await in_trash(stack, titles)
    told = Counter(
        row.payload["title_id"]
        for row in seen.rows
        if row.subject == "catalog.changed"
        and row.payload["change"] == "removed"
        and seen.copies[row.event_id]
    )
    async with reading(stack) as connection:
        said = await connection.fetchval(
            "select coalesce(sum((counts->>'trash')::int), 0) from catalog.clean_runs where started_at >= $1",
            since.at,
        )
        hidden = await connection.fetchval(_HIDDEN, titles)
    missed = tuple(unheard(seen))
    return Claim(
        committed=len(titles),
        effects=min(trashed, len(told), hidden),
        lost=len(titles) - min(trashed, len(told), said, hidden) + len(missed),
        twice=told.total() - len(told) + max(said - len(titles), 0),
        kills=kills,
        redelivered=seen.deliveries - seen.messages,
        why=missed,
    )


async def test_a_clean_up_that_is_cut_off_did_nothing_and_the_next_moves_each_title_once(
    running: Running, tell: Callable[[object], None]
) -> None:
    stack, chance = running.stack, random.Random(8)
    async with as_service(stack, "health") as connection:
        await connection.execute(_CLOSE_BREAKERS)  # what came before in this stack is no outage of ours
    since, titles, kills = await mark(stack), list[int](), 0
    for victim in ("gateway", "postgres", "anybody"):
        batch = await condemned(stack, f"Condemned By {victim}")
        if victim == "anybody":
            await hurried(running, batch, chance)
        else:
            await cut_off(running, victim, batch)
        await eventually(lambda: clean(running), bool)
        assert await in_trash(stack, batch) == TITLES
        titles, kills = titles + batch, kills + 1
    await settled(stack, since)
    claim = await cleaned_claim(stack, titles, since, kills=kills)
    tell(claim)
    assert (claim.why, claim.lost, claim.twice) == ((), 0, 0)
    assert claim.committed == claim.effects == 3 * TITLES
    assert await left_behind(stack, since) == {}
    await assert_it_can_tell(running, titles, since)


async def assert_it_can_tell(running: Running, titles: Titles, since: Mark) -> None:
    """Fail unless a title that is back and one that went twice are seen: the ledger's own controls."""
    async with as_service(running.stack, "gateway") as connection:
        sql = "update catalog.titles set deleted_at = null, clean_run = null where id = $1"
        await connection.execute(sql, titles[0])
        assert (await cleaned_claim(running.stack, titles, since, kills=0)).lost == 1
        await connection.execute(_MARK, titles[:1])
    assert await eventually(lambda: clean(running), bool)
    await settled(running.stack, since)
    assert (await cleaned_claim(running.stack, titles, since, kills=0)).twice == 2, "told, and said, twice"
