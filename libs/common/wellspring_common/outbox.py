"""The outbox: what must be told is written beside what changed, and published afterwards."""

import asyncio
from contextlib import suppress
from datetime import datetime
from uuid import UUID

import asyncpg
import structlog

from . import metrics
from .bus.port import Bus
from .errors import DependencyDown, WellspringError, reason_of
from .events.envelope import MESSAGE_ID, Envelope, Event
from .ids import uuid7
from .postgres import Connection, Database, our_errors
from .trace import current_traceparent

BATCH = 200
POLL_S = 0.25
LISTEN_PROBE_S = 15.0
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
        self.claim_sql = (
            f"select id, subject, headers, payload from {table} "
            "where state = 'new' order by id limit $1 for update skip locked"
        )
        self.publish_sql = f"update {table} set state = 'published', published_at = now() where id = any($1)"
        self.stuck_sql = f"update {table} set state = 'stuck', last_error = $2 where id = $1"
        self.depth_sql = (
            "select count(*) as pending, "
            f"coalesce(extract(epoch from now() - min(created_at)), 0)::float8 as oldest from {table} "
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
        envelope = Envelope(
            event_id=identity,
            emitted_at=now,
            correlation_id=cause.correlation_id if cause else identity,
            cause_id=cause.event_id if cause else None,
            traceparent=current_traceparent(),
            schema_name=f"{event.subject}/{event.version}",
        )
        headers = {**envelope.headers(), MESSAGE_ID: str(identity)}
        payload = event.model_dump_json().encode()
        await connection.execute(self.insert_sql, identity, event.routing(), headers, payload)
        return identity


class Relay:
    """Publishes what the outbox holds: woken by a notification, with a poll as the floor."""

    def __init__(self, database: Database, bus: Bus, outbox: Outbox, *, service: str) -> None:
        self._database = database
        self._bus = bus
        self._outbox = outbox
        self._service = service
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Publish until cancelled. A broker or database that is away costs nothing but time."""
        listener = asyncio.create_task(self._listen())
        try:
            while True:
                self._wake.clear()
                try:
                    drained = await self.drain()
                except WellspringError as error:
                    log.warning("outbox.delayed", reason=error.message)
                    await asyncio.sleep(RETRY_S)
                    continue
                if drained < BATCH:
                    with suppress(TimeoutError):
                        async with asyncio.timeout(POLL_S):
                            await self._wake.wait()
        finally:
            listener.cancel()
            with suppress(asyncio.CancelledError):
                await listener

    async def drain(self) -> int:
        """Publish one batch and return its size. Raises `DependencyDown` after keeping what was stored."""
        async with self._database.transaction() as connection:
            rows = await connection.fetch(self._outbox.claim_sql, BATCH)
            if not rows:
                return 0
            answers = await asyncio.gather(*(self._publish(row) for row in rows))
            sent = [row["id"] for row, answer in zip(rows, answers, strict=True) if answer is None]
            if sent:
                await connection.execute(self._outbox.publish_sql, sent)
            for row, answer in zip(rows, answers, strict=True):
                if answer is not None and not isinstance(answer, DependencyDown):
                    log.error("outbox.stuck", row=row["id"], subject=row["subject"], reason=str(answer))
                    await connection.execute(self._outbox.stuck_sql, row["id"], str(answer))
        down = next((answer for answer in answers if isinstance(answer, DependencyDown)), None)
        if down is not None:
            raise down
        return len(rows)

    async def _publish(self, row: asyncpg.Record) -> WellspringError | None:
        try:
            await self._bus.publish_raw(row["subject"], row["payload"], row["headers"])
        except WellspringError as error:
            return error
        return None

    async def _listen(self) -> None:
        while True:
            try:
                async with self._database.connection() as connection:
                    await self._hear(connection)
            except Exception as error:  # noqa: BLE001  (without a listener the relay would only poll)
                log.warning("outbox.deaf", reason=reason_of(error))
            await asyncio.sleep(RETRY_S)

    async def _hear(self, connection: Connection) -> None:
        def wake(*_: object) -> None:
            self._wake.set()

        with our_errors():
            await connection.add_listener(self._outbox.channel, wake)
            self._wake.set()
            try:
                # A dropped LISTEN would silently become polling: ask, and listen anew when nobody answers.
                while True:
                    await self._measure(connection)
                    await asyncio.sleep(LISTEN_PROBE_S)
            finally:
                # A connection that died has no listener left, and what it raises would hide a cancellation.
                with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                    await connection.remove_listener(self._outbox.channel, wake)

    async def _measure(self, connection: Connection) -> None:
        depth = await connection.fetchrow(self._outbox.depth_sql)
        if depth is not None:
            metrics.OUTBOX_PENDING.labels(self._service).set(depth["pending"])
            metrics.OUTBOX_OLDEST.labels(self._service).set(depth["oldest"])
