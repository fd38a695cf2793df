"""A million episodes, and a refresher that looks for what is due: nothing, or a hundred of them.

The baseline is the seeds' pass over the same library in the same database: read all episodes, and look up for
each whether its links are still cached. It is timed over a part of the library, and multiplied by the rest.
Run by `./wellspring bench refresher`.
"""

import asyncio
import random
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

import asyncpg
from pydantic import SecretStr

from wellspring_cli.testing import Database as FreshDatabase
from wellspring_cli.testing import shared_servers
from wellspring_common.clock import SystemClock
from wellspring_common.outbox import Outbox
from wellspring_common.postgres import Database, open_database
from wellspring_common.settings import PostgresSettings
from wellspring_refresher.adapters.due import PostgresDue, claim
from wellspring_refresher.adapters.postgres import SCHEMA
from wellspring_refresher.domain.rules import Rules
from wellspring_refresher.ports import Limits
from wellspring_refresher.settings import RefresherSettings
from wellspring_refresher.sweeps import patience_of

from ._table import Row, report

EPISODES = 1_000_000
A_TITLE = 20
HOSTS = 50
LOOKS, CLAIMS, ASKS = 301, 41, 15
LOOKED_UP = 20_000
CLAIMED = 100
SWEEP_GOAL_MS, CLAIM_GOAL_MS = 1.0, 5.0
LEASE = timedelta(minutes=10)

Step = Callable[[], Awaitable[None]]

# Rows that refer to each other are made here in their right order: nobody has to check a million of them.
FILL = (
    "set session_replication_role = replica",
    f"""
    insert into catalog.titles (id, kind, title, slug) overriding system value
    select n, 'series', 'show ' || n, 'show-' || n from generate_series(1, {EPISODES // A_TITLE}) as n
    """,
    f"""
    insert into catalog.episodes (id, title_id, number) overriding system value
    select n, (n - 1) / {A_TITLE} + 1, (n - 1) % {A_TITLE} + 1 from generate_series(1, {EPISODES}) as n
    """,
    f"""
    insert into catalog.sources (episode_id, quality, url, definition)
    select n, 720, 'https://h' || n % {HOSTS} || '.example/' || n, 'vcloud'
    from generate_series(1, {EPISODES}, 10) as n
    """,
    f"""
    insert into links.links (source_id, episode_id, quality, server, label, kind, container, url, verified,
        scraped_at, expires_at, expiry_basis, refresh_class, job_id)
    select id, episode_id, 720, 'pixel', 'Pixel', 'stream', 'mp4', 'https://pixel.example/' || episode_id,
        true, now(), now() + interval '6 hours', 'parameter', 'safe', gen_random_uuid()
    from catalog.sources where episode_id <= {LOOKED_UP * 2}
    """,
    f"""
    insert into links.refresh_schedule (episode_id, due_at, why, urgency, last_scraped_at)
    select n, now() + (60 + n % 600000) * interval '1 second', 'unwatched', 2 + n % 2, now()
    from generate_series(1, {EPISODES}) as n
    """,
    "set session_replication_role = origin",
    "vacuum analyze links.refresh_schedule",
    "analyze catalog.titles, catalog.episodes, catalog.sources, links.links",
    "checkpoint",
)


async def seeds_pass_s(connection: "asyncpg.Connection[asyncpg.Record]") -> float:
    """Return how long the seeds take to see that nothing is due: all is read, and each looked up."""
    began = time.perf_counter()
    rows = await connection.fetch("select id from catalog.episodes order by id")
    read_s = time.perf_counter() - began
    cached = await connection.prepare(
        "select id from links.links where episode_id = $1 and expires_at > now()"
    )
    began = time.perf_counter()
    for row in rows[:LOOKED_UP]:
        await cached.fetchrow(row["id"])
    return read_s + (time.perf_counter() - began) * len(rows) / LOOKED_UP


async def timed_ms(once: Step, before: Step, rounds: int) -> list[float]:
    """Return the times of each round, after two that only warm up. What is done before is not timed."""
    times = []
    for _ in range(rounds + 2):
        await before()
        began = time.perf_counter()
        await once()
        times.append((time.perf_counter() - began) * 1000)
    return times[2:]


class Bench:
    """The due sweep on the filled database, as the refresher's own login runs it."""

    def __init__(self, database: Database, admin: "asyncpg.Connection[asyncpg.Record]") -> None:
        self.database, self.admin = database, admin
        self.due = PostgresDue(database, Outbox(SCHEMA))
        self.now = SystemClock().now()
        self.dice, self.due_ones = random.Random(1), list[int]()
        self.statements = list[float]()

    async def look(self) -> None:
        """Sweep where nothing is due, as the refresher does every few seconds."""
        seen = await self.due.look(patience_of(RefresherSettings()), now=self.now)
        if seen.overdue or seen.has_lost:
            raise SystemExit("something is due that should not be")

    async def make_due(self) -> None:
        """Make a hundred episodes with sources due, other ones each time."""
        await self.admin.execute("delete from links.jobs")
        move = "update links.refresh_schedule set due_at = $1, why = 'watched' where episode_id = any($2)"
        await self.admin.execute(move, self.now + timedelta(days=1), self.due_ones)
        self.due_ones = [1 + 10 * n for n in self.dice.sample(range(EPISODES // 10), CLAIMED)]
        await self.admin.execute(move, self.now - timedelta(minutes=1), self.due_ones)

    async def claim(self) -> None:
        """Take the turns of a hundred due episodes, in a transaction as the sweep does."""
        async with self.database.transaction() as connection:
            began = time.perf_counter()
            rows = await claim(connection, now=self.now, most=CLAIMED, lease=LEASE)
            self.statements.append((time.perf_counter() - began) * 1000)
        if len(rows) != CLAIMED:
            raise SystemExit(f"claimed {len(rows)}")

    async def commit(self) -> None:
        """Update one row and commit it: what a transaction costs here that does next to nothing."""
        async with self.database.transaction() as connection:
            await connection.execute("update links.planned_by set updated_at = now()")

    async def ask(self) -> None:
        """Claim a hundred, hold them to their hosts' budgets and write their jobs and requests."""
        limits = Limits(most=CLAIMED, most_waiting=100_000, lease=LEASE, per_host_hour=100_000)
        asked = await self.due.request_due(Rules(), limits, now=self.now)
        if len(asked) != CLAIMED:
            raise SystemExit(f"asked for {len(asked)}")


async def measured(database: FreshDatabase) -> list[Row]:
    """Fill the database, measure on it and return the rows of the table."""
    admin = await asyncpg.connect(database.admin_url, timeout=30)
    settings = PostgresSettings(database_url=SecretStr(database.url_for("refresher")), database_pool_size=2)
    try:
        for statement in FILL:
            await admin.execute(statement, timeout=300)
        async with open_database(settings, service="refresher") as held:
            bench = Bench(held, admin)
            nothing = await timed_ms(bench.look, _nothing, LOOKS)
            commits = await timed_ms(bench.commit, _nothing, CLAIMS)
            claims = await timed_ms(bench.claim, bench.make_due, CLAIMS)
            asks = await timed_ms(bench.ask, bench.make_due, ASKS)
        seeds_s = await seeds_pass_s(admin)
    finally:
        await admin.close()
    return [
        _row(f"sweep of {EPISODES:,} episodes, nothing due", nothing, seeds_s, SWEEP_GOAL_MS),
        Row(
            what="what any commit costs here: one row",
            ours=f"{statistics.median(commits):.2f} ms (at best {min(commits):.2f})",
            baseline="-",
            ratio="-",
            goal="-",
            holds=True,
        ),
        _row(f"claim of {CLAIMED} due ones, with its commit", claims, seeds_s, CLAIM_GOAL_MS),
        _row("of that, the claim itself", bench.statements[2:], seeds_s, None),
        _row(f"the same, with budgets, jobs and requests of {CLAIMED}", asks, seeds_s, None),
    ]


def _row(what: str, times: list[float], seeds_s: float, goal_ms: float | None) -> Row:
    median, best = statistics.median(times), min(times)
    return Row(
        what=what,
        ours=f"{median:.2f} ms (at best {best:.2f})",
        baseline=f"{seeds_s:.0f} s (the seeds' pass, of {LOOKED_UP:,} lookups)",
        ratio=f"1/{seeds_s * 1000 / median:,.0f}",
        goal="-" if goal_ms is None else f"<= {goal_ms:g} ms",
        holds=goal_ms is None or median <= goal_ms,
    )


async def _nothing() -> None:
    pass


def main() -> None:
    """Measure and print."""
    with shared_servers() as servers, servers.database() as database:
        rows = asyncio.run(measured(database))
    report("The refresher at a million episodes (medians)", rows)


if __name__ == "__main__":
    main()
