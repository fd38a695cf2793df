"""How people like it, in Postgres."""

from collections.abc import Mapping
from typing import Any

import asyncpg

from wellspring_common.postgres import Database

from ..domain.preferences import Wishes

_OF = "select language, theme, autoplay from access.preferences where user_id = $1"
_PUT = """
insert into access.preferences as held (user_id, language, theme, autoplay) values ($1, $2, $3, $4)
on conflict (user_id) do update
set language = case when 'language' = any($5::text[]) then excluded.language else held.language end,
    theme = case when 'theme' = any($5::text[]) then excluded.theme else held.theme end,
    autoplay = case when 'autoplay' = any($5::text[]) then excluded.autoplay else held.autoplay end,
    updated_at = now()
returning language, theme, autoplay
"""


class PostgresPreferences:
    """One row for each person who ever said anything."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, user_id: int) -> Wishes:
        """Return what somebody said."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(_OF, user_id)
        return Wishes(**row) if row is not None else Wishes()

    async def put(self, user_id: int, changes: Mapping[str, Any]) -> Wishes:
        """Keep what somebody says now and return all that they said."""
        values = [changes.get(name) for name in ("language", "theme", "autoplay")]
        try:
            async with self._database.connection() as connection:
                row = await connection.fetchrow(_PUT, user_id, *values, list(changes))
        except asyncpg.ForeignKeyViolationError:  # whoever said it went meanwhile
            return Wishes()
        return Wishes(**row) if row is not None else Wishes()
