"""The jobs of crawls in Postgres."""

from datetime import datetime, timedelta

from wellspring_common.bus.port import Delivery
from wellspring_common.events.crawl import CrawlFinished, CrawlStarted
from wellspring_common.inbox import Inbox
from wellspring_common.postgres import Database
from wellspring_common.text import storable

from ..domain.crawls import crawl_problems, crawl_state
from . import queries


class PostgresCrawls:
    """Moves crawl jobs on. An event is handled in one transaction with its inbox row."""

    def __init__(self, database: Database, inbox: Inbox) -> None:
        self._database = database
        self._inbox = inbox

    async def started(self, consumer: str, delivery: Delivery, event: CrawlStarted) -> None:
        """Mark a crawl as running."""
        async with self._database.transaction() as connection:
            if await self._inbox.first_time(connection, consumer, delivery.envelope.event_id):
                await connection.execute(queries.START_JOB, event.job_id, event.started_at, event.attempt)

    async def finished(self, consumer: str, delivery: Delivery, event: CrawlFinished) -> None:
        """End a crawl with its counts and problems."""
        async with self._database.transaction() as connection:
            if not await self._inbox.first_time(connection, consumer, delivery.envelope.event_id):
                return
            await connection.execute(
                queries.END_JOB,
                event.job_id,
                crawl_state(event).value,
                event.code,
                storable(event.detail) if event.detail is not None else None,
                event.counts.model_dump(),
                crawl_problems(event),
                event.started_at,
                event.finished_at,
                event.attempt,
                [],
            )

    async def end_lost(self, *, now: datetime, lease: timedelta, patience: timedelta) -> list[str]:
        """Fail crawls that ran or waited beyond all patience, and return which."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(queries.END_LOST_CRAWLS, now - lease, now - patience, now)
        return [str(row["id"]) for row in rows]
