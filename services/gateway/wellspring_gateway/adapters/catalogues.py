"""Catalogues in Postgres, and the crawl jobs that they lead to."""

from datetime import datetime
from uuid import UUID, uuid5

import asyncpg

from wellspring_common.bus.port import Delivery
from wellspring_common.errors import Permanent
from wellspring_common.events.crawl import CrawlFinished, CrawlRequested, CrawlScope
from wellspring_common.ids import derived_id, uuid7
from wellspring_common.inbox import Inbox
from wellspring_common.outbox import Outbox
from wellspring_common.postgres import Connection, Database, touched

from ..domain.catalogues import (
    SOON,
    Catalogue,
    CatalogueForm,
    CrawlWish,
    addresses_after,
    crawl_state,
    next_full,
    next_ongoing,
)
from ..domain.episodes import Vet
from ..ports.answers import Keep
from ..ports.library import Requested
from . import catalogue_queries as queries
from .keeping import keep_reply
from .wished_files import ask_at_end
from .wished_files import wish as wish_files

SCHEDULE = "schedule"
_DETAIL = 500
_KEYS = UUID("5f0d3c62-5a0c-5c0c-9a53-0d6a3f1a7c11")
"""The namespace of jobs that are named by an idempotency key."""


class PostgresCatalogues:
    """Catalogues with their schedule. A crawl's request goes through the gateway's outbox."""

    def __init__(self, database: Database, outbox: Outbox, inbox: Inbox, *, vet: Vet) -> None:
        self._database = database
        self._outbox = outbox
        self._inbox = inbox
        self._vet = vet

    async def all(self) -> list[Catalogue]:
        """Return every catalogue, the default first."""
        async with self._database.connection() as connection:
            return [_catalogue(row) for row in await connection.fetch(queries.ALL)]

    async def one(self, catalogue_id: int) -> Catalogue | None:
        """Return a catalogue."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(queries.ONE, catalogue_id)
        return _catalogue(row) if row is not None else None

    async def default(self) -> Catalogue | None:
        """Return the default catalogue, or the only one."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(queries.DEFAULT)
        if not rows or (len(rows) > 1 and not rows[0]["is_default"]):
            return None
        return _catalogue(rows[0])

    async def save(
        self, form: CatalogueForm, *, catalogue_id: int | None, now: datetime, keep: Keep | None = None
    ) -> int | None:
        """Store a new or changed catalogue and return its id. Raises `Permanent` with `name_taken`."""
        first_full = now if form.full_every_hours is not None and catalogue_id is None else None
        values = (
            form.name,
            form.definition,
            list(form.base_urls),
            form.enabled,
            form.is_default,
            form.every_minutes,
            form.full_every_hours,
            form.language,
            form.rights,
            next_ongoing(now, form.every_minutes),
            first_full or next_full(now, form.full_every_hours),
        )
        try:
            async with self._database.transaction() as connection:
                if form.is_default:
                    await connection.execute(queries.NO_DEFAULT, catalogue_id)
                if catalogue_id is None:
                    saved: int | None = await connection.fetchval(queries.ADD, *values)
                    added = await connection.fetchrow(queries.ONE, saved)
                    await keep_reply(connection, keep, _catalogue(added) if added is not None else None)
                else:
                    saved = await connection.fetchval(queries.CHANGE, catalogue_id, *values, now)
                return saved
        except asyncpg.UniqueViolationError:
            raise Permanent("Another catalogue has this name.", code="name_taken") from None

    async def remove(self, catalogue_id: int) -> bool:
        """Forget a catalogue: its titles stay. Return whether it was there."""
        async with self._database.connection() as connection:
            return bool(await connection.fetchval(queries.REMOVE, catalogue_id))

    async def request(
        self,
        catalogue_id: int,
        wish: CrawlWish,
        *,
        requested_by: str,
        now: datetime,
        key: str | None = None,
        download: bool = False,
    ) -> Requested | None:
        """Queue a crawl, or return the live one of the same target. Nothing, where there is no catalogue.

        With `download` the files of the titles that it reads are asked for as soon as they are known.

        A `key` that was used before returns its crawl, whatever has become of it. Raises `Permanent` with
        `idempotency_conflict` where that was another wish.
        """
        job_id = uuid7() if key is None else uuid5(_KEYS, f"{catalogue_id}/{key}")
        target = (catalogue_id, wish.scope.value, wish.query)
        async with self._database.transaction() as connection:
            row = await connection.fetchrow(queries.TO_CRAWL, catalogue_id)
            if row is None:
                return None
            asked = await self._asked(
                connection, job_id, target, row, wish, requested_by=requested_by, now=now
            )
            if download:
                await wish_files(connection, asked.job_id, by=requested_by)
            return asked

    async def _asked(
        self,
        connection: Connection,
        job_id: UUID,
        target: tuple[int, str, str | None],
        catalogue: asyncpg.Record,
        wish: CrawlWish,
        *,
        requested_by: str,
        now: datetime,
    ) -> Requested:
        while not await self._queue(connection, job_id, catalogue, wish, requested_by=requested_by, now=now):
            used = await connection.fetchrow(queries.TARGET_OF_JOB, job_id)
            if used is not None and tuple(used) != target:
                raise Permanent(
                    "That Idempotency-Key was used for another crawl.", code="idempotency_conflict"
                )
            if used is not None:
                return Requested(job_id, deduplicated=True)
            # The live job may end between the two statements: then the next try finds room.
            live = await connection.fetchval(queries.LIVE, *target)
            if live is not None:
                return Requested(live, deduplicated=True)
        return Requested(job_id, deduplicated=False)

    async def request_due(self, *, now: datetime) -> list[UUID]:
        """Queue the crawls that are due and return their jobs. A catalogue is claimed by one replica."""
        asked: list[UUID] = []
        while True:
            async with self._database.transaction() as connection:
                due = await connection.fetchrow(queries.CLAIM_DUE, now)
                if due is None:
                    return asked
                full = due["full_is_due"]
                # reading everything reads the ongoing ones too
                wish = CrawlWish(CrawlScope.ALL if full else CrawlScope.ONGOING, thorough=full)
                ongoing_at = next_ongoing(now, due["every_minutes"])
                full_at = next_full(now, due["full_every_hours"]) if full else None
                await connection.execute(queries.PLAN, due["id"], ongoing_at, full_at, full)
                job_id = uuid7()
                if await self._queue(connection, job_id, due, wish, requested_by=None, now=now):
                    asked.append(job_id)

    async def _queue(
        self,
        connection: Connection,
        job_id: UUID,
        catalogue: asyncpg.Record,
        wish: CrawlWish,
        *,
        requested_by: str | None,
        now: datetime,
    ) -> bool:
        lane, reason = ("interactive", "force") if requested_by else ("background", SCHEDULE)
        target = (catalogue["id"], wish.scope.value, wish.query)
        if not await connection.fetchval(
            queries.QUEUE, job_id, *target, lane, reason, requested_by or "gateway", now
        ):
            return False
        event = CrawlRequested(
            job_id=job_id,
            catalogue_id=catalogue["id"],
            definition=catalogue["definition"],
            base_urls=tuple(catalogue["base_urls"]),
            scope=wish.scope,
            query=wish.query,
            limit=wish.limit,
            thorough=wish.thorough,
            reason=reason,
            requested_at=now,
        )
        await self._outbox.add(connection, event, now=now, event_id=derived_id(job_id, "requested"))
        return True

    async def finished(
        self, consumer: str, delivery: Delivery, event: CrawlFinished, *, now: datetime
    ) -> None:
        """Keep the result of a crawl with its catalogue, and follow a catalogue that moved."""
        async with self._database.transaction() as connection:
            if not await self._inbox.first_time(connection, consumer, delivery.envelope.event_id):
                return
            await ask_at_end(connection, self._outbox, delivery, event.job_id, now=now)
            held = await connection.fetchrow(queries.LOCK_ONE, event.catalogue_id)
            if held is None or (held["last_finished_at"] or event.finished_at) > event.finished_at:
                return
            job = await connection.fetchrow(queries.SCOPE_OF_JOB, event.job_id)
            # a person who changed the addresses meanwhile knows better than a crawl of the old ones
            asked_at = job["requested_at"] if job is not None else event.started_at
            chosen = held["addresses_at"] is not None and held["addresses_at"] > asked_at
            moved_to = None if chosen else event.moved_to
            await connection.execute(
                queries.FINISH,
                event.catalogue_id,
                event.job_id,
                crawl_state(event),
                event.code,
                (event.detail or "").replace("\x00", "")[:_DETAIL] or None,
                event.finished_at,
                addresses_after(held["base_urls"], moved_to, vet=self._vet),
            )
            if job is None or event.code is None:
                return
            if event.code == "unsupported_scope" and job["scope"] == CrawlScope.ONGOING:
                await connection.execute(queries.NO_ONGOING, event.catalogue_id)
            elif job["scope"] == CrawlScope.ALL and event.retryable:
                await connection.execute(queries.FULL_SOONER, event.catalogue_id, now + SOON)

    async def key_of(self, title_id: int) -> tuple[int, str] | None:
        """Return a catalogue that knows a title of ours, and its key there."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(queries.KEY_OF, title_id)
        return (row["id"], row["external_key"]) if row is not None else None

    async def result(self, job_id: UUID) -> dict[str, int] | None:
        """Return what a crawl changed in the library so far."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(queries.RESULT, job_id)
        return dict(row) if row is not None else None

    async def purge(self, *, now: datetime) -> int:
        """Delete results and decisions past their time and return how many."""
        deleted = 0
        async with self._database.connection() as connection:
            for statement in queries.PURGE:
                deleted += touched(await connection.execute(statement, now))
        return deleted


def _catalogue(row: asyncpg.Record) -> Catalogue:
    last = row["last_job_id"]
    return Catalogue(
        **{
            **row,
            "base_urls": tuple(row["base_urls"]),
            "live_jobs": tuple(row["live_jobs"]),
            "last_job_id": str(last) if last is not None else None,
        }
    )
