"""Titles as the API edits them, in Postgres."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import asyncpg

from wellspring_common.errors import Permanent
from wellspring_common.events.catalog import CatalogChange
from wellspring_common.outbox import Outbox
from wellspring_common.postgres import Connection, Database

from ..domain.documents.titles import NewTitle, Title, poster_of
from ..domain.etags import IfMatch
from ..domain.locking import with_locks
from ..domain.titles import slugs_of
from ..ports.answers import Keep
from .catalog import SLUG_TRIES
from .keeping import change_poster, change_row, keep_reply, taken_id
from .queries import LOCK_TITLES, POSTER, SAME_TITLE
from .telling import tell

_TITLE = f"""
select t.id, t.slug, t.kind, t.title, t.original_title, t.year, t.synopsis, t.genres, t.status, t.language,
    t.format, t.score, t.producer, t.studio, t.total_episodes, t.duration, t.release_date, t.rights,
    t.imdb_id, t.tmdb_id, t.anilist_id, t.poster_url, t.locked_fields, t.created_at, t.updated_at,
    {POSTER.format(title="t.id")},
    (select count(*) from catalog.episodes as e where e.title_id = t.id) as episode_count
from catalog.titles as t
where t.id = $1 and t.deleted_at is null
"""  # noqa: S608  (text of our own)
_ADD = """
insert into catalog.titles (slug, kind, title)
values ($1, $2, $3)
on conflict (slug) do nothing
returning id
"""


class PostgresTitles:
    """The gateway's own titles, told of in the transaction that changes them."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox

    async def one(self, title_id: int) -> Title | None:
        """Return a title."""
        async with self._database.connection() as connection:
            return await _title(connection, title_id)

    async def add(self, new: NewTitle, *, now: datetime, keep: Keep | None) -> Title:
        """Store a title. Raises `Permanent` with `title_exists`."""
        values = new.model_dump()
        name, kind = values.pop("title"), values.pop("kind")
        try:
            async with self._database.transaction() as connection:
                await connection.execute(LOCK_TITLES)
                await _refuse_twin(connection, name, kind, new.year, other_than=0)
                title_id = await _insert(connection, name, kind)
                await self._change(connection, title_id, values)
                added = await _title(connection, title_id)
                assert added is not None  # noqa: S101  (it was added in this transaction)
                await keep_reply(connection, keep, added)
                await tell(connection, self._outbox, title_id, CatalogChange.ADDED, now)
                return added
        except asyncpg.UniqueViolationError as error:
            raise _taken(error) from None

    async def edit(
        self, title_id: int, changes: Mapping[str, Any], *, based_on: IfMatch, now: datetime
    ) -> Title | None:
        """Change a title, nothing for no title. Raises `Permanent`: `precondition_failed`, `title_exists`."""
        try:
            async with self._database.transaction() as connection:
                await connection.execute(LOCK_TITLES)
                held = await _title(connection, title_id, to_change=True)
                if held is None:
                    return None
                based_on.check(held.etag)
                if {"title", "kind", "year"} & set(changes):
                    renamed = held.model_copy(update=dict(changes))
                    await _refuse_twin(
                        connection, renamed.title, renamed.kind, renamed.year, other_than=title_id
                    )
                await self._change(connection, title_id, with_locks(changes, held.model_dump()))
                if "poster_url" in changes:
                    await change_poster(connection, title_id, changes["poster_url"], now=now)
                await tell(connection, self._outbox, title_id, CatalogChange.CHANGED, now)
                return await _title(connection, title_id)
        except asyncpg.UniqueViolationError as error:
            raise _taken(error) from None

    async def _change(self, connection: Connection, title_id: int, changes: Mapping[str, Any]) -> None:
        score = changes.get("score")
        exact = dict(changes) if score is None else {**changes, "score": round(Decimal(str(score)), 2)}
        await change_row(connection, "catalog.titles", title_id, exact, allowed=Title.EDITABLE)


async def _title(connection: Connection, title_id: int, *, to_change: bool = False) -> Title | None:
    row = await connection.fetchrow(f"{_TITLE} for update of t" if to_change else _TITLE, title_id)
    return Title.model_validate({**row, "poster": poster_of(dict(row))}) if row is not None else None


async def _refuse_twin(
    connection: Connection, name: str, kind: str, year: int | None, *, other_than: int
) -> None:
    found = await connection.fetchval(SAME_TITLE, name, kind, year, other_than)
    if found is not None:
        raise Permanent(f"The library has {name!r} already: title {found}.", code="title_exists")


async def _insert(connection: Connection, name: str, kind: str) -> int:
    for slug in slugs_of(name, most=SLUG_TRIES):
        title_id: int | None = await connection.fetchval(_ADD, slug, kind, name)
        if title_id is not None:
            return title_id
    raise Permanent(f"Too many titles are called like {name!r}.", code="title_exists")


def _taken(error: asyncpg.UniqueViolationError) -> Permanent:
    return Permanent(f"Another title has this {taken_id(error)} id.", code="title_exists")
