"""Schedules in Postgres: what people wish is one transaction, with the facts that follow from it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from wellspring_common.events.uploads import UploadScheduled, UploadState
from wellspring_common.ids import uuid7
from wellspring_common.outbox import Outbox
from wellspring_common.postgres import Connection, Database
from wellspring_common.uploading import Choices, Scheduled, ScheduleSeries

from ..domain.calendar import Turn, Waiting, calendar, next_multiple
from ..domain.rules import Rules
from ..domain.scheduling import (
    Candidate,
    Refused,
    Series,
    chosen,
    chosen_target,
    marker_of,
    mind_rights,
    to_go_out,
)
from ..domain.upload import Channel
from . import schedule_queries as sql
from .downloads_asking import Wish, ask_for
from .planning import channel_in, ground_of, plan, queue_of
from .upload_queries import WAKE


@dataclass(frozen=True)
class Gathered:
    """Everything that decides about a wish to schedule a series."""

    series: Series
    channel: Channel
    choices: Choices
    episodes: tuple[Candidate, ...]


class PostgresSchedules:
    """Puts series on schedules."""

    def __init__(self, database: Database, outbox: Outbox, rules: Rules) -> None:
        self._database = database
        self._outbox = outbox
        self._rules = rules

    async def schedule(self, wish: ScheduleSeries, *, now: datetime) -> Scheduled:
        """Put a series on the schedule of its target. Raises `Refused` and `BadTemplate`."""
        async with self._database.transaction() as connection:
            await connection.execute(sql.LOCK)
            found = await _gather(connection, wish)
            there = await connection.fetchrow(sql.LIVE, wish.title_id, found.channel.target_id)
            if there is not None:
                return await self._again(connection, found, there, wish, now=now)
            wanted = to_go_out(found.series, found.episodes, download_first=wish.download_first)
            interval = timedelta(seconds=found.channel.interval_s)
            schedule_id = await connection.fetchval(
                sql.ADD_SCHEDULE,
                wish.title_id,
                found.channel.target_id,
                found.series.title,
                found.choices.model_dump(mode="json"),
                wish.download_first,
                next_multiple(now, interval),
                wish.requested_by,
                now,
            )
            return await self._add(connection, found, wanted, schedule_id, wish, now=now)

    async def _again(
        self, connection: Connection, found: Gathered, there: Any, wish: ScheduleSeries, *, now: datetime
    ) -> Scheduled:
        """Say what is scheduled, take what is chosen now, and add the episodes that have come since."""
        if wish.choices is not None:
            await connection.execute(sql.SET_CHOICES, there["id"], found.choices.model_dump(mode="json"))
        new = [one for one in found.episodes if one.is_open and one.known_id is None]
        ready = [one for one in new if one.is_here or wish.download_first]
        if ready:
            added = await self._add(connection, found, ready, there["id"], wish, now=now)
            return added.model_copy(update={"repeated": True})
        return Scheduled(
            schedule_id=there["id"],
            title=there["title"],
            episodes=there["episodes"],
            starts_at=there["starts_at"],
            repeated=True,
        )

    async def _add(
        self,
        connection: Connection,
        found: Gathered,
        wanted: Sequence[Candidate],
        schedule_id: int,
        wish: ScheduleSeries,
        *,
        now: datetime,
    ) -> Scheduled:
        target_id, title_id = found.channel.target_id, wish.title_id
        await connection.execute(sql.MAKE_ROOM, [one.known_id for one in wanted if one.known_id is not None])
        last = await connection.fetchval(sql.LAST_ORDINAL, schedule_id)
        ids = [uuid7() for _ in wanted]
        rows = [
            (upload_id, schedule_id, target_id, title_id, *_place(one), ordinal, marker_of(upload_id))
            for ordinal, (upload_id, one) in enumerate(zip(ids, wanted, strict=True), start=last + 1)
        ]
        await connection.executemany(sql.ADD_UPLOAD, rows)
        await connection.execute(sql.IN_EPISODE_ORDER, title_id)
        await self._ask_for_files(connection, wanted, wish, now=now)
        planned = await plan(connection, target_id, self._rules, now=now)
        mine = [turn.planned_at for turn in planned.turns if turn.upload_id in set(ids) and turn.planned_at]
        starts_at = min(mine, default=next_multiple(now, timedelta(seconds=found.channel.interval_s)))
        title = found.series.title
        event = UploadScheduled(
            schedule_id=schedule_id,
            target_id=target_id,
            title_id=title_id,
            title=title,
            episodes=len(wanted),
            starts_at=starts_at,
        )
        await self._outbox.add(connection, event, now=now)
        await connection.execute(WAKE)
        return Scheduled(schedule_id=schedule_id, title=title, episodes=len(wanted), starts_at=starts_at)

    async def _ask_for_files(
        self, connection: Connection, wanted: Sequence[Candidate], wish: ScheduleSeries, *, now: datetime
    ) -> None:
        missing = tuple(one.episode_id for one in wanted if not one.is_here)
        if missing:
            await ask_for(connection, Wish(uuid7(), wish.title_id, wish.requested_by, missing), now=now)

    async def preview(self, wish: ScheduleSeries, *, now: datetime) -> tuple[Gathered, list[Turn | None]]:
        """Return what would be scheduled, and the turn of each episode that would go. Stores nothing."""
        async with self._database.connection() as connection:
            found = await _gather(connection, wish)
            target_id = found.channel.target_id
            there = await connection.fetchrow(sql.LIVE, wish.title_id, target_id)
            place = None if there is None else (there["position"], there["id"])
            ground = await ground_of(connection, found.channel, self._rules, now=now)
            before, behind = await queue_of(connection, target_id, self._rules, up_to=place, now=now)
        starts_at = next_multiple(now, ground.interval) if there is None else there["starts_at"]
        is_paused = there is not None and there["state"] == "paused"
        known = {waiting.upload_id for waiting in (*before, *behind)}
        ids = [one.known_id if one.known_id in known else uuid7() for one in found.episodes]
        new = [
            replace(
                _as_waiting(upload_id, one, starts_at, is_coming=wish.download_first and not one.is_here),
                is_paused=is_paused,
            )
            for upload_id, one in zip(ids, found.episodes, strict=True)
            # a gap of a schedule that goes on stays one until somebody fills it
            if one.is_open and upload_id not in known and (there is None or one.known_id is None)
        ]
        places = {upload_id: place for place, upload_id in enumerate(ids)}
        mine = [one for one in before if one.upload_id in places]
        others = [one for one in before if one.upload_id not in places]
        its = sorted([*mine, *new], key=lambda one: places[one.upload_id])
        turns = calendar(ground, [*others, *its, *behind], now=now, rules=self._rules)
        planned = {turn.upload_id: turn for turn in turns}
        return found, [planned.get(upload_id) for upload_id in ids]


def _place(one: Candidate) -> tuple[Any, ...]:
    return one.episode_id, one.season, one.number


def _as_waiting(upload_id: Any, one: Candidate, starts_at: datetime, *, is_coming: bool) -> Waiting:
    minutes = None if one.duration_s is None else one.duration_s / 60
    return Waiting(upload_id, UploadState.PLANNED, minutes, starts_at, is_coming=is_coming)


async def _gather(connection: Connection, wish: ScheduleSeries) -> Gathered:
    row = await connection.fetchrow(sql.TITLE, wish.title_id)
    if row is None:
        raise Refused(f"There is no title {wish.title_id} in the library.", code="title_not_found")
    series = Series(row["id"], row["title"], row["rights"], row["year"], row["synopsis"])
    mind_rights(series)
    target = chosen_target(wish.target_id, await connection.fetch(sql.TARGETS, wish.target_id))
    choices = chosen(wish.choices, target)
    channel = await channel_in(connection, target["id"])
    if channel is None:
        raise Refused(f"There is no target {target['id']}.", code="target_not_found")
    rows = await connection.fetch(sql.EPISODES, wish.title_id, target["id"])
    return Gathered(series, channel, choices, tuple(Candidate(**each) for each in rows))
