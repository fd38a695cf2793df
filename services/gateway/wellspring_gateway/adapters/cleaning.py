"""The clean-up in Postgres: one transaction a run, and everything that it does can be undone."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from wellspring_common import metrics
from wellspring_common.errors import Permanent
from wellspring_common.ids import uuid7
from wellspring_common.outbox import Outbox
from wellspring_common.postgres import Connection, Database, touched

from ..domain.cleaning import (
    PROOFS,
    Candidate,
    Decided,
    Reason,
    Rules,
    SourcePage,
    Verdict,
    counted,
    plan,
)
from ..upkeep import CleanRun
from . import clean_queries as queries
from .queries import LOCK_TITLES
from .trash import bring_back, put_away

KEPT = timedelta(days=400)
SCHEDULE = "schedule"
_STATES = ("alive", "unknown", "suspect", "dead")

log = structlog.get_logger(__name__)


class PostgresCleaning:
    """Finds titles that have nothing left to play, marks them, and moves them to the trash later."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox

    async def run(self, rules: Rules, *, by: str, dry: bool, now: datetime) -> CleanRun:
        """Mark, unmark and move to the trash. Raises `Permanent` with `breaker_open` while one is open."""
        async with self._database.transaction() as connection:
            if dry:
                return await self._rehearse(connection, rules, by=by, now=now)
            await connection.execute(queries.LOCK)
            return await self._run(connection, rules, by=by, now=now)

    async def run_due(self, rules: Rules, *, every_hours: float, now: datetime) -> CleanRun | None:
        """Do the same by the clock, where the last run is long enough ago. Raises `Permanent` as `run`."""
        async with self._database.transaction() as connection:
            if not await connection.fetchval(queries.TRY_LOCK):
                return None
            if await connection.fetchval(queries.RAN_SINCE, now - timedelta(hours=every_hours)):
                return None
            return await self._run(connection, rules, by=SCHEDULE, now=now)

    async def undo(self, run_id: UUID, *, by: str, now: datetime) -> list[int] | None:
        """Restore what a run moved to the trash and return which titles. Nothing for no run."""
        async with self._database.transaction() as connection:
            await connection.execute(LOCK_TITLES)
            if not await connection.fetchval(queries.UNDO, run_id, by, now):
                return None
            titles = [row["title_id"] for row in await connection.fetch(queries.TITLES_OF_RUN, run_id)]
            for title_id in titles:
                await bring_back(connection, self._outbox, title_id, by=by, now=now)
            return titles

    async def one(self, run_id: UUID) -> CleanRun | None:
        """Return a run with the titles that it moved to the trash and that are still there."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(queries.RUN, run_id)
            if row is None:
                return None
            titles = [dict(each) for each in await connection.fetch(queries.TITLES_OF_RUN, run_id)]
        return CleanRun(**row, titles=titles)

    async def recent(self, limit: int) -> list[CleanRun]:
        """Return the newest runs, without their titles."""
        async with self._database.connection() as connection:
            return [CleanRun(**row) for row in await connection.fetch(queries.RECENT, limit)]

    async def marks(self, limit: int) -> list[dict[str, Any]]:
        """Return the titles that are marked, the oldest mark first."""
        async with self._database.connection() as connection:
            return [dict(row) for row in await connection.fetch(queries.MARKS, limit)]

    async def purge(self, *, now: datetime) -> int:
        """Delete runs past their time and return how many."""
        async with self._database.connection() as connection:
            return touched(await connection.execute(queries.PURGE, now - KEPT))

    async def _rehearse(self, connection: Connection, rules: Rules, *, by: str, now: datetime) -> CleanRun:
        found = await connection.fetch(queries.SUSPECTS, PROOFS)
        decided, names = await _decided(connection, [row["id"] for row in found], rules, now=now)
        before = await _library(connection) | _candidates(decided)
        return CleanRun(
            id=None,
            requested_by=by,
            counts=counted(decided),
            before=before,
            after=before,
            started_at=now,
            finished_at=now,
            titles=_shown(decided, names),
            held_back=[row["host"] for row in await connection.fetch(queries.OPEN_BREAKERS)],
        )

    async def _run(self, connection: Connection, rules: Rules, *, by: str, now: datetime) -> CleanRun:
        await _refuse_while_open(connection)
        # it reads the whole library: before anybody has to wait for us
        library = await _library(connection)
        # What a crawl or a person is adding is seen: they hold one of these two, or wait for us.
        await connection.execute(LOCK_TITLES)
        held = await connection.fetch(queries.HOLD, PROOFS)
        decided, names = await _decided(connection, [row["id"] for row in held], rules, now=now)
        run_id, counts, before = uuid7(), counted(decided), library | _candidates(decided)
        await connection.execute(queries.ADD_RUN, run_id, by, counts, before, before, now, now)
        for one in decided:
            await self._carry_out(connection, one, run_id, now=now)
        recovered = [one.candidate.title_id for one in decided if one.verdict is Verdict.UNMARK]
        await connection.execute(queries.UNMARK, recovered)
        left = [one for one in decided if one.verdict is not Verdict.TRASH]
        after = await _library(connection) | _candidates(left)
        await connection.execute(queries.END_RUN, run_id, after, now)
        metrics.CLEANED_TITLES.labels("marked").inc(counts[Verdict.MARK])
        metrics.CLEANED_TITLES.labels("recovered").inc(counts[Verdict.UNMARK])
        metrics.CLEANED_TITLES.labels("trashed").inc(counts[Verdict.TRASH])
        log.info("library.cleaned", run_id=str(run_id), by=by, **counts)
        return CleanRun(
            id=run_id,
            requested_by=by,
            counts=counts,
            before=before,
            after=after,
            started_at=now,
            finished_at=now,
            titles=_shown(decided, names),
        )

    async def _carry_out(self, connection: Connection, one: Decided, run_id: UUID, *, now: datetime) -> None:
        title_id = one.candidate.title_id
        if one.reason is None:
            return
        if one.verdict is Verdict.MARK:
            await connection.execute(queries.MARK, title_id, one.reason.value, now, _statistics_of(one))
        elif one.verdict is Verdict.TRASH:
            because = one.reason.value
            await put_away(
                connection, self._outbox, title_id, by="clean-up", because=because, now=now, clean_run=run_id
            )


async def _refuse_while_open(connection: Connection) -> None:
    hosts = [row["host"] for row in await connection.fetch(queries.OPEN_BREAKERS)]
    if hosts:
        named = ", ".join("our own network" if host == "*" else host for host in hosts[:5])
        more = f" and {len(hosts) - 5} more" if len(hosts) > 5 else ""  # noqa: PLR2004  (as many as are named)
        raise Permanent(
            f"Nothing is cleaned up during an outage, and this looks like one: {named}{more}. "
            "Run it again when that is over.",
            code="breaker_open",
        )


async def _decided(
    connection: Connection, title_ids: list[int], rules: Rules, *, now: datetime
) -> tuple[list[Decided], dict[int, Any]]:
    """Return what becomes of titles by all that is known of them, and what they are called."""
    pages: dict[int, list[SourcePage]] = defaultdict(list)
    for row in await connection.fetch(queries.PAGES, title_ids):
        pages[row["title_id"]].append(SourcePage(**{k: v for k, v in row.items() if k != "title_id"}))
    rows = await connection.fetch(queries.EVIDENCE, title_ids, now)
    candidates = [
        Candidate(
            title_id=row["title_id"],
            added_at=row["added_at"],
            pages=tuple(pages[row["title_id"]]),
            playable_links=row["playable_links"],
            restored_at=row["restored_at"],
            marked_at=row["marked_at"],
            marked_for=Reason(row["marked_for"]) if row["marked_for"] else None,
        )
        for row in rows
    ]
    return plan(candidates, rules, now=now), {row["title_id"]: row for row in rows}


async def _library(connection: Connection) -> dict[str, Any]:
    """Return what the library holds. It reads all of it."""
    row = await connection.fetchrow(queries.STATISTICS)
    assert row is not None  # noqa: S101  (counts always have a row)
    links = {each["state"]: each["links"] for each in await connection.fetch(queries.LINKS_BY_STATE)}
    return {**row, "links": {state: links.get(state, 0) for state in _STATES}}


def _candidates(decided: Sequence[Decided]) -> dict[str, Any]:
    reasons = [one.reason for one in decided]
    return {"candidates": {reason.value: reasons.count(reason) for reason in Reason}}


def _statistics_of(one: Decided) -> dict[str, Any]:
    return {
        "sources": len(one.candidate.pages),
        "gone_in_scrapes": min((page.times for page in one.candidate.pages), default=0),
        "playable_links": one.candidate.playable_links,
    }


def _shown(decided: Sequence[Decided], names: dict[int, Any]) -> list[dict[str, Any]]:
    return [
        {
            "title_id": one.candidate.title_id,
            "title": names[one.candidate.title_id]["title"],
            "slug": names[one.candidate.title_id]["slug"],
            "verdict": one.verdict.value,
            "reason": one.reason.value if one.reason is not None else None,
            "marked_at": one.candidate.marked_at.isoformat() if one.candidate.marked_at else None,
            **_statistics_of(one),
        }
        for one in decided
        if one.verdict is not Verdict.KEEP
    ]
