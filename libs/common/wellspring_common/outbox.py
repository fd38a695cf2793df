"""The outbox: what must be told is written beside what changed, and published afterwards."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

import asyncpg
import structlog

from .bus.port import Bus
from .errors import StreamRefuses, Transient, WellspringError
from .events.envelope import MESSAGE_ID, Envelope, Event
from .ids import uuid7
from .outbox_ear import Ear
from .postgres import Connection, Database
from .trace import current_traceparent

BATCH = 200
AT_ONCE = 2
"""Batches in flight while there is a backlog: each takes a connection of the pool."""
POLL_S = 0.25
RETRY_S = 1.0

log = structlog.get_logger(__name__)


class Outbox:
    """The outbox of one schema."""

    def __init__(self, schema: str) -> None:
        if not schema.isidentifier():
            raise ValueError(f"{schema!r} is no schema name")
        self.schema = schema
        self.channel = f"outbox_{schema}"
        table = f"{schema}.outbox"
        self.insert_sql = (
            f"insert into {table} (event_id, subject, headers, payload) "
            "values ($1, $2, $3, $4) on conflict (event_id) do nothing"
        )
        # Rows that were never put off come first, so that those of a full stream hold nobody up.
        self.claim_sql = (
            "select id, subject, headers, payload, not_before = '-infinity' as fresh "
            f"from {table} where state = 'new' and not_before <= now() "
            "order by not_before, id limit $1 for update skip locked"
        )
        self.publish_sql = f"update {table} set state = 'published', published_at = now() where id = any($1)"
        self.put_off_sql = (
            f"update {table} set last_error = $2, "
            "not_before = clock_timestamp() + (1 + 9 * random()) * interval '1 second' where id = any($1)"
        )
        self.stuck_sql = f"update {table} set state = 'stuck', last_error = $2 where id = $1"
        self.depth_sql = (
            "select count(*) as pending, "
            "coalesce(extract(epoch from now() - min(created_at)), 0)::float8 as oldest, "
            f"(select count(*) from {table} where state = 'stuck') as stuck from {table} "
            "where state = 'new'"
        )

    async def add(
        self,
        connection: Connection,
        event: Event,
        *,
        now: datetime,
        event_id: UUID | None = None,
        cause: Envelope | None = None,
    ) -> UUID:
        """Write an event to the outbox in the caller's transaction, and return its id.

        A repeated `event_id` writes nothing, so that a handler may run twice.
        """
        identity = event_id or uuid7()
        await connection.execute(self.insert_sql, *_row(event, identity, now, cause))
        return identity

    async def add_all(self, connection: Connection, events: Mapping[UUID, Event], *, now: datetime) -> None:
        """Write many events by their ids in the caller's transaction, without a round trip for each."""
        rows = [_row(event, identity, now, None) for identity, event in events.items()]
        await connection.executemany(self.insert_sql, rows)


def _row(
    event: Event, identity: UUID, now: datetime, cause: Envelope | None
) -> tuple[UUID, str, dict[str, str], bytes]:
    envelope = Envelope(
        event_id=identity,
        emitted_at=now,
        correlation_id=cause.correlation_id if cause else identity,
        cause_id=cause.event_id if cause else None,
        traceparent=current_traceparent(),
        schema_name=f"{event.subject}/{event.version}",
    )
    headers = {**envelope.headers(), MESSAGE_ID: str(identity)}
    return identity, event.routing(), headers, event.model_dump_json().encode()


class Relay:
    """Publishes what the outbox holds: woken by a notification, with a poll as the floor."""

    def __init__(self, database: Database, bus: Bus, outbox: Outbox, *, service: str) -> None:
        self._database = database
        self._bus = bus
        self._outbox = outbox
        self._ear = Ear(database, outbox.channel, outbox.depth_sql, service=service)

    async def run(self) -> None:
        """Publish until cancelled. A broker or database that is away costs nothing but time."""
        listener = asyncio.create_task(self._ear.listen())
        try:
            while True:
                self._ear.wake.clear()
                try:
                    await self._round()
                except WellspringError as error:
                    log.warning("outbox.delayed", reason=error.message)
                    await asyncio.sleep(RETRY_S)
                    continue
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL_S):
                        await self._ear.wake.wait()
        finally:
            listener.cancel()
            with suppress(asyncio.CancelledError):
                await listener

    async def drain(self) -> int:
        """Publish one batch and return its size. Raises `DependencyDown` after keeping what was stored."""
        return (await self._batch()).size

    async def _round(self) -> None:
        """Publish a batch, and as long as there are whole ones several at once.

        While one waits for the database another keeps the broker busy.
        """
        first = await self._batch()
        while first.whole:
            async with _together() as group:
                batches = [group.create_task(self._batch()) for _ in range(AT_ONCE)]
            first = min((each.result() for each in batches), key=lambda batch: batch.whole)

    async def _batch(self) -> "_Batch":
        async with self._database.transaction() as connection:
            rows = await connection.fetch(self._outbox.claim_sql, BATCH)
            if not rows:
                return _Batch(0, whole=False)
            answers = await asyncio.gather(*(self._publish(row) for row in rows))
            ends = [_end_of(answer) for answer in answers]
            await self._mark(connection, rows, answers, ends)
        down = next((answer for answer in answers if answer and _end_of(answer) is _End.AWAY), None)
        if down is not None:
            raise down
        # A batch of nothing but refusals that were refused before is no reason to hurry.
        useful = any(end is not _End.REFUSED or row["fresh"] for row, end in zip(rows, ends, strict=True))
        return _Batch(len(rows), whole=useful and len(rows) == BATCH)

    async def _mark(
        self,
        connection: Connection,
        rows: list[asyncpg.Record],
        answers: list[WellspringError | None],
        ends: list["_End"],
    ) -> None:
        """Write down what became of the rows. One that was published or refused costs no attempt."""
        by_end = {
            end: [row["id"] for row, each in zip(rows, ends, strict=True) if each is end] for end in _End
        }
        if by_end[_End.STORED]:
            await connection.execute(self._outbox.publish_sql, by_end[_End.STORED])
        if by_end[_End.REFUSED]:
            reason = next(str(each) for each, end in zip(answers, ends, strict=True) if end is _End.REFUSED)
            log.warning("outbox.put_off", rows=len(by_end[_End.REFUSED]), reason=reason)
            await connection.execute(self._outbox.put_off_sql, by_end[_End.REFUSED], reason)
        for row, answer, end in zip(rows, answers, ends, strict=True):
            if end is _End.REJECTED:
                log.error("outbox.stuck", row=row["id"], subject=row["subject"], reason=str(answer))
                await connection.execute(self._outbox.stuck_sql, row["id"], str(answer))

    async def _publish(self, row: asyncpg.Record) -> WellspringError | None:
        try:
            await self._bus.publish_raw(row["subject"], row["payload"], row["headers"])
        except WellspringError as error:
            return error
        return None


@dataclass(frozen=True)
class _Batch:
    """How many rows were claimed, and whether the next batch is worth taking at once."""

    size: int
    whole: bool


class _End(Enum):
    """What the broker made of a row: `REFUSED` by its stream for now, `REJECTED` for what it is, for ever."""

    STORED = "stored"
    AWAY = "away"
    REFUSED = "refused"
    REJECTED = "rejected"


def _end_of(answer: WellspringError | None) -> _End:
    if answer is None:
        return _End.STORED
    if isinstance(answer, StreamRefuses):
        return _End.REFUSED
    return _End.AWAY if isinstance(answer, Transient) else _End.REJECTED


@asynccontextmanager
async def _together() -> AsyncGenerator[asyncio.TaskGroup]:
    """A task group that raises the first of our errors as itself."""
    try:
        async with asyncio.TaskGroup() as group:
            yield group
    except BaseExceptionGroup as several:
        raise several.exceptions[0] from several
