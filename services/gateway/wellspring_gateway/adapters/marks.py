"""Where intro and credits lie, in Postgres."""

from collections.abc import Mapping
from typing import Any, Literal

import asyncpg

from wellspring_common.postgres import Database, touched

from ..domain.documents.watching import Marks, MarksEdit

_COLUMNS = "m.intro_start_s, m.intro_end_s, m.outro_start_s, m.outro_end_s"
_TITLE = f"""
select {_COLUMNS}, case when m.id is null then 'none' else 'title' end as of
from catalog.titles as t
left join catalog.marks as m on m.title_id = t.id
where t.id = $1 and t.deleted_at is null
"""  # noqa: S608
EPISODE = f"""
select {_COLUMNS},
    case when m.id is null then 'none' when m.episode_id is null then 'title' else 'episode' end as of
from catalog.episodes as e
join catalog.titles as t on t.id = e.title_id and t.deleted_at is null
left join catalog.marks as m on m.episode_id = e.id
    or (m.title_id = e.title_id and not exists (select from catalog.marks where episode_id = e.id))
where e.id = $1
"""  # noqa: S608
_PUT = """
insert into catalog.marks ({owner}, intro_start_s, intro_end_s, outro_start_s, outro_end_s)
select $1, $2, $3, $4, $5 from catalog.{table} where id = $1
on conflict ({owner}) do update
set intro_start_s = excluded.intro_start_s, intro_end_s = excluded.intro_end_s,
    outro_start_s = excluded.outro_start_s, outro_end_s = excluded.outro_end_s, updated_at = now()
"""
_PUT_TITLE = _PUT.format(owner="title_id", table="titles")
_PUT_EPISODE = _PUT.format(owner="episode_id", table="episodes")
_DROP = "delete from catalog.marks where episode_id = $1"


class PostgresMarks:
    """Marks of titles, and of episodes that have their own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_title(self, title_id: int) -> Marks | None:
        """Return a title's marks. Nothing for no title."""
        return await self._one(_TITLE, title_id)

    async def of_episode(self, episode_id: int) -> Marks | None:
        """Return the marks that count for an episode. Nothing for no episode."""
        return await self._one(EPISODE, episode_id)

    async def put_title(self, title_id: int, marks: MarksEdit) -> Marks | None:
        """Keep a title's marks, nothing for no title."""
        await self._put(_PUT_TITLE, title_id, marks)
        return await self.of_title(title_id)

    async def put_episode(self, episode_id: int, marks: MarksEdit) -> Marks | None:
        """Keep an episode's own marks, nothing for no episode."""
        await self._put(_PUT_EPISODE, episode_id, marks)
        return await self.of_episode(episode_id)

    async def drop_episode(self, episode_id: int) -> bool:
        """Let an episode have its title's marks again, and return whether it had its own."""
        async with self._database.connection() as connection:
            return touched(await connection.execute(_DROP, episode_id)) > 0

    async def _one(self, sql: str, owner_id: int) -> Marks | None:
        async with self._database.connection() as connection:
            row = await connection.fetchrow(sql, owner_id)
        return marks_of(dict(row)) if row is not None else None

    async def _put(self, sql: str, owner_id: int, marks: MarksEdit) -> None:
        values = [
            getattr(stretch, name) if stretch is not None else None
            for stretch in (marks.intro, marks.outro)
            for name in ("start_s", "end_s")
        ]
        try:
            async with self._database.connection() as connection:
                await connection.execute(sql, owner_id, *values)
        except asyncpg.ForeignKeyViolationError:  # it went meanwhile
            return


def marks_of(row: Mapping[str, Any]) -> Marks:
    """Return the marks of a row. Two columns make a stretch, or none."""

    def stretch(what: Literal["intro", "outro"]) -> dict[str, float] | None:
        start, end = row[f"{what}_start_s"], row[f"{what}_end_s"]
        return {"start_s": start, "end_s": end} if start is not None else None

    return Marks.model_validate({"intro": stretch("intro"), "outro": stretch("outro"), "of": row["of"]})
