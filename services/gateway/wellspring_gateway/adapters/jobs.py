"""Scrape jobs in Postgres: the gateway adds them, the refresher moves them on."""

from datetime import datetime
from uuid import UUID

import asyncpg

from wellspring_common import metrics
from wellspring_common.events.jobs import JobCancelled
from wellspring_common.events.scrape import Lane, ScrapeRequested, SourceRef
from wellspring_common.ids import derived_id, uuid7
from wellspring_common.outbox import Outbox
from wellspring_common.postgres import Connection, Database

from ..domain.state import Job
from ..domain.titles import EpisodeHead
from ..ports.library import Requested
from . import queries


def job_of(row: asyncpg.Record) -> Job:
    """Return the job in a row."""
    return Job(**{**row, "id": str(row["id"])})


class PostgresJobs:
    """Jobs, with their requests in the gateway's outbox."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox

    async def request(
        self,
        episode_id: int,
        *,
        reason: str,
        requested_by: str,
        now: datetime,
        lane: Lane = Lane.INTERACTIVE,
    ) -> Requested | None:
        """Queue a scrape, or return the live job. Nothing, when the episode has no source."""
        async with self._database.transaction() as connection:
            head = await connection.fetchrow(queries.HEAD_BY_ID, episode_id)
            sources = await connection.fetch(queries.SOURCES, episode_id)
            if head is None or not sources:
                return None
            job_id = uuid7()
            wish = (job_id, episode_id, head["title_id"], reason, requested_by, now, lane.value)
            while not await connection.fetchval(queries.QUEUE_JOB, *wish):
                # The live job may end between the two statements: then the next try finds room.
                if live := await connection.fetchval(queries.LIVE_JOB, episode_id):
                    if lane is Lane.INTERACTIVE:
                        await self._promote(connection, live, sources, now=now)
                    return Requested(live, deduplicated=True)
            event = _request(job_id, episode_id, sources, reason=reason, asked_at=now, lane=lane)
            await self._outbox.add(connection, event, now=now, event_id=derived_id(job_id, "requested"))
            return Requested(job_id, deduplicated=False)

    async def _promote(
        self, connection: Connection, job_id: UUID, sources: list[asyncpg.Record], *, now: datetime
    ) -> None:
        """Ask for a job on the lane of people that still waits in the background: the same one, once."""
        job = await connection.fetchrow(queries.PROMOTE_JOB, job_id)
        if job is None:
            return
        event = _request(
            job_id, job["episode_id"], sources, reason=job["reason"], asked_at=job["requested_at"]
        )
        await self._outbox.add(connection, event, now=now, event_id=derived_id(job_id, "promoted"))
        metrics.JOBS_PROMOTED.inc()

    async def cancel(self, job_id: UUID, *, by: str, now: datetime) -> str | None:
        """Ask for the end of a job, where it has none, and return its state until now. Nothing for no job."""
        async with self._database.transaction() as connection:
            state: str | None = await connection.fetchval(queries.STATE_OF_JOB, job_id)
            if state in {"queued", "running"}:
                event = JobCancelled(job_id=job_id, cancelled_by=by, cancelled_at=now)
                await self._outbox.add(connection, event, now=now, event_id=derived_id(job_id, "cancelled"))
        return state

    async def job(self, job_id: UUID) -> Job | None:
        """Return a job."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(queries.JOB_BY_ID, job_id)
        return job_of(row) if row is not None else None

    async def recent(self, limit: int) -> list[tuple[Job, EpisodeHead | None]]:
        """Return the newest jobs with their episodes."""
        async with self._database.connection() as connection:
            jobs = [job_of(row) for row in await connection.fetch(queries.RECENT_JOBS, limit)]
            heads = await connection.fetch(queries.HEADS_BY_IDS, [job.episode_id for job in jobs])
        by_id = {row["id"]: EpisodeHead(**row) for row in heads}
        return [(job, by_id.get(job.episode_id or 0)) for job in jobs]

    async def of_catalogue(self, catalogue_id: int, limit: int) -> list[Job]:
        """Return the newest crawls of a catalogue."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(queries.JOBS_OF_CATALOGUE, catalogue_id, limit)
        return [job_of(row) for row in rows]


def _request(
    job_id: UUID,
    episode_id: int,
    sources: list[asyncpg.Record],
    *,
    reason: str,
    asked_at: datetime,
    lane: Lane = Lane.INTERACTIVE,
) -> ScrapeRequested:
    return ScrapeRequested(
        job_id=job_id,
        episode_id=episode_id,
        lane=lane,
        reason=reason,
        requested_at=asked_at,
        sources=tuple(_source(row) for row in sources),
    )


def _source(row: asyncpg.Record) -> SourceRef:
    return SourceRef(
        source_id=row["id"],
        quality=row["quality"],
        url=row["url"],
        definition=row["definition"],
        language=row["language"],
    )
