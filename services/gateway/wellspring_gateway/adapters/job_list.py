"""Jobs page by page, in Postgres."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from wellspring_common.postgres import Database

from ..domain.state import Job
from ..domain.titles import EpisodeHead
from ..holdings import JobFilter
from . import queries
from .jobs import job_of

_PAGE = f"""
{queries.JOB}
where ($1::text is null or state = $1) and ($2::text is null or kind = $2)
    and ($3::bigint is null or episode_id = $3) and ($4::bigint is null or title_id = $4)
    and ($5::bigint is null or catalogue_id = $5)
    and ($6::timestamptz is null or (requested_at, id) < ($6, $7::uuid))
order by requested_at desc, id desc
limit $8
"""
_EPISODES = """
select e.id from catalog.episodes as e where e.title_id = $1 order by e.season, e.number
"""
_TITLE = "select id from catalog.titles where id = $1 and deleted_at is null"


class PostgresJobList:
    """Jobs by filter and place."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, wanted: JobFilter, *, after: tuple[datetime, UUID] | None, limit: int) -> list[Job]:
        """Return jobs older than a place in the list, the newest first."""
        filters = (wanted.state, wanted.kind, wanted.episode_id, wanted.title_id, wanted.catalogue_id)
        async with self._database.connection() as connection:
            rows = await connection.fetch(_PAGE, *filters, *(after or (None, None)), limit)
        return [job_of(row) for row in rows]

    async def heads(self, jobs: Iterable[Job]) -> dict[int, EpisodeHead]:
        """Return the episodes that jobs are about, by their ids."""
        ids = sorted({job.episode_id for job in jobs if job.episode_id is not None})
        async with self._database.connection() as connection:
            rows = await connection.fetch(queries.HEADS_BY_IDS, ids)
        return {row["id"]: EpisodeHead(**row) for row in rows}

    async def to_refresh(self, title_id: int) -> list[int] | None:
        """Return the ids of a title's episodes. Nothing for no title."""
        async with self._database.connection() as connection:
            if await connection.fetchval(_TITLE, title_id) is None:
                return None
            return [row["id"] for row in await connection.fetch(_EPISODES, title_id)]
