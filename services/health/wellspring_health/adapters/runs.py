"""Probes on demand, in Postgres: what is left of a run is a list, and each look takes itself off it."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from wellspring_common.bus.port import Delivery
from wellspring_common.events.probes import ProbeRequested
from wellspring_common.inbox import Inbox
from wellspring_common.postgres import Database

from ..domain.looks import DueLink
from ..ports import OpenRun
from . import claims, rows
from .run_counts import add_counts

MOST_LINKS = 100_000
"""A run without a limit of its own takes no more, longest unseen first."""
HALF_LIFE_DAYS = 3.0

_ADD = """
insert into health.probe_runs (id, filter, requested_by, requested_at)
values ($1, $2, $3, $4)
on conflict (id) do nothing
"""

# Longest unseen first, then hosts by turns. What works once, has expired for good or is of a title in the
# trash is in no run.
_LINKS = """
with wanted as (
    select h.link_id, h.host, h.state, h.last_checked_at
    from health.link_health as h
    join links.links as l on l.id = h.link_id and l.generation = h.generation
    where h.next_check_at < 'infinity'
        and h.episode_id not in (
            select e.id from catalog.episodes as e join catalog.titles as t on t.id = e.title_id
            where t.deleted_at is not null
        )
        and not (l.expires_at <= $2 and l.expiry_basis in ('parameter', 'issued_at'))
        and ($3::double precision is null or h.last_checked_at is null
            or h.last_checked_at <= $2 - make_interval(secs => $3 * 3600))
        and ($4::text is null or l.server = $4 or h.host = lower($4)
            or regexp_replace(h.host, ':[0-9]+$', '') = lower($4))
        and ($5::text is null or h.episode_id in (
            select e.id from catalog.episodes as e join catalog.titles as t on t.id = e.title_id
            where t.slug = $5
        ))
        and ($6::bigint is null or h.episode_id = $6)
    order by h.last_checked_at nulls first, h.link_id
    limit $7
),
turns as (
    select link_id, host, state,
        row_number() over (partition by host order by last_checked_at nulls first, link_id) as of_host
    from wanted
)
insert into health.probe_run_links (run_id, turn, link_id, host, before)
select $1, row_number() over (order by of_host, host), link_id, host, state from turns
"""

_COUNT = """
with by_state as (
    select before, count(*) as links from health.probe_run_links where run_id = $1 group by before
)
update health.probe_runs
set total = (select coalesce(sum(links), 0) from by_state),
    before = (select coalesce(jsonb_object_agg(before, links), '{}') from by_state),
    updated_at = now()
where id = $1
"""

_TAKE = """
update health.probe_runs
set state = 'running', started_at = coalesce(started_at, $1), lease_until = $2, updated_at = now()
where id = (
    select id from health.probe_runs
    where state in ('queued', 'running') and lease_until <= $1
    order by requested_at, id
    limit 1
    for update skip locked
)
returning id, filter, total - done as left, requested_at
"""

_RENEW = """
update health.probe_runs set lease_until = $2, updated_at = now() where id = $1 and state = 'running'
"""

# Links that are gone from the library or in its trash, have another address or have expired by now need no
# look.
_MISSING = """
with gone as (
    delete from health.probe_run_links as p
    where p.run_id = $1 and not exists (
        select from health.link_health as h
        join links.links as l on l.id = h.link_id and l.generation = h.generation
        where h.link_id = p.link_id and h.next_check_at < 'infinity'
            and not (l.expires_at <= $2 and l.expiry_basis in ('parameter', 'issued_at'))
    )
    returning 1
)
select count(*) from gone
"""

_GIVE_UP = """
with gone as (
    delete from health.probe_run_links where run_id = $1 and host = any($2) returning before
)
select before, count(*) as links from gone group by before
"""

_FINISH = """
update health.probe_runs
set state = case when $3::text is null then 'done' else 'failed' end, error = $3, finished_at = $2,
    lease_until = 'epoch', updated_at = now()
where id = $1
"""


class PostgresRuns:
    """The tables of probes on demand."""

    def __init__(self, database: Database, inbox: Inbox) -> None:
        self._database = database
        self._inbox = inbox

    async def add(self, consumer: str, delivery: Delivery, event: ProbeRequested, *, now: datetime) -> bool:
        """Keep a run that somebody asked for with the links it is about, and return whether it is new."""
        wish = event.model_dump(mode="json", exclude={"run_id", "requested_by"}, exclude_none=True)
        async with self._database.transaction() as connection:
            if not await self._inbox.first_time(connection, consumer, delivery.envelope.event_id):
                return False
            added = await connection.execute(
                _ADD, event.run_id, wish, event.requested_by, delivery.envelope.emitted_at
            )
            if not added.endswith(" 1"):
                return False
            await connection.execute(
                _LINKS,
                event.run_id,
                now,
                event.older_than_hours,
                event.host,
                event.title,
                event.episode_id,
                min(event.limit or MOST_LINKS, MOST_LINKS),
            )
            await connection.execute(_COUNT, event.run_id)
        return True

    async def take(self, *, now: datetime, lease: timedelta) -> OpenRun | None:
        """Return the oldest open run, kept from other replicas for a lease."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(_TAKE, now, now + lease)
        return None if row is None else OpenRun(row["id"], row["filter"], row["left"], row["requested_at"])

    async def next_links(
        self,
        run_id: UUID,
        *,
        now: datetime,
        limit: int,
        per_host: int,
        lease: timedelta,
        run_lease: timedelta,
        busy: Collection[str],
    ) -> list[DueLink]:
        """Return links that the run has not looked at, hosts by turns, and renew the run's lease."""
        half_life, left_out = HALF_LIFE_DAYS, list(busy)
        wish = (now, limit, now + lease, half_life, per_host, left_out, run_id)
        async with self._database.transaction() as connection:
            await connection.execute(_RENEW, run_id, now + run_lease)
            found = await connection.fetch(claims.CLAIM_RUN, *wish)
            if not found and (missing := await connection.fetchval(_MISSING, run_id, now)):
                await add_counts(connection, run_id, Counter(not_asked=missing), Counter(missing=missing))
                found = await connection.fetch(claims.CLAIM_RUN, *wish)
        return [rows.due_link(row) for row in found]

    async def renew(self, run_id: UUID, *, now: datetime, lease: timedelta) -> None:
        """Keep a run that is worked on from other replicas for another lease."""
        async with self._database.connection() as connection:
            await connection.execute(_RENEW, run_id, now + lease)

    async def give_up(self, run_id: UUID, hosts: Collection[str]) -> int:
        """Leave out what is left of hosts that must not be asked for long, and return how many links."""
        async with self._database.transaction() as connection:
            left = await connection.fetch(_GIVE_UP, run_id, list(hosts))
            states = Counter({row["before"]: row["links"] for row in left})
            if states:
                await add_counts(connection, run_id, Counter(not_asked=states.total()), states)
        return states.total()

    async def has_more(self, run_id: UUID) -> bool:
        """Return whether any link of a run is left."""
        sql = "select exists (select from health.probe_run_links where run_id = $1)"
        async with self._database.connection() as connection:
            return bool(await connection.fetchval(sql, run_id))

    async def finish(self, run_id: UUID, *, now: datetime, error: str | None = None) -> None:
        """End a run."""
        async with self._database.connection() as connection:
            await connection.execute(_FINISH, run_id, now, error)
