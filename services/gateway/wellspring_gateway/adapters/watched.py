"""How far people came, in Postgres."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from wellspring_common.postgres import Database, touched

from ..domain.documents.links import NewProgress, Progress
from ..domain.pictures import poster_address
from .queries import POSTER

KEPT = timedelta(days=400)
"""After they last watched: whoever comes back a year later goes on where they were."""

_PROGRESS = f"""
select w.episode_id, e.title_id, t.title, t.slug, t.kind, e.season, e.number, w.position_s, w.duration_s,
    w.finished, w.watched_at, {POSTER.format(title="t.id")}
from {{watched}} as w
join catalog.episodes as e on e.id = w.episode_id
join catalog.titles as t on t.id = e.title_id
where t.deleted_at is null
"""  # noqa: S608  (columns of our own)
ONE = f"{_PROGRESS.format(watched='catalog.watch_progress')} and w.user_id = $1 and w.episode_id = $2"
# Sorted before it is joined, so that the limit ends the joins: the titles of all that somebody ever
# watched are looked up otherwise, one after the other all over the library.
_NEWEST = """(
    select * from catalog.watch_progress
    where user_id = $1 and ($2::timestamptz is null or (watched_at, episode_id) < ($2, $3::bigint))
    order by watched_at desc, episode_id desc
    offset 0
)"""
_PAGE = f"""
{_PROGRESS.format(watched=_NEWEST)}
order by w.watched_at desc, w.episode_id desc
limit $4
"""
_PUT = """
insert into catalog.watch_progress as held (user_id, episode_id, position_s, duration_s, finished, watched_at)
select $1, e.id, $3, $4, $5, $6
from catalog.episodes as e
join catalog.titles as t on t.id = e.title_id
where e.id = $2 and t.deleted_at is null
on conflict (user_id, episode_id) do update
set position_s = excluded.position_s, duration_s = excluded.duration_s, finished = excluded.finished,
    watched_at = excluded.watched_at, updated_at = now()
where held.watched_at <= excluded.watched_at
"""
_FORGET = "delete from catalog.watch_progress where user_id = $1 and episode_id = $2"
_FORGET_ALL = "delete from catalog.watch_progress where user_id = $1"
_PURGE = "delete from catalog.watch_progress where watched_at < $1"


class PostgresWatched:
    """Progress by person and episode."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def one(self, user_id: int, episode_id: int) -> Progress | None:
        """Return how far somebody came with an episode."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(ONE, user_id, episode_id)
        return progress_of(dict(row)) if row is not None else None

    async def page(self, user_id: int, *, after: tuple[datetime, int] | None, limit: int) -> list[Progress]:
        """Return what somebody watched before a moment, the newest first."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_PAGE, user_id, *(after or (None, None)), limit)
        return [progress_of(dict(row)) for row in rows]

    async def put(
        self, user_id: int, episode_id: int, told: NewProgress, *, now: datetime
    ) -> Progress | None:
        """Keep how far somebody came, unless something newer is kept. Nothing for no episode."""
        # a clock that runs ahead would keep everything else out until it is overtaken
        at = min(told.watched_at or now, now)
        values = (told.position_s, told.duration_s, told.finished, at)
        try:
            async with self._database.connection() as connection:
                await connection.execute(_PUT, user_id, episode_id, *values)
        except asyncpg.ForeignKeyViolationError:  # the episode, or whoever watches, went meanwhile
            return None
        return await self.one(user_id, episode_id)

    async def forget(self, user_id: int, episode_id: int) -> bool:
        """Forget it and return whether there was anything."""
        async with self._database.connection() as connection:
            return touched(await connection.execute(_FORGET, user_id, episode_id)) > 0

    async def forget_all(self, user_id: int) -> int:
        """Forget all that somebody watched and return how many episodes."""
        async with self._database.connection() as connection:
            return touched(await connection.execute(_FORGET_ALL, user_id))

    async def purge(self, *, now: datetime) -> int:
        """Delete what is past its time and return how many rows."""
        async with self._database.connection() as connection:
            return touched(await connection.execute(_PURGE, now - KEPT))


def progress_of(row: Mapping[str, Any]) -> Progress:
    """Return a row of the query above as the API tells it."""
    return Progress.model_validate({**row, "poster_url": poster_address(row["title_id"], row["poster"])})
