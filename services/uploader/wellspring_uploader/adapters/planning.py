"""The calendar of a target in Postgres: read, computed, and stored where it changed."""

from datetime import datetime, timedelta
from typing import Any

from wellspring_common.events.uploads import UploadState
from wellspring_common.postgres import Connection, Database

from ..domain.calendar import Ground, Turn, Waiting, calendar
from ..domain.quota import Used
from ..domain.rules import DAY, Rules
from ..domain.states import UNDER_WAY
from ..domain.upload import Channel
from ..ports.uploads import Plan
from . import upload_queries
from .uploads import channel_of

_BUSY = """
select u.duration_s, u.created_on_target_at from uploads.uploads as u
where u.target_id = $1 and u.state = any($2) limit 1
"""

_QUEUE = """
select u.id, u.state, u.next_try_at, u.planned_at, u.waits_for, m.duration_s, s.starts_at,
    s.id as schedule_id, s.position,
    s.state = 'paused' or t.id is null or t.deleted_at is not null
        or t.rights not in ('owned', 'licensed', 'public_domain') as is_paused,
    m.duration_s is null and (
        exists (select from uploads.downloads as d
            where d.episode_id = u.episode_id and d.state in ('queued', 'running', 'paused'))
        or (s.download_first and s.created_at > $2 and not exists (select from uploads.downloads as d
            where d.episode_id = u.episode_id and d.state in ('failed', 'cancelled')
                and d.requested_at >= s.created_at))
    ) as is_coming,
    u.state = 'quota_wait' and u.started_at is not null and exists (select from uploads.uploads as o
        where o.target_id = u.target_id and o.id <> u.id and o.started_at > u.started_at) as is_overtaken
from uploads.uploads as u
join uploads.schedules as s on s.id = u.schedule_id
left join catalog.episodes as e on e.id = u.episode_id
left join catalog.titles as t on t.id = e.title_id
left join lateral (
    select max(f.duration_s) as duration_s from uploads.media_files as f
    where f.episode_id = u.episode_id and f.state = 'present'
) as m on true
where u.target_id = $1 and u.state in ('planned', 'failed', 'quota_wait')
order by s.position, s.id, u.ordinal, u.id
"""

Place = tuple[int, int]
"""Where a schedule stands: its position and its id."""

_STORE = """
update uploads.uploads as u set planned_at = n.planned_at, waits_for = n.waits_for, updated_at = now()
from unnest($1::uuid[], $2::timestamptz[], $3::text[]) as n (id, planned_at, waits_for)
where u.id = n.id and u.state in ('planned', 'failed', 'quota_wait')
"""


class PostgresPlanning:
    """Keeps `planned_at` and `waits_for` in step with what is so."""

    def __init__(self, database: Database, rules: Rules) -> None:
        self._database = database
        self._rules = rules

    async def replan(self, target_id: int, *, now: datetime) -> Plan:
        """Compute a target's calendar again, store what changed, and return it."""
        async with self._database.transaction() as connection:
            return await plan(connection, target_id, self._rules, now=now)

    async def replan_and_wake(self, target_id: int, *, now: datetime) -> None:
        """Compute a target's calendar again, and wake whoever serves it."""
        async with self._database.transaction() as connection:
            await plan(connection, target_id, self._rules, now=now)
            await connection.execute(upload_queries.WAKE)


async def plan(connection: Connection, target_id: int, rules: Rules, *, now: datetime) -> Plan:
    """Compute and store a target's calendar in the caller's transaction."""
    channel = await channel_in(connection, target_id)
    if channel is None:
        return Plan(())
    rows = await connection.fetch(_QUEUE, target_id, now - rules.download_patience)
    if not rows:
        return Plan(())
    ground = await ground_of(connection, channel, rules, now=now)
    turns = calendar(ground, [waiting_of(row) for row in rows], now=now, rules=rules)
    changed = [
        turn
        for row, turn in zip(rows, turns, strict=True)
        if (row["planned_at"], row["waits_for"]) != (turn.planned_at, turn.waits_for.value)
    ]
    if changed:
        await connection.execute(_STORE, *_columns(changed))
    return Plan(tuple(turns))


async def channel_in(connection: Connection, target_id: int) -> Channel | None:
    """Return a target in the caller's transaction."""
    row = await connection.fetchrow(upload_queries.CHANNEL, target_id)
    return None if row is None else channel_of(row)


async def queue_of(
    connection: Connection, target_id: int, rules: Rules, *, up_to: Place | None, now: datetime
) -> tuple[list[Waiting], list[Waiting]]:
    """Return everything that waits for a target, in order: up to a place in the queue, and behind it."""
    rows = await connection.fetch(_QUEUE, target_id, now - rules.download_patience)
    before = [row for row in rows if up_to is None or (row["position"], row["schedule_id"]) <= up_to]
    return [waiting_of(row) for row in before], [waiting_of(row) for row in rows[len(before) :]]


async def used_of(connection: Connection, target_id: int, rules: Rules, *, now: datetime) -> list[Used]:
    """Return what counts against a target's quota."""
    rows = await connection.fetch(upload_queries.USED, target_id, now - DAY - rules.quota_margin)
    return [Used(row["created_on_target_at"], row["duration_s"] / 60) for row in rows]


async def ground_of(connection: Connection, channel: Channel, rules: Rules, *, now: datetime) -> Ground:
    """Return what a target's calendar starts from."""
    used = await used_of(connection, channel.target_id, rules, now=now)
    busy = await connection.fetchrow(_BUSY, channel.target_id, [state.value for state in UNDER_WAY])
    is_counted = busy is not None and busy["created_on_target_at"] is not None
    return Ground(
        interval=timedelta(seconds=channel.interval_s),
        state=channel.state,
        limits=channel.limits,
        used=tuple(used),
        quota_until=channel.quota_until,
        last_started_at=channel.last_started_at,
        is_busy=busy is not None,
        busy_minutes=None if busy is None or is_counted else (busy["duration_s"] or 0) / 60,
    )


def waiting_of(row: Any) -> Waiting:
    """Return a place in the queue."""
    return Waiting(
        upload_id=row["id"],
        state=UploadState(row["state"]),
        minutes=None if row["duration_s"] is None else row["duration_s"] / 60,
        starts_at=row["starts_at"],
        next_try_at=row["next_try_at"],
        is_paused=row["is_paused"],
        is_coming=row["is_coming"],
        is_overtaken=row["is_overtaken"],
    )


def _columns(turns: list[Turn]) -> tuple[list[Any], ...]:
    return (
        [turn.upload_id for turn in turns],
        [turn.planned_at for turn in turns],
        [turn.waits_for.value for turn in turns],
    )
