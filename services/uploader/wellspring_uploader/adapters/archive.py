"""How long uploads stay on the schedule, and the purge that sees to it. The ledger stays for ever."""

from datetime import datetime, timedelta

from wellspring_common.postgres import Database, touched

_RULES = (
    """
    delete from uploads.uploads
    where state = 'live' and completed_at < $1 and not session ? 'doubt'
    """,
    # A draft of it that is still to be taken away keeps its row.
    """
    delete from uploads.uploads
    where state = 'removed' and updated_at < $1 and video_id is null and not session ? 'doubt'
    """,
    """
    delete from uploads.schedules as s
    where s.state in ('done', 'removed') and s.updated_at < $1
        and not exists (select from uploads.uploads as u where u.schedule_id = s.id)
    """,
)


async def archive(database: Database, *, now: datetime, after: timedelta) -> int:
    """Delete what was completed so long ago, with its steps, and return how many rows."""
    async with database.connection() as connection:
        return sum([touched(await connection.execute(rule, now - after)) for rule in _RULES])
