"""Links in care, in Postgres."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from wellspring_common.bus.port import Delivery
from wellspring_common.events.catalog import CatalogChanged
from wellspring_common.events.links import LinksUpdated
from wellspring_common.events.playback import PlaybackFailed
from wellspring_common.inbox import Inbox
from wellspring_common.outbox import Outbox
from wellspring_common.postgres import Database, touched
from wellspring_common.retention import purge_messaging

from ..domain import breakers
from ..domain.breakers import OwnNetwork
from ..domain.looks import DueLink, Look
from ..domain.rhythm import trusted_for
from ..domain.rounds import Rules
from ..ports import Moved, Round
from . import claims, queries, rows
from .rounds import save_round
from .starving import note_recovered
from .trash import follow_title

SCHEMA = "health"
PAUSE = timedelta(seconds=15)
"""Between a probe and the next that a report may cause."""


DAY = timedelta(days=1)


class PostgresStore:
    """The `health` schema."""

    def __init__(self, database: Database, outbox: Outbox, inbox: Inbox) -> None:
        self._database = database
        self._outbox = outbox
        self._inbox = inbox

    async def learn(
        self, consumer: str, delivery: Delivery, event: LinksUpdated, *, now: datetime, rules: Rules
    ) -> int:
        """Take new generations of links into care and return how many."""
        async with self._database.transaction() as connection:
            if not await self._inbox.first_time(connection, consumer, delivery.envelope.event_id):
                return 0
            ids = [ref.link_id for ref in event.changed]
            facts = await connection.fetch(queries.FACTS, ids, rules.half_life / DAY)
            looks = [_first_look(row, rules) for row in facts]
            learned = await connection.fetch(queries.LEARN, [row["id"] for row in facts], now, looks)
            await connection.execute(queries.KNOW_HOSTS, sorted({row["host"] for row in learned}))
            await note_recovered(connection, self._outbox, event.episode_id, rules=rules, now=now)
            return len(learned)

    async def catalog_changed(
        self, consumer: str, delivery: Delivery, event: CatalogChanged, *, now: datetime
    ) -> Moved:
        """Let links of a title that is in the trash rest, and make them due when it is back."""
        async with self._database.transaction() as connection:
            if not await self._inbox.first_time(connection, consumer, delivery.envelope.event_id):
                return Moved()
            return await follow_title(connection, event.title_id, now=now)

    async def hurry(
        self, consumer: str, delivery: Delivery, event: PlaybackFailed, *, now: datetime, lease: timedelta
    ) -> bool:
        """Make a link that broke in a player due, and return whether it was not due soon anyway.

        A report on another generation counts for nothing, and a link that must not be probed stays alone.
        """
        async with self._database.transaction() as connection:
            if not await self._inbox.first_time(connection, consumer, delivery.envelope.event_id):
                return False
            moved = await connection.fetchval(
                queries.HURRY, event.link_id, event.generation, now, PAUSE, lease
            )
            return bool(moved)

    async def claim_due(
        self,
        *,
        now: datetime,
        limit: int,
        per_host: int,
        lease: timedelta,
        rules: Rules,
        busy: Collection[str] = (),
    ) -> list[DueLink]:
        """Return links whose check is due, kept from other replicas for a lease.

        Hosts take turns, no host has more than `per_host`, and none of a host that rests or is `busy`.
        """
        half_life = rules.half_life / DAY
        async with self._database.connection() as connection:
            claimed = await connection.fetch(
                claims.CLAIM, now, limit, now + lease, half_life, per_host, list(busy)
            )
        return [rows.due_link(row) for row in claimed]

    async def save(
        self, looks: Sequence[Look], *, now: datetime, rules: Rules, run_id: UUID | None = None
    ) -> Round:
        """Judge looks, store the verdicts and tell what died or came back. `run_id` is the run they are of.

        A verdict on an older generation is void, and so is one whose lease was lost.
        """
        async with self._database.transaction() as connection:
            return await save_round(connection, self._outbox, looks, now=now, rules=rules, run_id=run_id)

    async def asked_canaries(self, *, answered: bool, now: datetime) -> OwnNetwork:
        """Keep whether any canary answered, and return what is known of our own network."""
        async with self._database.transaction() as connection:
            held = rows.own_network(await connection.fetchrow(f"{queries.OWN} for update"))
            own = breakers.asked_canaries(held, answered=answered, now=now)
            await connection.execute(queries.SAVE_OWN, *rows.own_columns(own))
        return own

    async def counts(self, *, now: datetime) -> dict[tuple[str, str], int]:
        """Return how many links are in each state on each server. What has expired is in no other state."""
        async with self._database.connection() as connection:
            found = await connection.fetch(queries.COUNTS, now)
        return {(row["state"], row["server"]): row["links"] for row in found}

    async def breakers(self) -> tuple[Mapping[str, datetime], OwnNetwork]:
        """Return since when which hosts fail, and what is known of our own network."""
        async with self._database.connection() as connection:
            found = await connection.fetch(queries.NOT_CLOSED)
            own = rows.own_network(await connection.fetchrow(queries.OWN))
        return {row["host"]: row["since"] for row in found}, own

    async def starved(self) -> int:
        """Return how many episodes have fewer links than the minimum and have not recovered."""
        async with self._database.connection() as connection:
            return int(await connection.fetchval("select count(*) from health.starved"))

    async def oldest_due(self, *, now: datetime) -> timedelta:
        """Return how long the most overdue check has waited."""
        async with self._database.connection() as connection:
            due = await connection.fetchval(queries.OLDEST_DUE, now)
        return max(now - due, timedelta(0)) if isinstance(due, datetime) and due < now else timedelta(0)

    async def purge(self) -> int:
        """Delete what is past its retention and return how many rows."""
        deleted = await purge_messaging(self._database, SCHEMA)
        async with self._database.connection() as connection:
            for sql in queries.PURGES:
                deleted += touched(await connection.execute(sql))
        return deleted


def _first_look(row: asyncpg.Record, rules: Rules) -> datetime:
    """Return when a link that the scraper has seen is looked at first."""
    seen_at: datetime = row["scraped_at"]
    interval = rules.first_interval(row["plays"], row["wanted_at"], seen_at)
    return seen_at + trusted_for(row["id"], interval=interval, now=seen_at, expires_at=row["guessed_until"])
