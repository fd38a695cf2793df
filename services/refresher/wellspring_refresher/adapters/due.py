"""What is due: claimed by one index, held back by the budget of its hosts, and asked for."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from wellspring_common import metrics
from wellspring_common.events.envelope import Event
from wellspring_common.events.scrape import Lane, ScrapeRequested, SourceRef
from wellspring_common.ids import derived_id, uuid7
from wellspring_common.outbox import Outbox
from wellspring_common.postgres import Connection, Database

from ..domain.budget import Allotment, Used, Wish, allot, host_of, hour_of
from ..domain.patience import Patience
from ..domain.policy import spared
from ..domain.rules import Rules
from ..ports import Limits, Look
from . import schedule_queries as queries
from .timetable import links_of, plan_again

_Sources = Mapping[int, Sequence[SourceRef]]


class PostgresDue:
    """The refreshes whose time has come."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox

    async def request_due(self, rules: Rules, limits: Limits, *, now: datetime) -> list[int]:
        """Ask for scrapes of due episodes, the urgent ones first, and return which."""
        async with self._database.transaction() as connection:
            room = limits.most_waiting - await connection.fetchval(queries.WAITING_JOBS)
            if room <= 0:
                return []
            due = await claim(connection, now=now, most=min(limits.most, room), lease=limits.lease)
            if not due:
                return []
            claimed = [row["episode_id"] for row in due]
            sources = await _sources(connection, claimed)
            if hopeless := [number for number in claimed if number not in sources]:  # in the trash, or empty
                await plan_again(connection, hopeless, rules, now=now, ends_job=True)
            live = {row["episode_id"] for row in await connection.fetch(queries.LIVE_SCRAPES, claimed)}
            able = [row for row in due if row["episode_id"] in sources and row["episode_id"] not in live]
            given = await self._within_budget(connection, able, sources, limits.per_host_hour, now)
            granted = set(given.granted)
            asking = [row for row in able if row["episode_id"] in granted]
            return await self._ask(connection, asking, sources, rules, now)

    async def look(self, patience: Patience, *, now: datetime) -> Look:
        """Return what there is to do."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(
                queries.LOOK,
                now,
                now - patience.job_lease,
                now - patience.queue_patience,
                now - patience.crawl_lease,
                now - patience.crawl_patience,
            )
        assert row is not None  # noqa: S101  (a count always has a row)
        oldest = timedelta(0) if row["oldest"] is None else now - row["oldest"]
        return Look(overdue=row["episodes"], oldest=oldest, has_lost=row["has_lost"])

    async def overdue(self, *, now: datetime) -> tuple[int, timedelta]:
        """Return how many episodes are due and not requested, and how long the oldest has waited."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(queries.OVERDUE, now)
        assert row is not None  # noqa: S101  (a count always has a row)
        return row["episodes"], timedelta(0) if row["oldest"] is None else now - row["oldest"]

    async def _within_budget(
        self,
        connection: Connection,
        due: Sequence[asyncpg.Record],
        sources: _Sources,
        per_host_hour: int,
        now: datetime,
    ) -> Allotment:
        wishes = [
            Wish(number, frozenset(host_of(source.url) for source in sources[number]))
            for number in (row["episode_id"] for row in due)
        ]
        hosts, hour = sorted({host for wish in wishes for host in wish.hosts}), hour_of(now)
        await connection.execute(queries.OPEN_HOURS, hosts, hour)
        rows = await connection.fetch(queries.USED_HOURS, hosts, hour)
        used = {(row["host"], row["hour"]): Used(row["asked"], row["moved"]) for row in rows}
        given = allot(wishes, used, most=per_host_hour, now=now)
        if given.later:
            why = {row["episode_id"]: row["why"] for row in due}
            later = list(given.later)
            await connection.execute(
                queries.MOVE_TURNS, later, list(given.later.values()), [why[number] for number in later]
            )
            metrics.LINK_REFRESHES_MOVED.inc(len(later))
        hours = sorted({*given.asked, *given.moved})
        await connection.execute(
            queries.COUNT_HOURS,
            [host for host, _ in hours],
            [hour for _, hour in hours],
            [given.asked[each] for each in hours],
            [given.moved[each] for each in hours],
        )
        return given

    async def _ask(
        self,
        connection: Connection,
        due: Sequence[asyncpg.Record],
        sources: _Sources,
        rules: Rules,
        now: datetime,
    ) -> list[int]:
        jobs = {uuid7(): row for row in due}
        rows = await connection.fetch(
            queries.QUEUE_JOBS,
            list(jobs),
            [row["episode_id"] for row in due],
            [row["why"] for row in due],
            now,
        )
        links = await links_of(connection, [row["episode_id"] for row in due])
        asked, events = list[int](), dict[UUID, Event]()
        for job_id in (row["id"] for row in rows):
            row = jobs[job_id]
            events[derived_id(job_id, "requested")] = ScrapeRequested(
                job_id=job_id,
                episode_id=row["episode_id"],
                lane=Lane.BACKGROUND,
                reason=row["why"],
                requested_at=now,
                sources=tuple(sources[row["episode_id"]]),
                spare=spared(links[row["episode_id"]], row["watched_at"], rules, now=now),
            )
            metrics.LINK_REFRESH_LAG.observe((now - row["due_at"]).total_seconds())
            metrics.LINK_REFRESHES_REQUESTED.labels(row["why"]).inc()
            asked.append(row["episode_id"])
        await self._outbox.add_all(connection, events, now=now)
        return asked


async def claim(
    connection: Connection, *, now: datetime, most: int, lease: timedelta
) -> list[asyncpg.Record]:
    """Take the turns of due episodes, the urgent ones first, past those that another process is taking."""
    rows = await connection.fetch(queries.CLAIM_DUE, now, most, now + lease)
    return sorted(rows, key=lambda row: (row["urgency"], row["due_at"]))


async def _sources(connection: Connection, episodes: Sequence[int]) -> dict[int, list[SourceRef]]:
    found: defaultdict[int, list[SourceRef]] = defaultdict(list)
    for row in await connection.fetch(queries.EPISODE_SOURCES, list(episodes)):
        found[row["episode_id"]].append(
            SourceRef(
                source_id=row["id"],
                quality=row["quality"],
                url=row["url"],
                definition=row["definition"],
                language=row["language"],
            )
        )
    return dict(found)
