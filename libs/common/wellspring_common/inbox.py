"""The inbox: which events a consumer has handled, how often it failed, and what it gave up on."""

import hashlib
import traceback
from uuid import NAMESPACE_OID, UUID, uuid5

from .bus.handling import known_already
from .bus.port import Delivery, Undecodable
from .events.envelope import EVENT_ID
from .postgres import Connection, Database
from .text import storable

LONGEST_DETAIL = 8 * 1024


class Inbox:
    """The inbox, the attempts and the dead letters of one schema."""

    def __init__(self, schema: str) -> None:
        if not schema.isidentifier():
            raise ValueError(f"{schema!r} is no schema name")
        self._claim_sql = (
            f"insert into {schema}.inbox (consumer, event_id) values ($1, $2) "
            "on conflict do nothing returning true"
        )
        self._failed_sql = (
            f"insert into {schema}.attempts as a (consumer, event_id, failures, last_error) "
            "values ($1, $2, 1, $3) on conflict (consumer, event_id) do update "
            "set failures = a.failures + 1, last_error = excluded.last_error, updated_at = now() "
            "returning failures"
        )
        self._unended_sql = f"select unended from {schema}.attempts where consumer = $1 and event_id = $2"
        # What was tried again is for whoever handles it now, unless it died of that too.
        self._is_buried_sql = (
            f"select state <> 'replayed' from {schema}.dead_letters "
            "where consumer = $1 and event_id = $2 order by id desc limit 1"
        )
        self._begun_sql = (
            f"insert into {schema}.attempts as a (consumer, event_id, unended) values ($1, $2, 1) "
            "on conflict (consumer, event_id) do update "
            "set unended = a.unended + 1, updated_at = now() returning unended - 1"
        )
        # A row that held nothing else goes, one that counts failures stays.
        self._ended_sql = (
            f"with gone as (delete from {schema}.attempts "
            "where consumer = $1 and event_id = $2 and failures = 0) "
            f"update {schema}.attempts set unended = 0 "
            "where consumer = $1 and event_id = $2 and failures > 0 and unended > 0"
        )
        # The run that is not noted, the first, died as well where any did.
        self._bury_sql = (
            f"with tried as (delete from {schema}.attempts where consumer = $1 and event_id = $2 "
            "returning failures + case when unended > 0 then unended + 1 else 0 end as times) "
            f"insert into {schema}.dead_letters "
            "(consumer, event_id, subject, payload, headers, code, detail, fingerprint, attempts) "
            "values ($1, $2, $3, $4, $5, $6, $7, $8, coalesce((select times from tried), 0)) "
            "on conflict (consumer, event_id) where state = 'open' do nothing"
        )

    async def first_time(self, connection: Connection, consumer: str, event_id: UUID) -> bool:
        """Claim an event in the handler's own transaction: False means that its effect is stored already."""
        first = bool(await connection.fetchval(self._claim_sql, consumer, event_id))
        if not first:
            known_already()
        return first

    async def record_failure(self, connection: Connection, consumer: str, event_id: UUID, reason: str) -> int:
        """Count a failed attempt and return how many there were."""
        return int(await connection.fetchval(self._failed_sql, consumer, event_id, _kept(reason)))

    async def unended(self, connection: Connection, consumer: str, event_id: UUID) -> int:
        """Return how many runs were noted that never ended."""
        return int(await connection.fetchval(self._unended_sql, consumer, event_id) or 0)

    async def is_buried(self, connection: Connection, consumer: str, event_id: UUID) -> bool:
        """Return whether the newest letter of an event is open or was dropped."""
        return bool(await connection.fetchval(self._is_buried_sql, consumer, event_id))

    async def record_begin(self, connection: Connection, consumer: str, event_id: UUID) -> int:
        """Note a run, and return how many before it never ended."""
        return int(await connection.fetchval(self._begun_sql, consumer, event_id))

    async def record_end(self, connection: Connection, consumer: str, event_id: UUID) -> None:
        """Forget unended runs."""
        await connection.execute(self._ended_sql, consumer, event_id)

    async def bury(
        self,
        connection: Connection,
        consumer: str,
        dead: Delivery | Undecodable,
        code: str,
        detail: str,
        *,
        fingerprint: str = "",
    ) -> None:
        """Keep a message whole that will not be tried again, and forget its attempts."""
        if isinstance(dead, Delivery):
            event_id, headers = dead.envelope.event_id, dead.envelope.headers()
        else:
            event_id, headers = _identity(dead), dict(dead.headers)
        await connection.execute(
            self._bury_sql,
            consumer,
            event_id,
            storable(dead.subject),
            dead.payload,
            {storable(name): storable(value) for name, value in headers.items()},
            code,
            _kept(detail),
            fingerprint,
        )


def _kept(text: str) -> str:
    return storable(text)[:LONGEST_DETAIL]


def _identity(dead: Undecodable) -> UUID:
    """Return the id that a message carries, else one made of it: brought again, it must not be kept twice."""
    try:
        return UUID(dead.headers.get(EVENT_ID, ""))
    except ValueError:
        return uuid5(NAMESPACE_OID, f"{dead.subject}/{hashlib.sha256(dead.payload).hexdigest()}")


class PostgresGraveyard:
    """Counts attempts and keeps dead letters in Postgres (the `Graveyard` of services that have one)."""

    def __init__(self, database: Database, inbox: Inbox) -> None:
        self._database = database
        self._inbox = inbox

    async def unended(self, consumer: str, delivery: Delivery) -> int:
        """Return how many runs were noted that never ended."""
        async with self._database.connection() as connection:
            return await self._inbox.unended(connection, consumer, delivery.envelope.event_id)

    async def is_buried(self, consumer: str, delivery: Delivery) -> bool:
        """Return whether an event was given up and nobody tried it again."""
        async with self._database.connection() as connection:
            return await self._inbox.is_buried(connection, consumer, delivery.envelope.event_id)

    async def begun(self, consumer: str, delivery: Delivery) -> int:
        """Note a run, and return how many before it never ended."""
        async with self._database.connection() as connection:
            return await self._inbox.record_begin(connection, consumer, delivery.envelope.event_id)

    async def ended(self, consumer: str, delivery: Delivery) -> None:
        """Forget unended runs."""
        async with self._database.connection() as connection:
            await self._inbox.record_end(connection, consumer, delivery.envelope.event_id)

    async def failed(self, consumer: str, delivery: Delivery, error: BaseException) -> int:
        """Record a failed attempt and return how many there were."""
        reason = "".join(traceback.format_exception_only(error)).strip()
        async with self._database.connection() as connection:
            return await self._inbox.record_failure(connection, consumer, delivery.envelope.event_id, reason)

    async def bury(
        self, consumer: str, dead: Delivery | Undecodable, code: str, detail: str, fingerprint: str = ""
    ) -> None:
        """Keep a message that will not be tried again, and forget its attempts."""
        async with self._database.connection() as connection:
            await self._inbox.bury(connection, consumer, dead, code, detail, fingerprint=fingerprint)
