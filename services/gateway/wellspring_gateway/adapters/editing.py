"""Titles and episodes as a person edits them, in Postgres, told of in the transaction that changes them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import asyncpg

from wellspring_common.errors import Permanent
from wellspring_common.events.catalog import CatalogChange
from wellspring_common.outbox import Outbox
from wellspring_common.postgres import Connection, Database

from ..domain.editing import EPISODE_FIELDS, FIELDS, text_of
from ..domain.locking import episode_locks
from ..metadata import EpisodeEdit, TitleEdit
from .keeping import change_poster, taken_id
from .queries import LOCK_TITLES, POSTER, SAME_TITLE
from .telling import tell, tell_of

_TITLE = f"""
select t.id, t.slug, t.locked_fields, t.metadata_sources, t.updated_at, t.{", t.".join(FIELDS)},
    {POSTER.format(title="t.id")}
from catalog.titles as t
where t.id = $1 and t.deleted_at is null
"""  # noqa: S608  (names of our own)
_COUNT = "select count(*) from catalog.episodes where title_id = $1"
_EPISODES = """
select id, season, number, name, aired_at, locked_fields
from catalog.episodes
where title_id = $1
order by season, number
limit $2 offset $3
"""
_EPISODE_AT = """
select id, season, number, name, aired_at, locked_fields
from catalog.episodes
where title_id = $1 and season = $2 and number = $3
"""
_HELD = """
select id, name, aired_at, locked_fields from catalog.episodes where title_id = $1 and id = any($2) for update
"""
_CHANGE_EPISODE = """
update catalog.episodes set name = $2, aired_at = $3, locked_fields = $4, updated_at = now() where id = $1
"""


class PostgresEditing:
    """The gateway's own titles. An edit is based on what its page showed, or it is refused."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox

    async def one(self, title_id: int) -> dict[str, Any] | None:
        """Return every field of a title, with what is locked and which `revision` it is."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(_TITLE, title_id)
        return {**row, "revision": _revision(row)} if row is not None else None

    async def save(self, title_id: int, edit: TitleEdit, *, now: datetime) -> bool:
        """Store an edit and return whether it changed anything."""
        try:
            async with self._database.transaction() as connection:
                await connection.execute(LOCK_TITLES)
                held = await connection.fetchrow(f"{_TITLE} for update of t", title_id)
                if held is None:
                    raise Permanent(f"There is no title {title_id}.", code="unknown_title")
                if _revision(held) != edit.revision:
                    raise Permanent("Somebody changed this title meanwhile.", code="stale_edit")
                return await self._save(connection, held, edit, now)
        except asyncpg.UniqueViolationError as error:
            raise Permanent(f"{taken_id(error)}_id", code="id_taken") from None

    async def _save(
        self, connection: Connection, held: asyncpg.Record, edit: TitleEdit, now: datetime
    ) -> bool:
        title_id, changes = held["id"], dict(edit.changes)
        if {"title", "kind", "year"} & set(changes):
            named = [changes.get(name, held[name]) for name in ("title", "kind", "year")]
            if await connection.fetchval(SAME_TITLE, *named, title_id) is not None:
                raise Permanent("The library has a title of this name.", code="title_exists")
        columns: dict[str, Any] = changes | {
            "locked_fields": list(edit.locked),
            "metadata_sources": sorted({*held["metadata_sources"], *([edit.source] if edit.source else [])}),
        }
        if all(held[name] == value for name, value in columns.items()):
            return False
        places = ", ".join(f"{name} = ${at}" for at, name in enumerate(columns, 2))
        sql = f"update catalog.titles set {places}, updated_at = now() where id = $1"  # noqa: S608  (names of our own)
        await connection.execute(sql, title_id, *columns.values())
        if "poster_url" in changes:
            await change_poster(connection, title_id, changes["poster_url"], now=now)
        if changes:
            await tell(connection, self._outbox, title_id, CatalogChange.CHANGED, now)
        return True

    async def episodes(self, title_id: int, *, limit: int, offset: int) -> tuple[int, list[dict[str, Any]]]:
        """Return how many episodes a title has, and a page of them in order."""
        async with self._database.connection() as connection:
            total = await connection.fetchval(_COUNT, title_id)
            rows = await connection.fetch(_EPISODES, title_id, limit, offset)
        return total, [dict(row) for row in rows]

    async def episode_at(self, title_id: int, season: int, number: Any) -> dict[str, Any] | None:
        """Return an episode of a title by its place."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(_EPISODE_AT, title_id, season, number)
        return dict(row) if row is not None else None

    async def save_episodes(self, title_id: int, edits: Sequence[EpisodeEdit], *, now: datetime) -> list[int]:
        """Store edits, all or none, and return the ids that changed."""
        changed: list[int] = []
        async with self._database.transaction() as connection:
            await connection.execute(LOCK_TITLES)
            rows = await connection.fetch(_HELD, title_id, [edit.episode_id for edit in edits])
            held = {row["id"]: row for row in rows}
            for edit in edits:
                row = held.get(edit.episode_id)
                if row is None or any(text_of(row[name]) != value for name, value in edit.seen.items()):
                    raise Permanent("Somebody changed these episodes meanwhile.", code="stale_edit")
                shut = row["locked_fields"] if edit.is_match else ()
                values = {name: value for name, value in edit.values.items() if name not in shut}
                new = {name: row[name] for name in EPISODE_FIELDS} | values
                different = [name for name in EPISODE_FIELDS if new[name] != row[name]]
                locked = episode_locks(
                    row["locked_fields"], different, is_ticked=edit.is_locked, is_match=edit.is_match
                )
                if different or locked != sorted(row["locked_fields"]):
                    await connection.execute(_CHANGE_EPISODE, row["id"], new["name"], new["aired_at"], locked)
                changed += [row["id"]] if different else []
            if changed:
                await tell_of(connection, self._outbox, title_id, changed, CatalogChange.CHANGED, now=now)
        return changed


def _revision(row: asyncpg.Record) -> str:
    return str(row["updated_at"].isoformat())
