"""What people decide about schedules and uploads that are there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from wellspring_common import metrics
from wellspring_common.events.uploads import UploadSkipped, UploadState
from wellspring_common.outbox import Outbox
from wellspring_common.postgres import Connection, Database
from wellspring_common.uploading import ChangeSchedule, DecideUpload, Removed, ScheduleRef

from ..domain.rules import Rules
from ..domain.scheduling import Refused
from ..domain.states import PASSED, UNDER_WAY, WAITING
from . import schedule_queries as sql
from . import upload_queries
from .planning import plan
from .upload_queries import WAKE
from .uploads import upload_of


class PostgresDecisions:
    """Removes, pauses, moves and decides. Everything is committed when it returns."""

    def __init__(self, database: Database, outbox: Outbox, rules: Rules) -> None:
        self._database = database
        self._outbox = outbox
        self._rules = rules

    async def remove(self, ref: ScheduleRef, *, now: datetime) -> Removed:
        """Take off what waits or failed. What is under way or published stays. Raises `Refused`."""
        if ref.schedule_id is None and ref.title_id is None:
            raise Refused(
                "Say which schedule is meant, by its id or by its title.", code="schedule_not_found"
            )
        async with self._database.transaction() as connection:
            found = await connection.fetch(sql.FIND_SCHEDULES, ref.schedule_id, ref.title_id)
            if not found:
                raise Refused("There is no such schedule.", code="schedule_not_found")
            ids = [row["id"] for row in found]
            gone = await connection.fetch(sql.REMOVE_UPLOADS, ids)
            said = f"Taken off the schedule by {ref.asked_by}."
            await _note(connection, gone, _Line(now, UploadState.REMOVED, "removed", said))
            await connection.execute(sql.END_REMOVED, ids)
            await self.replan(connection, {row["target_id"] for row in found}, now=now)
        for row in gone:
            metrics.UPLOADS.labels(row["kind"], "cancelled").inc()
        return Removed(removed=len(gone), title=found[0]["title"])

    async def change(self, wish: ChangeSchedule, *, now: datetime) -> None:
        """Pause a series, let it go on, or give it another place in the queue. Raises `Refused`."""
        async with self._database.transaction() as connection:
            await connection.execute(sql.LOCK)
            found = await connection.fetch(sql.FIND_SCHEDULES, wish.schedule_id, None)
            if not found or found[0]["state"] not in {"active", "paused"}:
                raise Refused("There is no such schedule, or it has ended.", code="schedule_not_found")
            target_id = found[0]["target_id"]
            if wish.action == "move":
                await self._move(connection, wish, target_id)
            else:
                state = "paused" if wish.action == "pause" else "active"
                await connection.execute(sql.SET_STATE, wish.schedule_id, state)
            await self.replan(connection, {target_id}, now=now)

    async def _move(self, connection: Connection, wish: ChangeSchedule, target_id: int) -> None:
        if wish.before is not None and wish.before != wish.schedule_id:
            there = await connection.fetch(sql.FIND_SCHEDULES, wish.before, None)
            if not there or there[0]["target_id"] != target_id:
                raise Refused("The schedule that it is to go before is not there.", code="schedule_not_found")
        if wish.before != wish.schedule_id:
            await connection.execute(sql.MOVE, wish.schedule_id, wish.before, target_id)

    async def decide(self, wish: DecideUpload, *, now: datetime) -> UploadState:
        """Try an upload again, skip it, or fill its gap later. Raises `Refused`."""
        async with self._database.transaction() as connection:
            row = await connection.fetchrow(sql.UPLOAD_FOR_UPDATE, wish.upload_id)
            if row is None:
                raise Refused("There is no such upload.", code="upload_not_found")
            state = UploadState(row["state"])
            _mind_state(wish, state)
            if wish.action == "skip":
                said = f"Skipped by {wish.asked_by}."
                await connection.execute(sql.SKIP, wish.upload_id, said)
                after = UploadState.SKIPPED
                await self._tell_skipped(connection, wish.upload_id, now=now)
            else:
                after, said = UploadState.PLANNED, f"{wish.action} by {wish.asked_by}"
                session = {**row["session"], "waited": True} if row["session"] else {}
                is_down = state is UploadState.REJECTED
                if is_down:  # what was taken down is found there still, by the same tag
                    session = {"down": [*row["session"].get("down", ()), row["video_id"]]}
                at = now if wish.action == "retry" else None
                await connection.execute(sql.TRY_AGAIN, wish.upload_id, at, session, is_down)
                await connection.execute(sql.GO_ON, row["schedule_id"])
                held = await connection.fetchval(sql.SCHEDULE_STATE, row["schedule_id"])
                if held not in {"active", "paused"}:
                    raise Refused("The series has a newer schedule: decide it there.", code="newer_schedule")
            await _note(connection, [{"id": wish.upload_id}], _Line(now, after, wish.action, said))
            await self.replan(connection, {row["target_id"]}, now=now)
        return after

    async def _tell_skipped(self, connection: Connection, upload_id: UUID, *, now: datetime) -> None:
        found = upload_of(await connection.fetchrow(upload_queries.UPLOAD, upload_id))
        event = UploadSkipped(
            **found.named,
            state=found.state,
            tries=found.tries,
            code=found.error_code or "skipped",
            detail=found.error_detail or "",
        )
        await self._outbox.add(connection, event, now=now)

    async def put_in_order(self, connection: Connection, title_id: int) -> None:
        """Have what waits of a title go out by the numbers that its episodes have now."""
        await connection.execute(sql.IN_EPISODE_ORDER, title_id)

    async def drop_episodes(self, connection: Connection, title_id: int, *, now: datetime) -> int:
        """Take episodes that the library has no more off their schedules, and return how many.

        Whoever calls it computes the calendars again.
        """
        gone = await connection.fetch(sql.DROP_EPISODES, title_id)
        said = "The episode was removed from the library."
        await _note(connection, gone, _Line(now, UploadState.REMOVED, "episode_gone", said))
        return len(gone)

    async def note_out(self, connection: Connection, uploads: Sequence[UUID], *, now: datetime) -> int:
        """Say of uploads that their episode is out already, under another title, and return how many."""
        said = "The title was merged with one that has published this episode."
        line = _Line(now, UploadState.REMOVED, "merged", said)
        await _note(connection, [{"id": upload_id} for upload_id in uploads], line)
        return len(uploads)

    async def replan(self, connection: Connection, targets: set[int], *, now: datetime) -> None:
        """Compute the calendars of targets again, and wake whoever serves them."""
        for target_id in sorted(targets):
            await plan(connection, target_id, self._rules, now=now)
        await connection.execute(WAKE)


@dataclass(frozen=True)
class _Line:
    """A line of an upload's story."""

    at: datetime
    state: UploadState
    code: str
    detail: str


async def _note(connection: Connection, uploads: Sequence[Any], line: _Line) -> None:
    ids = [row["id"] for row in uploads]
    if ids:
        await connection.execute(sql.STEPS_OF, ids, line.at, line.state.value, line.code, line.detail)


def _mind_state(wish: DecideUpload, state: UploadState) -> None:
    if state in UNDER_WAY:
        raise Refused("The upload is under way: wait until it has come to an end.", code="under_way")
    if wish.action == "skip":
        may = state in {*WAITING, UploadState.NEEDS_FIX}
    elif wish.action == "retry":
        may = state in {*WAITING, UploadState.SKIPPED, UploadState.NEEDS_FIX}
    else:
        may = state in PASSED
    if not may:
        raise Refused(f"An upload that is {state.value} cannot be decided so.", code="wrong_state")
