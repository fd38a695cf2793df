"""What people put on their lists, in Postgres."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import asyncpg

from wellspring_common.postgres import Database, touched

from ..domain.documents.people import SavedTitle
from ..domain.pictures import poster_address
from .queries import LIVE, POSTER

_SAVED = f"""
select t.id as title_id, t.slug, t.title, t.kind, t.year, s.saved_at, first.id as first_episode_id,
    (select count(*) from catalog.episodes as e where e.title_id = t.id) as episode_count,
    {LIVE.format(episode="first.id")} as live_links,
    {POSTER.format(title="t.id")}
from catalog.saved_titles as s
join catalog.titles as t on t.id = s.title_id
left join lateral (
    select e.id from catalog.episodes as e where e.title_id = t.id order by e.season, e.number limit 1
) as first on true
where s.user_id = $1 and t.deleted_at is null
"""  # noqa: S608
_ONE = f"{_SAVED} and s.title_id = $2"
_PAGE = f"""
{_SAVED} and ($2::timestamptz is null or (s.saved_at, s.title_id) < ($2, $3::bigint))
order by s.saved_at desc, s.title_id desc
limit $4
"""
_HAS = "select exists (select from catalog.saved_titles where user_id = $1 and title_id = $2)"
_PUT = """
insert into catalog.saved_titles (user_id, title_id, saved_at)
select $1, t.id, $3 from catalog.titles as t where t.id = $2 and t.deleted_at is null
on conflict do nothing
"""
_REMOVE = "delete from catalog.saved_titles where user_id = $1 and title_id = $2"


class PostgresSaved:
    """Lists by person: what was put on one last comes first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def has(self, user_id: int, title_id: int) -> bool:
        """Return whether a title is on somebody's list."""
        async with self._database.connection() as connection:
            return bool(await connection.fetchval(_HAS, user_id, title_id))

    async def one(self, user_id: int, title_id: int) -> SavedTitle | None:
        """Return a title of somebody's list."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(_ONE, user_id, title_id)
        return _saved(dict(row)) if row is not None else None

    async def page(self, user_id: int, *, after: tuple[datetime, int] | None, limit: int) -> list[SavedTitle]:
        """Return what somebody put on their list before a moment, the newest first."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_PAGE, user_id, *(after or (None, None)), limit)
        return [_saved(dict(row)) for row in rows]

    async def put(self, user_id: int, title_id: int, *, now: datetime) -> SavedTitle | None:
        """Put a title on a list, where it stays where it was. Nothing for no title."""
        try:
            async with self._database.connection() as connection:
                await connection.execute(_PUT, user_id, title_id, now)
        except asyncpg.ForeignKeyViolationError:  # the title, or whoever asks, went meanwhile
            return None
        return await self.one(user_id, title_id)

    async def remove(self, user_id: int, title_id: int) -> bool:
        """Take a title off a list and return whether it was on it."""
        async with self._database.connection() as connection:
            return touched(await connection.execute(_REMOVE, user_id, title_id)) > 0


def _saved(row: Mapping[str, Any]) -> SavedTitle:
    return SavedTitle.model_validate({**row, "poster_url": poster_address(row["title_id"], row["poster"])})
