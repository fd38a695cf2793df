"""Lists of titles in Postgres."""

from collections.abc import Mapping

from wellspring_common.postgres import Connection, Database

from ..domain.listing import (
    COUNTED,
    LONGEST_QUERY,
    After,
    Choices,
    Listed,
    Sort,
    Wanted,
    cleaned,
    decode_cursor,
    encode_cursor,
    tidied,
)
from ..domain.searching import Asked, asked_for
from ..domain.spelling import SHORTEST, corrected, swaps_of
from . import listing_queries as queries

MOST_LOOKED_UP = 4
"""Of a query with more unknown words than this no other reading is tried."""


class PostgresListing:
    """Searches, filters and sorts titles, a page at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def titles(self, wanted: Wanted) -> Listed:
        """Return a page of titles. Raises `Permanent` for a cursor that is none of this list.

        Where no title has the words of a query, it answers what was probably meant, and says so.
        """
        wanted = tidied(wanted)
        after = decode_cursor(wanted)
        query = wanted.query if after is None else after.query
        async with self._database.connection() as connection:
            asked = await _asked(connection, query) if query else None
            listed = await self._page(connection, wanted, query, asked, after)
            if listed.rows or asked is None or after is not None:
                return listed
            meant = await self._meant(connection, asked)
            if meant is None:
                return listed
            return await self._page(connection, wanted, meant, await _asked(connection, meant), None)

    async def genres(self) -> list[str]:
        """Return every genre there is."""
        return (await self.choices()).genres

    async def choices(self) -> Choices:
        """Return what lists can be narrowed down to."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(queries.CHOICES)
            if row is not None and row["newest"] > row["learned"]:
                await self._learn(connection)
                row = await connection.fetchrow(queries.CHOICES)
        return Choices(row["genres"], row["languages"]) if row is not None else Choices([], [])

    async def purge(self) -> None:
        """Forget the words of titles that are gone, and learn those of titles that changed."""
        async with self._database.transaction() as connection:
            await connection.execute(queries.LOCK_WORDS)
            newest = await connection.fetchval(queries.NEWEST_ID)
            await connection.execute(queries.LEARN_ALL)
            await connection.execute(queries.LEARNED, newest)

    async def _page(
        self, connection: Connection, wanted: Wanted, query: str, asked: Asked | None, after: After | None
    ) -> Listed:
        is_ranked = asked is not None and wanted.sort is Sort.RELEVANCE
        if asked is not None and is_ranked:
            statement = queries.best_page(wanted, asked, after)
        else:
            statement = queries.sorted_page(wanted, asked, after)
        rows = [dict(row) for row in await connection.fetch(statement.sql, *statement.values)]
        keys, totals = [row.pop("sort_key") for row in rows], [row.pop("found", None) for row in rows]
        following, more = None, len(rows) > wanted.limit
        if more:
            last = wanted.limit - 1
            following = encode_cursor(wanted, After(keys[last], rows[last]["id"], query))
        if after is None and not more:
            total = len(rows)
        elif is_ranked and rows:
            total = totals[0]
        else:
            count = queries.counted(wanted, asked)
            total = await connection.fetchval(count.sql, *count.values)
        return Listed(
            rows=rows[: wanted.limit],
            next=following,
            total=total if total <= COUNTED else None,
            meant=query if query != wanted.query else None,
        )

    async def _meant(self, connection: Connection, asked: Asked) -> str | None:
        """Return the query that was probably meant, if it has words that no title has."""
        words = asked.plain_words
        if not words or len(words) < len(asked.words):
            return None
        await self._learn(connection)
        rows = await connection.fetch(queries.KNOWN, words, words[-1], queries.HIGHEST)
        unknown = [word for word in words if len(word) >= SHORTEST and word not in {row[0] for row in rows}]
        if not unknown or len(unknown) > MOST_LOOKED_UP:
            return None
        meant = corrected(words, await _looking_like(connection, unknown))
        return cleaned(meant, LONGEST_QUERY) if meant is not None else None

    async def _learn(self, connection: Connection) -> None:
        """Learn the words of titles that came since somebody needed them last."""
        if not await connection.fetchval(queries.NEW_TITLES):
            return
        async with connection.transaction():
            await connection.execute(queries.LOCK_WORDS)
            newest = await connection.fetchval(queries.NEWEST_ID)
            await connection.execute(queries.LEARN)
            await connection.execute(queries.LEARNED, newest)


async def _asked(connection: Connection, query: str) -> Asked:
    row = await connection.fetchrow(queries.FOLD, query)
    assert row is not None  # noqa: S101  (a function of the text)
    return asked_for(row["key"], row["words"])


async def _looking_like(connection: Connection, words: list[str]) -> Mapping[str, Mapping[str, int]]:
    """Return for each word the words that look like it, with how many titles have them."""
    swaps = [(word, swapped) for word in words for swapped in swaps_of(word)]
    async with connection.transaction():
        await connection.execute(queries.LOOK_LIKE)
        rows = await connection.fetch(
            queries.LIKE, words, [word for word, _ in swaps], [swapped for _, swapped in swaps]
        )
    found: dict[str, dict[str, int]] = {word: {} for word in words}
    for row in rows:
        found[row["asked"]][row["word"]] = row["titles"]
    return found
