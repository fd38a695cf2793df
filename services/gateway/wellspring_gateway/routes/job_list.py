"""Jobs page by page, for programs and for people."""

from uuid import UUID

from ..domain.cursors import moment
from ..domain.state import Job
from ..door import Door
from ..holdings import JobFilter
from .v1.paging import paged

LIST = "jobs"


async def jobs_from(
    door: Door, wanted: JobFilter, cursor: str | None, *, limit: int
) -> tuple[list[Job], str | None]:
    """Return jobs behind a place, the newest first, and the next. Raises `Permanent` with `bad_cursor`."""
    held = door.holdings.jobs
    return await paged(
        LIST,
        (moment, UUID),
        cursor,
        limit,
        find=lambda after, most: held.page(wanted, after=after, limit=most),
        place=lambda job: (job.requested_at, job.id),
    )
