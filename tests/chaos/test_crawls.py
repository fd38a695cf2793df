"""A catalogue is read while all that take part are killed in turn: every title once, every episode once."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from typing import Any, TypeAlias

import asyncpg
import pytest

from tests.chaos.ledger import Ledger, reading
from tests.support.gateway import eventually
from tests.support.running import Running

pytestmark = [pytest.mark.chaos, pytest.mark.long, pytest.mark.asyncio(loop_scope="session")]

VICTIMS = ("scraper", "gateway", "refresher", "nats", "postgres")
CRAWL_S = 150.0
STEP = 25
"""So many more titles are read before the next one is killed."""

_NEWEST = "select coalesce(max(id), 0) from catalog.titles"
_KEPT = "select count(*) from catalog.titles where id > $1"
_EPISODES = "select count(*) from catalog.episodes where title_id > $1"
_TOLD = """
select convert_from(payload, 'utf8') as text from catalog.outbox where subject = 'catalog.changed'
"""

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


async def read_shelf(running: Running, connection: Connection, since: int, kills: int) -> Ledger:
    """Hold what came into the library since a title against what the catalogue has, and what was told."""
    async with running.operator.session.get(f"{running.demo.control}/anime") as response:
        there = await response.json()
    titles = await connection.fetchval(_KEPT, since)
    episodes = await connection.fetchval(_EPISODES, since)
    told: Counter[int] = Counter()
    for row in await connection.fetch(_TOLD):
        event = json.loads(row["text"])
        if event["title_id"] > since and event["change"] == "added":
            told.update(event["episode_ids"])
    return Ledger(
        accepted=there["episodes"],
        counted=episodes,
        told=len(told),
        lost=max(there["titles"] - titles, 0) + max(there["episodes"] - len(told), 0),
        twice=max(titles - there["titles"], 0)
        + max(episodes - there["episodes"], 0)
        + sum(times - 1 for times in told.values()),
        kills=kills,
    )


async def crawl_of(running: Running, job_id: str) -> dict[str, Any]:
    """Return a crawl as its page shows it."""
    async with running.operator.session.get(f"{running.url}/api/v1/crawls/{job_id}") as response:
        found: dict[str, Any] = await response.json()
        return found


async def start(running: Running) -> str:
    """Add the catalogue, ask for all of it, and return the job."""
    operator, address = running.operator, running.stack.demo["anime"]
    wish = {"name": "Killed", "definition": "otakudesu", "base_urls": [address], "enabled": False}
    url = f"{running.url}/api/v1/catalogues"
    async with operator.session.post(url, json=wish, headers=operator.headers) as response:
        assert response.status == 201, await response.text()
        catalogue = (await response.json())["id"]
    url = f"{url}/{catalogue}/crawls"
    async with operator.session.post(url, json={"scope": "all"}, headers=operator.headers) as response:
        assert response.status == 202, await response.text()
        return str((await response.json())["id"])


async def kill_in_turn(running: Running) -> int:
    """Kill one after the other, each when the crawl has come further, and return how many."""
    for number, victim in enumerate(VICTIMS, start=1):
        await _has_come(running, number * STEP)
        await _killed(running, victim)
    return len(VICTIMS)


async def _has_come(running: Running, pages: int) -> None:
    async def asked() -> int:
        log = await running.demo.log("anime")
        return sum(entry["path"].startswith("/anime/") for entry in log)

    await eventually(asked, lambda seen: seen >= pages, patience_s=CRAWL_S)


async def _killed(running: Running, victim: str) -> None:
    before = running.stack.pids[victim]
    running.stack.kill(victim)
    await eventually(
        lambda: asyncio.sleep(0, running.stack.pids.get(victim)),
        lambda pid: pid is not None and pid != before,
    )


async def test_whoever_is_killed_while_a_catalogue_is_read_each_title_is_stored_and_told_once(
    running: Running, tell: Callable[[Ledger], None]
) -> None:
    async with reading(running.stack) as connection:
        since = await connection.fetchval(_NEWEST)
    job_id = await start(running)
    kills = await kill_in_turn(running)
    ended = await eventually(
        lambda: crawl_of(running, job_id),
        lambda crawl: crawl.get("state") in {"succeeded", "partial", "failed"},
        patience_s=CRAWL_S,
    )
    assert (ended["state"], ended["problems"]) == ("succeeded", []), ended
    async with reading(running.stack) as connection:
        # the end of the crawl and its last titles travel to different services
        ledger = await eventually(
            lambda: read_shelf(running, connection, since, kills), lambda seen: seen.lost == 0
        )
        tell(ledger)
        assert (ledger.lost, ledger.twice) == (0, 0), ledger
        lost, twice = await spoilt(running, connection, since)
    assert (lost.lost > 0, twice.twice > 0) == (True, True), "a ledger that cannot tell is worth nothing"


async def spoilt(running: Running, connection: Connection, since: int) -> tuple[Ledger, Ledger]:
    """Return the ledger with a title gone, and with one there twice: its negative controls."""
    title = await connection.fetchval("select min(id) from catalog.titles where id > $1", since)
    writer = await asyncpg.connect(running.stack.database_url("gateway"))
    try:
        await writer.execute(
            "insert into catalog.titles (kind, title, slug) values ('series', 'A twin', 'a-twin-of-chaos')"
        )
        twice = await read_shelf(running, connection, since, 0)
        await writer.execute("delete from catalog.titles where slug = 'a-twin-of-chaos'")
        await writer.execute("delete from catalog.titles where id = $1", title)
        return await read_shelf(running, connection, since, 0), twice
    finally:
        await writer.close()
