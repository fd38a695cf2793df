"""Verdicts in Postgres."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

import asyncpg

from wellspring_common.bus.port import Delivery
from wellspring_common.events.links import LinkRef, LinksDied, LinksRevived, LinksUpdated
from wellspring_common.events.playback import PlaybackFailed
from wellspring_common.inbox import Inbox
from wellspring_common.outbox import Outbox
from wellspring_common.postgres import Connection, Database
from wellspring_common.retention import purge_messaging

from ..domain.evidence import NOT_ASKED
from ..domain.verdict import Health, State
from ..ports import Checked, DueLink

SCHEMA = "health"
PAUSE = timedelta(seconds=15)
"""Between a probe and the next that a report may cause."""

# The scraper saw a verified link a moment ago. A link that works once, or not from here, is never probed.
_LEARN = """
insert into health.link_health as held (
    link_id, episode_id, generation, state, last_checked_at, last_ok_at, next_check_at
)
select l.id, l.episode_id, l.generation,
    case when l.verified then 'alive' else 'unknown' end,
    case when l.verified then l.scraped_at end,
    case when l.verified then l.scraped_at end,
    case
        when l.refresh_class in ('single_use', 'ip_bound') then 'infinity'
        when l.verified then l.scraped_at + $3::interval
        else $2::timestamptz
    end
from links.links as l
where l.id = any($1)
on conflict (link_id) do update
set generation = excluded.generation, state = excluded.state, strikes = 0, reason = null,
    http_status = null, latency_ms = null, last_checked_at = excluded.last_checked_at,
    last_ok_at = excluded.last_ok_at, next_check_at = excluded.next_check_at, updated_at = now()
where held.generation < excluded.generation
    or held.next_check_at = 'infinity'
    or (
        excluded.state = 'alive'
        and excluded.last_checked_at > coalesce(held.last_checked_at, '-infinity'::timestamptz)
    )
returning link_id
"""

# What is due soon anyway is left alone: its time may be the lease of a probe that runs right now, and moving
# it would void that verdict. The pause after the last probe keeps a flood of reports from becoming one of
# probes.
_HURRY = """
with wanted as (
    select link_id, greatest($3::timestamptz, last_checked_at + $4::interval) as at
    from health.link_health
    where link_id = $1 and generation = $2 and next_check_at < 'infinity'
)
update health.link_health as h
set next_check_at = w.at, updated_at = now()
from wanted as w
where h.link_id = w.link_id and h.generation = $2 and h.next_check_at > w.at + $5::interval
returning true
"""

# What has expired for good is not asked: its answer is known, and it is not offered anyway. It leaves the
# queue, so that the next sweep does not pass over it again.
_CLAIM = """
with due as (
    select link_id
    from health.link_health
    where next_check_at <= $1
    order by next_check_at
    limit $2
    for update skip locked
),
claimed as (
    update health.link_health as h
    set next_check_at = case
            when l.generation <> h.generation
                or (l.expires_at <= $1 and l.expiry_basis in ('parameter', 'issued_at')) then 'infinity'
            else $3::timestamptz
        end,
        updated_at = now()
    from due, links.links as l
    where h.link_id = due.link_id and l.id = h.link_id
    returning h.link_id, h.generation, h.episode_id, l.source_id, l.server, l.url, l.headers,
        h.state, h.strikes, h.reason, h.last_ok_at, h.next_check_at
)
select * from claimed where next_check_at < 'infinity'
"""

_DEFER = """
update health.link_health set next_check_at = $3, updated_at = now() where link_id = $1 and generation = $2
"""

# The lease that the claim set is its token: a later claim, or a newer sight of the link, voids the verdict.
_SAVE = """
update health.link_health
set state = $3, strikes = $4, reason = $5, http_status = $6, latency_ms = coalesce($7, latency_ms),
    last_checked_at = $8, last_ok_at = $9, next_check_at = $10, updated_at = now()
where link_id = $1 and generation = $2 and next_check_at = $11
returning true
"""

_COUNTS = """
select l.server, case when l.expires_at <= $1 then 'expired' else h.state end as state, count(*) as links
from health.link_health as h
join links.links as l on l.id = h.link_id
group by 1, 2
"""

_OLDEST_DUE = "select min(next_check_at) from health.link_health"


class PostgresStore:
    """The `health` schema."""

    def __init__(self, database: Database, outbox: Outbox, inbox: Inbox) -> None:
        self._database = database
        self._outbox = outbox
        self._inbox = inbox

    async def learn(
        self, consumer: str, delivery: Delivery, event: LinksUpdated, *, now: datetime, interval: timedelta
    ) -> int:
        """Take new generations of links into care and return how many."""
        async with self._database.transaction() as connection:
            if not await self._inbox.first_time(connection, consumer, delivery.envelope.event_id):
                return 0
            ids = [ref.link_id for ref in event.changed]
            return len(await connection.fetch(_LEARN, ids, now, interval))

    async def hurry(
        self, consumer: str, delivery: Delivery, event: PlaybackFailed, *, now: datetime, lease: timedelta
    ) -> bool:
        """Make a link that broke in a player due, and return whether it was not due soon anyway.

        A report on another generation counts for nothing, and a link that must not be probed stays alone.
        """
        async with self._database.transaction() as connection:
            if not await self._inbox.first_time(connection, consumer, delivery.envelope.event_id):
                return False
            moved = await connection.fetchval(_HURRY, event.link_id, event.generation, now, PAUSE, lease)
            return bool(moved)

    async def claim_due(self, *, now: datetime, limit: int, lease: timedelta) -> list[DueLink]:
        """Return links whose check is due, kept from other replicas for a lease."""
        async with self._database.connection() as connection:
            return [_due(row) for row in await connection.fetch(_CLAIM, now, limit, now + lease)]

    async def save(self, checked: Sequence[Checked], *, now: datetime) -> None:
        """Store verdicts and tell what died or came back.

        A verdict on an older generation is void, and so is one whose lease was lost.
        """
        async with self._database.transaction() as connection:
            kept = [each for each in checked if await self._keep(connection, each, now)]
            for (episode_id, died, reason), refs in _turned(kept).items():
                if died:
                    event: LinksDied | LinksRevived = LinksDied(
                        episode_id=episode_id, links=tuple(refs), reason=reason, checked_at=now
                    )
                else:
                    event = LinksRevived(episode_id=episode_id, links=tuple(refs), checked_at=now)
                await self._outbox.add(connection, event, now=now)

    async def counts(self, *, now: datetime) -> dict[tuple[str, str], int]:
        """Return how many links are in each state on each server. What has expired is in no other state."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_COUNTS, now)
        return {(row["state"], row["server"]): row["links"] for row in rows}

    async def oldest_due(self, *, now: datetime) -> timedelta:
        """Return how long the most overdue check has waited."""
        async with self._database.connection() as connection:
            due = await connection.fetchval(_OLDEST_DUE)
        return max(now - due, timedelta(0)) if isinstance(due, datetime) and due < now else timedelta(0)

    async def purge(self) -> int:
        """Delete what is past its retention and return how many rows."""
        return await purge_messaging(self._database, SCHEMA)

    async def _keep(self, connection: Connection, each: Checked, now: datetime) -> bool:
        link, health, evidence = each.link, each.health, each.evidence
        if evidence.reason == NOT_ASKED:
            await connection.execute(_DEFER, link.link_id, link.generation, health.next_check_at)
            return False
        kept = await connection.fetchval(
            _SAVE,
            link.link_id,
            link.generation,
            health.state.value,
            health.strikes,
            health.reason,
            evidence.http_status,
            evidence.latency_ms,
            now,
            health.last_ok_at,
            health.next_check_at,
            link.health.next_check_at,
        )
        return bool(kept)


def _due(row: asyncpg.Record) -> DueLink:
    return DueLink(
        link_id=row["link_id"],
        generation=row["generation"],
        episode_id=row["episode_id"],
        source_id=row["source_id"],
        server=row["server"],
        url=row["url"],
        headers=row["headers"],
        health=Health(
            state=State(row["state"]),
            strikes=row["strikes"],
            reason=row["reason"],
            last_ok_at=row["last_ok_at"],
            next_check_at=row["next_check_at"],
        ),
    )


def _turned(checked: Sequence[Checked]) -> dict[tuple[int, bool, str], list[LinkRef]]:
    """Return the links that died or came back, by episode and reason: what stayed as it was is no news."""
    found: dict[tuple[int, bool, str], list[LinkRef]] = defaultdict(list)
    for each in checked:
        was, now_is = each.link.health.state, each.health.state
        if (was is State.DEAD) == (now_is is State.DEAD):
            continue
        died = now_is is State.DEAD
        ref = LinkRef(
            link_id=each.link.link_id,
            generation=each.link.generation,
            source_id=each.link.source_id,
            server=each.link.server,
            verified=not died,
        )
        found[each.link.episode_id, died, each.health.reason or "alive" if died else ""].append(ref)
    return found
