"""Many episodes at once into Postgres: a few statements for hundreds of rows."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import asyncpg

from wellspring_common.errors import Permanent
from wellspring_common.events.catalog import CatalogChange
from wellspring_common.ids import uuid7
from wellspring_common.outbox import Outbox
from wellspring_common.postgres import Connection, Database

from ..domain.episodes import NewEpisode
from ..domain.importing import Outcome, Row
from ..domain.titles import slug_of
from . import queries
from .catalog import HTTP_OK, title_for
from .telling import events_of

Place = tuple[int, int, Decimal]
"""A title, a season and a number."""

KNOWN = """
select exists (
    select from catalog.titles as t
    join catalog.episodes as e on e.title_id = t.id
    where lower(t.title) = lower(w.show) and t.deleted_at is null and e.season = w.season
        and e.number = w.number
) as known
from unnest($1::text[], $2::integer[], $3::numeric[]) with ordinality as w (show, season, number, place)
order by w.place
"""

FIND_TITLES = """
select w.name, t.id
from unnest($1::text[]) as w (name)
cross join lateral (
    select id from catalog.titles
    where lower(title) = lower(w.name) and deleted_at is null
    order by id
    limit 1
    for key share
) as t
"""

# A slug that is taken is left to those who try others.
ADD_TITLES = """
insert into catalog.titles (kind, title, slug, original_title, language, synopsis, year, genres)
select w.kind, w.title, w.slug, w.original_title, w.language, w.synopsis, w.year,
    array(select jsonb_array_elements_text(w.genres))
from jsonb_to_recordset($1::jsonb) as w (
    kind text, title text, slug text, original_title text, language text, synopsis text, year integer,
    genres jsonb
)
on conflict do nothing
"""

ADD_EPISODES = """
insert into catalog.episodes (title_id, season, number, name)
select * from unnest($1::bigint[], $2::integer[], $3::numeric[], $4::text[])
on conflict (title_id, season, number) do nothing
returning id, title_id, season, number
"""

FIND_EPISODES = """
select e.id, e.title_id, e.season, e.number
from unnest($1::bigint[], $2::integer[], $3::numeric[]) as w (title_id, season, number)
join catalog.episodes as e on e.title_id = w.title_id and e.season = w.season and e.number = w.number
"""

ADD_SOURCES = """
insert into catalog.sources (episode_id, quality, url, definition)
select * from unnest($1::bigint[], $2::integer[], $3::text[], $4::text[])
on conflict (episode_id, quality, url) do nothing
"""


class PostgresImporting:
    """Stores episodes by the hundred."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox

    async def known(self, rows: Sequence[Row]) -> list[bool]:
        """Return of each row whether the library has its episode."""
        episodes = [row.episode for row in rows]
        async with self._database.connection() as connection:
            found = await connection.fetch(
                KNOWN,
                [episode.show for episode in episodes],
                [episode.season for episode in episodes],
                [episode.number for episode in episodes],
            )
        return [row["known"] for row in found]

    async def store(
        self, rows: Sequence[Row], *, now: datetime, key: str | None, request_hash: bytes
    ) -> list[Outcome]:
        """Store the episodes that are new and tell of them. What exists is not touched."""
        if not rows:
            return []
        async with self._database.transaction() as connection:
            if key is not None and (kept := await _kept(connection, key, request_hash, len(rows))):
                return kept
            places = await _places(connection, rows)
            columns = [list(column) for column in zip(*places, strict=True)]
            names = [row.episode.name for row in rows]
            added = {_place(row): row["id"] for row in await connection.fetch(ADD_EPISODES, *columns, names)}
            found = {_place(row): row["id"] for row in await connection.fetch(FIND_EPISODES, *columns)}
            outcomes: list[Outcome] = []
            sources: list[tuple[int, int, str, str]] = []
            new: dict[int, list[int]] = {}
            for row, place in zip(rows, places, strict=True):
                # of two rows of one episode the first is the one that was stored
                episode_id = added.pop(place, None)
                outcomes.append(Outcome(found[place], existed=episode_id is None))
                if episode_id is not None:
                    new.setdefault(place[0], []).append(episode_id)
                    sources += [
                        (episode_id, each.quality, each.url, each.definition) for each in row.episode.sources
                    ]
            if sources:
                await connection.execute(ADD_SOURCES, *map(list, zip(*sources, strict=True)))
            if new:
                told = [events_of(title_id, ids, CatalogChange.ADDED) for title_id, ids in new.items()]
                events = {uuid7(): event for each in told for event in each}
                await self._outbox.add_all(connection, events, now=now)
            if key is not None:
                body = {"outcomes": [[each.episode_id, each.existed] for each in outcomes]}
                await connection.execute(queries.KEEP_REPLY, key, request_hash, HTTP_OK, body)
            return outcomes


async def _kept(connection: Connection, key: str, request_hash: bytes, rows: int) -> list[Outcome] | None:
    """Return what was answered before under a key, after whoever uses it right now."""
    await connection.execute(queries.LOCK_PLAY, f"import:{key}")
    kept = await connection.fetchrow(queries.KEPT_REPLY, key)
    if kept is None:
        return None
    outcomes = [Outcome(*pair) for pair in kept["response"].get("outcomes", ())]
    if kept["request_hash"] != request_hash or len(outcomes) != rows:
        raise Permanent("That Idempotency-Key was used for another request.", code="idempotency_conflict")
    return outcomes


async def _places(connection: Connection, rows: Sequence[Row]) -> list[Place]:
    """Return where each row belongs, making the titles that are new."""
    shows = {row.episode.show: row.episode for row in reversed(rows)}
    titles = await _known_titles(connection, sorted(shows))
    if len(titles) < len(shows):
        await connection.execute(queries.LOCK_TITLES)
        titles |= await _known_titles(connection, sorted(shows.keys() - titles.keys()))
        titles |= await _add_titles(
            connection, [row.episode for row in rows if row.episode.show not in titles]
        )
    return [(titles[row.episode.show], row.episode.season, row.episode.number) for row in rows]


async def _known_titles(connection: Connection, names: Sequence[str]) -> dict[str, int]:
    return {row["name"]: row["id"] for row in await connection.fetch(FIND_TITLES, names)} if names else {}


async def _add_titles(connection: Connection, episodes: Sequence[NewEpisode]) -> dict[str, int]:
    """Make the titles of episodes that have none and return them by name. The lock on titles is held."""
    if not episodes:
        return {}
    # of names that differ in their case the first is the one that is kept
    new = {episode.show.lower(): episode for episode in reversed(episodes)}
    await connection.execute(ADD_TITLES, [_title(episode) for episode in reversed(new.values())])
    titles = await _known_titles(connection, sorted({episode.show for episode in episodes}))
    for episode in episodes:
        if episode.show not in titles:
            titles[episode.show], _ = await title_for(connection, episode)
    return titles


def _title(episode: NewEpisode) -> dict[str, Any]:
    return {
        "genres": [],
        **episode.details,
        "kind": episode.kind,
        "title": episode.show,
        "slug": slug_of(episode.show),
    }


def _place(row: asyncpg.Record) -> Place:
    return row["title_id"], row["season"], row["number"]
