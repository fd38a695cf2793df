"""The library as it leaves, read from Postgres batch by batch."""

from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import asyncpg

from wellspring_common.postgres import Connection, Database

from ..domain.entries import Entry, Scope, Show
from ..outgoing import Shelf, Version
from . import outgoing_queries as queries

BATCH = 1000
PAGE = 100
KEPT_PLACES = 2000
_LAST_ID = 2**63 - 1


class PostgresOutgoing:
    """Reads by keyset: no page and no batch is the dearer for coming late."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._places: OrderedDict[Shelf, tuple[datetime, int]] = OrderedDict()

    async def shelf(self, wanted: Shelf) -> list[Show]:
        """Return a page of titles, the newest first."""
        words = (wanted.kind, wanted.query, f"%{_escaped(wanted.query)}%", wanted.genre, PAGE)
        async with self._database.connection() as connection:
            before = self._places.get(wanted)
            if before is not None:
                rows = await connection.fetch(queries.SHELF_FROM, *words, *before)
            else:  # nobody came this way lately
                rows = await connection.fetch(queries.SHELF_AT, *words, wanted.skip)
            if len(rows) == PAGE:
                self._remember(replace(wanted, skip=wanted.skip + PAGE), rows[-1])
            found = await _shows(connection, [row["id"] for row in rows])
        return [found[row["id"]] for row in rows if row["id"] in found]

    def _remember(self, page: Shelf, last: asyncpg.Record) -> None:
        self._places.pop(page, None)
        self._places[page] = (last["created_at"], last["id"])
        if len(self._places) > KEPT_PLACES:
            self._places.popitem(last=False)

    async def genres(self, kind: str) -> list[str]:
        """Return the genres that titles of a kind have."""
        async with self._database.connection() as connection:
            return [row["genre"] for row in await connection.fetch(queries.GENRES, kind)]

    async def show(self, *, title_id: int | None = None, imdb_id: str | None = None) -> Show | None:
        """Return a title by its id or by IMDb's."""
        async with self._database.connection() as connection:
            if title_id is not None:
                return _show(await connection.fetchrow(queries.SHOW_BY_ID, title_id))
            return _show(await connection.fetchrow(queries.SHOW_BY_IMDB, imdb_id))

    async def named(self, slug: str) -> Show | None:
        """Return a title by its slug."""
        async with self._database.connection() as connection:
            return _show(await connection.fetchrow(queries.SHOW_BY_SLUG, slug))

    async def entries_of(self, show: Show) -> list[Entry]:
        """Return a title's episodes in order."""
        async with self._database.connection() as connection:
            return [_entry(row, show) for row in await connection.fetch(queries.ENTRIES_OF, show.id)]

    async def entry(self, show: Show, season: int, number: Decimal) -> Entry | None:
        """Return one episode of a title."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(queries.ENTRY, show.id, season, number)
        return _entry(row, show) if row is not None else None

    async def entries(self, scope: Scope) -> AsyncIterator[list[Entry]]:
        """Yield all episodes in batches, those of one title one after the other. Holds one batch at a time.

        No connection is held while whoever reads them takes their time.
        """
        low, high = await self._ids(scope)
        after: tuple[int, int, Decimal] = (low - 1, _LAST_ID >> 32, Decimal(0))
        while True:
            async with self._database.connection() as connection:
                rows = await connection.fetch(queries.ENTRIES, scope.kind, scope.genre, *after, high, BATCH)
                shows = await _shows(connection, list({row["title_id"] for row in rows}))
            # a title may have gone to the trash between the two questions
            yield [_entry(row, shows[row["title_id"]]) for row in rows if row["title_id"] in shows]
            if len(rows) < BATCH:
                return
            after = (rows[-1]["title_id"], rows[-1]["season"], rows[-1]["number"])

    async def version(self, scope: Scope) -> Version:
        """Return the state of a part of the library."""
        ids = await self._ids(scope)
        async with self._database.connection() as connection:
            row = await connection.fetchrow(queries.VERSION, scope.kind, scope.genre, *ids)
        assert row is not None  # noqa: S101  (an aggregate always has a row)
        mark = f"{row['episodes']}.{row['newest']}.{row['posters']}.{row['changed_at']}"
        return Version(row["episodes"], mark, row["changed_at"])

    async def newest(self, slug: str, limit: int) -> list[Entry]:
        """Return the episodes that came last, of one title where a slug says so."""
        show = await self.named(slug) if slug else None
        if slug and show is None:
            return []
        async with self._database.connection() as connection:
            if show is not None:
                rows = await connection.fetch(queries.NEWEST_OF, limit, show.id)
            else:
                rows = await connection.fetch(queries.NEWEST, limit)
            shows = await _shows(connection, list({row["title_id"] for row in rows}))
        return [_entry(row, shows[row["title_id"]]) for row in rows if row["title_id"] in shows]

    async def _ids(self, scope: Scope) -> tuple[int, int]:
        """Return between which ids of titles a scope lies."""
        if not scope.slug:
            return 1, _LAST_ID
        show = await self.named(scope.slug)
        return (show.id, show.id) if show is not None else (1, 0)


async def _shows(connection: Connection, ids: Sequence[int]) -> dict[int, Show]:
    rows = await connection.fetch(queries.SHOWS, ids)
    return {row["id"]: Show(**{**row, "genres": tuple(row["genres"])}) for row in rows}


def _show(row: asyncpg.Record | None) -> Show | None:
    return Show(**{**row, "genres": tuple(row["genres"])}) if row is not None else None


def _entry(row: asyncpg.Record, show: Show) -> Entry:
    values: dict[str, Any] = {name: value for name, value in row.items() if name != "title_id"}
    return Entry(show=show, **values)


def _escaped(query: str) -> str:
    return query.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
