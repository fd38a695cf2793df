"""What people and the scraper gave up: cancelled jobs, and the scraper's dead letters."""

from datetime import datetime
from uuid import UUID

from wellspring_common.bus.port import Delivery
from wellspring_common.events.dead import DeadLettered
from wellspring_common.events.jobs import JobCancelled
from wellspring_common.events.links import LinksUpdated
from wellspring_common.ids import derived_id
from wellspring_common.inbox import Inbox
from wellspring_common.outbox import Outbox
from wellspring_common.postgres import Database
from wellspring_common.text import storable

from ..domain.merge import JobState
from ..domain.schedule import due_after_cancellation
from ..domain.text import storable_all
from . import queries, schedule_queries


class PostgresGivenUp:
    """Ends cancelled jobs and keeps the dead letters of the scraper, which has no database."""

    def __init__(self, database: Database, outbox: Outbox, inbox: Inbox) -> None:
        self._database = database
        self._outbox = outbox
        self._inbox = inbox

    async def job_cancelled(
        self, consumer: str, delivery: Delivery, event: JobCancelled, *, now: datetime
    ) -> str | None:
        """End a live job of any kind and return its kind, or nothing where it had ended before."""
        async with self._database.transaction() as connection:
            if not await self._inbox.first_time(connection, consumer, delivery.envelope.event_id):
                return None
            job = await connection.fetchrow(
                queries.CANCEL_JOB, event.job_id, event.cancelled_at, storable(event.cancelled_by)
            )
            if job is None:
                return None
            if (episode_id := job["episode_id"]) is not None:
                await connection.execute(
                    schedule_queries.SCHEDULE_AGAIN, episode_id, due_after_cancellation(now=now)
                )
                told = LinksUpdated(
                    episode_id=episode_id,
                    job_id=event.job_id,
                    state=JobState.CANCELLED.value,
                    error_code=None,
                    changed=(),
                )
                event_id = derived_id(delivery.envelope.event_id, LinksUpdated.subject)
                await self._outbox.add(connection, told, now=now, event_id=event_id, cause=delivery.envelope)
            return str(job["kind"])

    async def dead_lettered(self, consumer: str, delivery: Delivery, event: DeadLettered) -> bool:
        """Keep a dead letter for people to look at, and return whether it is new."""
        async with self._database.transaction() as connection:
            if not await self._inbox.first_time(connection, consumer, delivery.envelope.event_id):
                return False
            kept = await connection.fetchval(
                queries.KEEP_DEAD_LETTER,
                event.consumer,
                UUID(event.event_id),
                event.event_subject,
                event.payload,
                storable_all(event.headers),
                event.code,
                storable(event.detail),
                storable(event.fingerprint),
                event.attempts,
                event.died_at,
            )
            return kept is not None
