"""Links, jobs and the schedule in Postgres."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from wellspring_common.bus.port import Delivery
from wellspring_common.events.catalog import CatalogChanged
from wellspring_common.events.links import LinkRef, LinksUpdated
from wellspring_common.events.scrape import LinksScraped, ScrapeFailed, ScrapeStarted, SourceResult
from wellspring_common.ids import derived_id
from wellspring_common.inbox import Inbox
from wellspring_common.outbox import Outbox
from wellspring_common.postgres import Connection, Database, touched
from wellspring_common.retention import purge_messaging
from wellspring_common.text import storable
from wellspring_common.tunables import Tunables

from ..domain.gone import COUNTS_AFTER, gone_and_not
from ..domain.history import after_failure, after_scrape
from ..domain.merge import JobState, browsed_of, counts_of, problems_of, state_of
from ..domain.rules import rules_of
from . import queries, schedule_queries
from .found import store_results
from .timetable import plan_again

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
                await _count_gone(connection, event.episode_id, event.results, now=now)
                await plan_again(
                    connection,
                    [event.episode_id],
                    rules_of(tunables),
                    now=now,
                    change=partial(
                        after_scrape,
                        is_whole=state is JobState.SUCCEEDED,
                        is_fed=counts_of(event.results)["links"] >= tunables.min_servers_per_episode,
                        now=now,
                    ),
                    ends_job=True,
                )
            if ended or not stored.is_late:
                held = await connection.fetchval(queries.JOB_STATE, event.job_id)
                told = _updated(event, JobState(held or state), stored.changed)
                await self._tell(connection, delivery, told, now)
            return len(stored.changed)

    async def scrape_failed(
        self, consumer: str, delivery: Delivery, event: ScrapeFailed, *, now: datetime, tunables: Tunables
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
            await _count_gone(connection, event.episode_id, event.results, now=now)
            await _plan_after_failure(connection, [event.episode_id], tunables, now=now)
            await self._tell(connection, delivery, _updated(event, JobState.FAILED, ()), now)
            return True

    async def catalog_changed(
        self, consumer: str, delivery: Delivery, event: CatalogChanged, *, now: datetime, tunables: Tunables
    ) -> None:
        """Let the schedule know the episodes, those that lie in the trash and those that came back.

        What was removed for good is gone by its foreign keys.
        """
        async with self._database.transaction() as connection:
            if not await self._inbox.first_time(connection, consumer, delivery.envelope.event_id):
                return
            await connection.execute(schedule_queries.KNOW_EPISODES, sorted(event.episode_ids))
            rows = await connection.fetch(schedule_queries.MISPLACED, sorted(event.episode_ids))
            misplaced = [row["episode_id"] for row in rows]
            await plan_again(connection, misplaced, rules_of(tunables), now=now, ends_job=True)

    async def end_lost_jobs(
        self, *, now: datetime, lease: timedelta, queue_patience: timedelta, tunables: Tunables
    ) -> list[str]:
        """Fail jobs that ran for longer than a lease or waited beyond all patience, and return which."""
        async with self._database.transaction() as connection:
            lost = await connection.fetch(queries.LOST_JOBS, now - lease, now - queue_patience)
            if lost:
                await connection.execute(queries.END_LOST, [row["id"] for row in lost], now)
                await _plan_after_failure(connection, [row["episode_id"] for row in lost], tunables, now=now)
            for row in lost:
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
                deleted += touched(await connection.execute(statement))
        return deleted

    async def _tell(
        self, connection: Connection, delivery: Delivery, event: LinksUpdated, now: datetime
    ) -> None:
        event_id = derived_id(delivery.envelope.event_id, LinksUpdated.subject)
        await self._outbox.add(connection, event, now=now, event_id=event_id, cause=delivery.envelope)


async def _plan_after_failure(
    connection: Connection, episodes: Sequence[int], tunables: Tunables, *, now: datetime
) -> None:
    rules, change = rules_of(tunables), partial(after_failure, now=now)
    await plan_again(connection, episodes, rules, now=now, change=change, ends_job=True)


async def _count_gone(
    connection: Connection, episode_id: int, results: Sequence[SourceResult], *, now: datetime
) -> None:
    """Keep count of the sources whose page is gone. What a job does not tell of may be there."""
    gone, there = gone_and_not(results)
    if gone:
        await connection.execute(queries.COUNT_GONE, gone, now, now - COUNTS_AFTER)
    if there:
        await connection.execute(queries.FORGET_GONE, there)
    if not results:
        await connection.execute(queries.FORGET_GONE_OF_EPISODE, episode_id)


def _updated(event: LinksScraped | ScrapeFailed, state: JobState, changed: Sequence[LinkRef]) -> LinksUpdated:
    return LinksUpdated(
        episode_id=event.episode_id,
        job_id=event.job_id,
        state=state.value,
        error_code=event.code if isinstance(event, ScrapeFailed) else None,
        changed=tuple(changed),
    )
