"""Titles, episodes and sources in Postgres."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any

import asyncpg

from wellspring_common.events.catalog import CatalogChange, CatalogChanged
from wellspring_common.outbox import Outbox
from wellspring_common.postgres import Connection, Database

from ..domain.episodes import NewEpisode
from ..domain.parts import A_PART, Part, part_to_show
from ..domain.state import EpisodeState
from ..domain.titles import EpisodeHead, slugs_of
from ..gathering import AskForMany, Gathering
from ..ports.library import Added, Reply
from . import queries
from .server_records import ServerRecords
from .state_query import STATES, parts_of

HTTP_OK = 200
SLUG_TRIES = 49


class PostgresCatalog:
    """The gateway's own tables, and what it reads of the others'."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox
        self._records = ServerRecords()
        self._states = Gathering(self._asking_for_states)

    async def add_episode(self, episode: NewEpisode, *, now: datetime, reply: Reply | None) -> Added:
        """Store an episode with its sources and the reply, making its title where it is new."""
        async with self._database.transaction() as connection:
            title_id, slug = await title_for(connection, episode)
            values = (title_id, episode.season, episode.number)
            episode_id = await connection.fetchval(queries.ADD_EPISODE, *values, episode.name)
            if episode_id is None:
                existing = await connection.fetchval(queries.FIND_EPISODE, *values)
                return Added(existing, title_id, slug, existed=True)
            for source in episode.sources:
                await connection.execute(
                    queries.ADD_SOURCE, episode_id, source.quality, source.url, source.definition
                )
            change = CatalogChanged(title_id=title_id, episode_ids=(episode_id,), change=CatalogChange.ADDED)
            await self._outbox.add(connection, change, now=now)
            added = Added(episode_id, title_id, slug, existed=False)
            if reply is not None:
                body = dict(reply.body(added))
                await connection.execute(queries.KEEP_REPLY, reply.key, reply.request_hash, HTTP_OK, body)
            return added

    async def title(self, slug: str, *, season: str = "", start: str = "") -> dict[str, Any] | None:
        """Return a title, its `parts`, and the `episodes` of the one that is `shown`, or all of them."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(queries.TITLE_BY_SLUG, slug)
            if row is None:
                return None
            parts = [Part(**part) for part in await connection.fetch(queries.TITLE_PARTS, row["id"], A_PART)]
            shown = part_to_show(parts, season, start)
            if shown is None:
                episodes = await connection.fetch(queries.TITLE_EPISODES, row["id"])
            else:
                place = (row["id"], shown.season, shown.first, shown.last)
                episodes = await connection.fetch(queries.PART_EPISODES, *place)
            first = await connection.fetchval(queries.FIRST_EPISODE, row["id"])
        return {
            **row,
            "episodes": [dict(episode) for episode in episodes],
            "parts": parts,
            "shown": shown,
            "first_episode": first,
        }

    async def find_episode(self, show: str, number: Decimal) -> EpisodeHead | None:
        """Return an episode by the seeds' names for it: the show's title or slug, and its number."""
        async with self._database.connection() as connection:
            return _head(await connection.fetchrow(queries.HEAD_BY_NAME, show, number))

    async def has_title(self, name: str) -> bool:
        """Return whether a title has this name or slug."""
        async with self._database.connection() as connection:
            return bool(await connection.fetchval(queries.HAS_TITLE, name))

    async def episode(self, episode_id: int) -> EpisodeHead | None:
        """Return an episode by its id."""
        async with self._database.connection() as connection:
            return _head(await connection.fetchrow(queries.HEAD_BY_ID, episode_id))

    async def neighbours(self, head: EpisodeHead) -> tuple[int | None, int | None]:
        """Return the ids of the episodes before and after."""
        place = (head.title_id, head.season, head.number)
        async with self._database.connection() as connection:
            before = await connection.fetchval(queries.BEFORE, *place)
            return before, await connection.fetchval(queries.AFTER, *place)

    async def shows(self) -> list[str]:
        """Return the names of the newest titles, for completion."""
        async with self._database.connection() as connection:
            return [row["title"] for row in await connection.fetch(queries.SHOWS)]

    async def state(self, episode_id: int) -> EpisodeState | None:
        """Return everything stored that a player needs of one episode, as of one moment."""
        return await self._states.answer(episode_id)

    @asynccontextmanager
    async def _asking_for_states(self) -> AsyncGenerator[AskForMany[int, EpisodeState]]:
        async with self._database.connection() as connection:

            async def ask(episode_ids: Sequence[int]) -> dict[int, EpisodeState]:
                rows = await connection.fetch(STATES, episode_ids)
                records = await self._records.current(connection)
                return {key: EpisodeState(key, *parts_of(parts), records) for key, parts in rows}

            yield ask


async def title_for(connection: Connection, episode: NewEpisode) -> tuple[int, str]:
    """Return the id and slug of an episode's title, making it where it is new."""
    found = await connection.fetchrow(queries.FIND_TITLE, episode.show)
    if found is None:
        await connection.execute(queries.LOCK_TITLES)
        found = await connection.fetchrow(queries.FIND_TITLE, episode.show)
    if found is not None:
        return found["id"], found["slug"]
    details = episode.details
    for slug in slugs_of(episode.show, most=SLUG_TRIES):
        found = await connection.fetchrow(
            queries.ADD_TITLE,
            episode.kind,
            episode.show,
            slug,
            details.get("original_title"),
            details.get("language"),
            details.get("synopsis"),
            details.get("year"),
            details.get("genres", []),
        )
        if found is not None:
            return found["id"], found["slug"]
    raise RuntimeError(f"no free slug for {episode.show!r}")


def _head(row: asyncpg.Record | None) -> EpisodeHead | None:
    return EpisodeHead(**row) if row is not None else None
