"""Links, jobs and the schedule in Postgres."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from wellspring_common import metrics
from wellspring_common.bus.port import Delivery
from wellspring_common.events.catalog import CatalogChange, CatalogChanged
from wellspring_common.events.links import LinkRef, LinksUpdated
from wellspring_common.events.scrape import (
    Lane,
    LinksScraped,
    ScrapeFailed,
    ScrapeRequested,
    ScrapeStarted,
    SourceRef,
)
from wellspring_common.ids import derived_id, uuid7
from wellspring_common.inbox import Inbox
from wellspring_common.outbox import Outbox
from wellspring_common.postgres import Connection, Database
from wellspring_common.retention import purge_messaging
from wellspring_common.text import storable
from wellspring_common.tunables import Tunables

from ..domain.merge import JobState, browsed_of, counts_of, problems_of, state_of
from . import queries
from .found import store_results
from .timetable import schedule_next, schedule_retry

SCHEMA = "links"


class PostgresStore:
    """The refresher's tables. An event is handled in one transaction with its inbox row and what it tells."""

    def __init__(self, database: Database, outbox: Outbox, inbox: Inbox) -> None:
        self._database = database
        self._outbox = outbox
        self._inbox = inbox

    async def job_started(self, consumer: str, delivery: Delivery, event: ScrapeStarted) -> None:
        """Mark a job as running."""
        async with self._database.transaction() as connection:
            if await self._inbox.first_time(connection, consumer, delivery.envelope.event_id):
                await connection.execute(queries.START_JOB, event.job_id, event.started_at, event.attempt)

    async def links_found(
        self, consumer: str, delivery: Delivery, event: LinksScraped, *, now: datetime, tunables: Tunables
    ) -> int | None:
        """Store what a job found and return how many links are new or changed. Nothing for a repetition."""
        async with self._database.transaction() as connection:
            if not await self._inbox.first_time(connection, consumer, delivery.envelope.event_id):
                return None
            stored = await store_results(connection, event)
            state = state_of(event.results)
            ended = await connection.fetchval(
                queries.END_JOB,
                event.job_id,
                state.value,
                None,
                None,
                counts_of(event.results),
                problems_of(event.results),
                event.started_at,
                event.finished_at,
                event.attempt,
                browsed_of(event.results),
            )
            if not stored.is_late:
                await schedule_next(connection, event, state, now=now, tunables=tunables)
            if ended or not stored.is_late:
                held = await connection.fetchval(queries.JOB_STATE, event.job_id)
                told = _updated(event, JobState(held or state), stored.changed)
                await self._tell(connection, delivery, told, now)
            return len(stored.changed)

    async def scrape_failed(
        self, consumer: str, delivery: Delivery, event: ScrapeFailed, *, now: datetime
    ) -> bool:
        """End a job that found nothing, and return whether it still had to end: what was stored stays."""
        async with self._database.transaction() as connection:
            if not await self._inbox.first_time(connection, consumer, delivery.envelope.event_id):
                return False
            ended = await connection.fetchval(
                queries.END_JOB,
                event.job_id,
                JobState.FAILED.value,
                event.code,
                storable(event.detail),
                counts_of(event.results),
                problems_of(event.results),
                event.started_at,
                event.finished_at,
                event.attempt,
                browsed_of(event.results),
            )
            if not ended:  # the job has an end already: what comes late says nothing new
                return False
            await schedule_retry(connection, event.episode_id, now=now)
            await self._tell(connection, delivery, _updated(event, JobState.FAILED, ()), now)
            return True

    async def catalog_changed(self, consumer: str, delivery: Delivery, event: CatalogChanged) -> None:
        """Make sure that the schedule knows the episodes. What was removed is gone by its foreign keys."""
        async with self._database.transaction() as connection:
            if not await self._inbox.first_time(connection, consumer, delivery.envelope.event_id):
                return
            if event.change is not CatalogChange.REMOVED:
                await connection.execute(queries.KNOW_EPISODES, list(event.episode_ids))

    async def request_due(
        self, *, now: datetime, limit: int, lease: timedelta, most_waiting: int
    ) -> list[int]:
        """Ask for scrapes of due episodes and return which, never letting more than `most_waiting` wait.

        A claimed row is pushed ahead by the lease, so that it comes back if its job is lost.
        """
        async with self._database.transaction() as connection:
            room = most_waiting - await connection.fetchval(queries.WAITING_JOBS)
            due = await connection.fetch(queries.CLAIM_DUE, now, min(limit, room)) if room > 0 else []
            if not due:
                return []
            episodes = [row["episode_id"] for row in due]
            await connection.execute(queries.PUSH_DUE, episodes, now + lease)
            sources = await self._sources(connection, episodes)
            asked = []
            for row in due:
                episode_id = row["episode_id"]
                if await self._request(connection, episode_id, sources[episode_id], now):
                    metrics.LINK_REFRESH_LAG.observe((now - row["due_at"]).total_seconds())
                    asked.append(episode_id)
            return asked

    async def end_lost_jobs(self, *, now: datetime, lease: timedelta, queue_patience: timedelta) -> list[str]:
        """Fail jobs that ran for longer than a lease or waited beyond all patience, and return which."""
        async with self._database.transaction() as connection:
            lost = await connection.fetch(queries.LOST_JOBS, now - lease, now - queue_patience)
            if lost:
                await connection.execute(queries.END_LOST, [row["id"] for row in lost], now)
            for row in lost:
                await schedule_retry(connection, row["episode_id"], now=now)
                event = LinksUpdated(
                    episode_id=row["episode_id"],
                    job_id=row["id"],
                    state=JobState.FAILED.value,
                    error_code="job_timeout",
                    changed=(),
                )
                event_id = derived_id(row["id"], "lost")
                await self._outbox.add(connection, event, now=now, event_id=event_id)
            return [str(row["id"]) for row in lost]

    async def purge(self) -> int:
        """Delete what is past its retention and return how many rows."""
        deleted = await purge_messaging(self._database, SCHEMA)
        async with self._database.connection() as connection:
            for statement in queries.PURGE:
                deleted += int((await connection.execute(statement)).rpartition(" ")[2])
        return deleted

    async def overdue(self, *, now: datetime) -> tuple[int, timedelta]:
        """Return how many episodes are due and not requested, and how long the oldest has waited."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(queries.OVERDUE, now)
        assert row is not None  # noqa: S101  (a count always has a row)
        return row["episodes"], timedelta(0) if row["oldest"] is None else now - row["oldest"]

    async def _tell(
        self, connection: Connection, delivery: Delivery, event: LinksUpdated, now: datetime
    ) -> None:
        event_id = derived_id(delivery.envelope.event_id, LinksUpdated.subject)
        await self._outbox.add(connection, event, now=now, event_id=event_id, cause=delivery.envelope)

    async def _sources(self, connection: Connection, episodes: list[int]) -> dict[int, list[SourceRef]]:
        found: dict[int, list[SourceRef]] = defaultdict(list)
        for row in await connection.fetch(queries.EPISODE_SOURCES, episodes):
            found[row["episode_id"]].append(
                SourceRef(
                    source_id=row["id"],
                    quality=row["quality"],
                    url=row["url"],
                    definition=row["definition"],
                    language=row["language"],
                )
            )
        return found

    async def _request(
        self, connection: Connection, episode_id: int, sources: list[SourceRef], now: datetime
    ) -> bool:
        if not sources:
            return False
        job_id, reason = uuid7(), "expiry"
        if not await connection.fetchval(queries.QUEUE_JOB, job_id, episode_id, reason, now):
            return False
        event = ScrapeRequested(
            job_id=job_id,
            episode_id=episode_id,
            lane=Lane.BACKGROUND,
            reason=reason,
            requested_at=now,
            sources=tuple(sources),
        )
        await self._outbox.add(connection, event, now=now, event_id=derived_id(job_id, "requested"))
        return True


def _updated(event: LinksScraped | ScrapeFailed, state: JobState, changed: Sequence[LinkRef]) -> LinksUpdated:
    return LinksUpdated(
        episode_id=event.episode_id,
        job_id=event.job_id,
        state=state.value,
        error_code=event.code if isinstance(event, ScrapeFailed) else None,
        changed=tuple(changed),
    )
