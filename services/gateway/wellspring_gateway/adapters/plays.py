"""Counted plays in Postgres, with their events in the outbox."""

from datetime import datetime
from uuid import UUID

from wellspring_common.outbox import Outbox
from wellspring_common.postgres import Connection, Database, touched

from ..domain.plays import Outcome, Play, oldest_kept
from ..ports.library import Counted
from . import queries


class PostgresPlays:
    """What players reported, by episode and day."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox

    async def record(self, play: Play, *, now: datetime) -> Counted | None:
        """Count a play and tell of it, once. Nothing for a repeated beacon, or one about no link of ours."""
        async with self._database.transaction() as connection:
            # Two copies of one beacon may come at once: the second waits here and then finds the first.
            await connection.execute(queries.LOCK_PLAY, str(play.play_id))
            if await _told(connection, play.event_id):
                return None
            link = await connection.fetchrow(
                queries.PLAYED_LINK, play.link_id, play.episode_id, play.generation
            )
            if link is None:
                return None
            before = await _told(connection, play.started_id)
            outcome = play.outcome(started_before=before)
            if outcome is not None:
                await connection.execute(queries.COUNT_PLAY, play.episode_id, now.date(), *_added(outcome))
            event = play.event(server=link["server"], quality=link["quality"])
            await self._outbox.add(connection, event, now=now, event_id=play.event_id)
            return Counted(server=link["server"], outcome=outcome, surface=event.surface)

    async def purge(self, *, now: datetime) -> int:
        """Delete the counts of days past their time and return how many."""
        async with self._database.connection() as connection:
            return touched(await connection.execute(queries.PURGE_PLAYS, oldest_kept(now)))


async def _told(connection: Connection, event_id: UUID) -> bool:
    return bool(await connection.fetchval(queries.EVENT_TOLD, event_id))


def _added(outcome: Outcome) -> tuple[int, int, int, int]:
    """Return what an outcome adds to started, first_try, after_fallback and failed."""
    first, fallback = int(outcome is Outcome.FIRST_TRY), int(outcome is Outcome.AFTER_FALLBACK)
    return first + fallback, first, fallback, int(outcome is Outcome.FAILED)
