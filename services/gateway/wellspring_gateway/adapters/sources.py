"""Permanent pages of episodes as the API edits them, in Postgres."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import asyncpg

from wellspring_common.errors import Permanent
from wellspring_common.events.catalog import CatalogChange, CatalogChanged
from wellspring_common.outbox import Outbox
from wellspring_common.postgres import Connection, Database

from ..domain.documents.episodes import NewSource, Source
from ..domain.etags import IfMatch
from ..ports.answers import Keep
from . import queries
from .keeping import change_row, keep_reply

_SOURCE = """
select s.id, s.episode_id, s.url, s.quality, s.definition, s.language, s.created_at, s.updated_at, e.title_id
from catalog.sources as s
join catalog.episodes as e on e.id = s.episode_id
join catalog.titles as t on t.id = e.title_id
where t.deleted_at is null
"""
_ONE = f"{_SOURCE} and s.id = $1"
_OF_EPISODE = f"{_SOURCE} and s.episode_id = $1 order by s.quality nulls last, s.id"
_EPISODE = """
select e.title_id from catalog.episodes as e
join catalog.titles as t on t.id = e.title_id
where e.id = $1 and t.deleted_at is null
"""
_DELETE = "delete from catalog.sources where id = $1"
_TAKEN = "The episode has this page in this quality already. Nothing was changed."


class PostgresSources:
    """The gateway's own pages, told of in the transaction that changes them."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox

    async def of_episode(self, episode_id: int) -> list[Source] | None:
        """Return the pages of an episode. Nothing for no episode."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_OF_EPISODE, episode_id)
            if not rows and await connection.fetchval(_EPISODE, episode_id) is None:
                return None
        return [Source.model_validate(dict(row)) for row in rows]

    async def one(self, source_id: int) -> Source | None:
        """Return a page."""
        async with self._database.connection() as connection:
            found = await _source(connection, source_id)
        return found[0] if found is not None else None

    async def add(
        self, episode_id: int, new: NewSource, *, now: datetime, keep: Keep | None
    ) -> Source | None:
        """Store a page, nothing for no episode. Raises `Permanent` with `source_exists`."""
        async with self._database.transaction() as connection:
            # whoever deletes the episode or moves its title at the same time waits, or is waited for
            if await connection.fetchval(f"{_EPISODE} for key share", episode_id) is None:
                return None
            page = (new.quality, new.url, new.definition, new.language)
            source_id = await connection.fetchval(queries.ADD_SPOKEN_SOURCE, episode_id, *page)
            found = await _source(connection, source_id) if source_id is not None else None
            if found is None:
                raise Permanent(_TAKEN, code="source_exists")
            await keep_reply(connection, keep, found[0])
            await self._tell(connection, found, now)
            return found[0]

    async def edit(
        self, source_id: int, changes: Mapping[str, Any], *, based_on: IfMatch, now: datetime
    ) -> Source | None:
        """Change a page, nothing for no page. Raises `precondition_failed`, `source_exists`."""
        async with self._database.transaction() as connection:
            held = await _source(connection, source_id, to_change=True)
            if held is None:
                return None
            based_on.check(held[0].etag)
            try:
                allowed = Source.EDITABLE
                await change_row(connection, "catalog.sources", source_id, changes, allowed=allowed)
            except asyncpg.UniqueViolationError:
                raise Permanent(_TAKEN, code="source_exists") from None
            await self._tell(connection, held, now)
            found = await _source(connection, source_id)
        return found[0] if found is not None else None

    async def remove(self, source_id: int, *, now: datetime) -> bool:
        """Delete a page with the links that were found on it, and return whether it was there."""
        async with self._database.transaction() as connection:
            held = await _source(connection, source_id, to_change=True)
            if held is None:
                return False
            await connection.execute(_DELETE, source_id)
            await self._tell(connection, held, now)
            return True

    async def _tell(self, connection: Connection, found: tuple[Source, int], now: datetime) -> None:
        source, title_id = found
        event = CatalogChanged(
            title_id=title_id, episode_ids=(source.episode_id,), change=CatalogChange.CHANGED
        )
        await self._outbox.add(connection, event, now=now)


async def _source(
    connection: Connection, source_id: int, *, to_change: bool = False
) -> tuple[Source, int] | None:
    row = await connection.fetchrow(f"{_ONE} for update of s" if to_change else _ONE, source_id)
    return (Source.model_validate(dict(row)), row["title_id"]) if row is not None else None
