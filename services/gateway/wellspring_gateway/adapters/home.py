"""What greets somebody at home, in Postgres: each statement looks at a few of the newest rows only."""

from collections.abc import Sequence
from typing import Any

import asyncpg

from wellspring_common.postgres import Database

from ..domain.home import GoesOn, Mark, NewEpisode
from .queries import LIVE, POSTER

LOOKED_AT = 100
"""So many episodes that somebody watched last tell where they go on."""
NEWEST = 200
"""So many episodes that came last tell which titles got some."""

_TITLE = f"t.id as title_id, t.slug, t.title, t.kind, t.year, {POSTER.format(title='t.id')}"

_WATCHED = (
    "select w.episode_id, w.finished, w.watched_at from catalog.watch_progress as w where w.user_id = $1"
)
_LATELY = f"{_WATCHED} order by w.watched_at desc, w.episode_id desc limit {LOOKED_AT}"
_OF_TITLE = f"""
{_WATCHED} and w.episode_id in (select e.id from catalog.episodes as e where e.title_id = $3)
"""  # noqa: S608  (constants)

_GOES_ON = f"""
with lately as materialized ({{watched}}),
newest as (
    select distinct on (e.title_id) e.title_id, e.season, e.number, l.episode_id, l.finished, l.watched_at
    from lately as l
    join catalog.episodes as e on e.id = l.episode_id
    order by e.title_id, l.watched_at desc, e.season desc, e.number desc
),
chosen as (
    select n.title_id, n.watched_at, n.finished as is_next,
        case when n.finished then following.id else n.episode_id end as episode_id
    from newest as n
    join catalog.titles as t on t.id = n.title_id and t.deleted_at is null
    left join lateral (
        select e.id from catalog.episodes as e
        where n.finished and e.title_id = n.title_id and (e.season, e.number) > (n.season, n.number)
        order by e.season, e.number
        limit 1
    ) as following on true
    where not n.finished or following.id is not null
    order by n.watched_at desc, n.title_id desc
    limit $2
)
select c.episode_id, c.is_next, e.season, e.number, held.position_s, held.duration_s, held.finished, {_TITLE}
from chosen as c
join catalog.episodes as e on e.id = c.episode_id
join catalog.titles as t on t.id = c.title_id
left join lateral (  -- one by one: all that somebody ever watched is read otherwise
    select w.position_s, w.duration_s, w.finished from catalog.watch_progress as w
    where w.user_id = $1 and w.episode_id = c.episode_id
    limit 1
) as held on true
order by c.watched_at desc, c.title_id desc
"""  # noqa: S608  (constants)
_LATELY_ON = _GOES_ON.format(watched=_LATELY)
_TITLE_ON = _GOES_ON.format(watched=_OF_TITLE)

_NEW_EPISODES = f"""
with newest as materialized (
    select e.id, e.title_id, e.season, e.number from catalog.episodes as e order by e.id desc limit {NEWEST}
),
last as (
    select distinct on (n.title_id) n.id, n.title_id, n.season, n.number
    from newest as n
    order by n.title_id, n.season desc, n.number desc
)
select e.id as episode_id, e.season, e.number, {LIVE.format(episode="e.id")} as live_links, {_TITLE}
from last as e
join catalog.titles as t on t.id = e.title_id
where t.deleted_at is null and t.kind = 'series' and exists (  -- of a first one its title is what is new
    select from catalog.episodes as b
    where b.title_id = e.title_id and (b.season, b.number) < (e.season, e.number)
)
order by e.id desc
limit $1
"""  # noqa: S608  (constants)

_MARKS = """
select w.episode_id, w.position_s, w.duration_s, w.finished from catalog.watch_progress as w
where w.user_id = $1 and w.episode_id = any($2)
"""


class PostgresHome:
    """Where people go on, and which titles got episodes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def going_on(self, user_id: int, limit: int) -> list[GoesOn]:
        """Return where somebody goes on, the title that they watched last first."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_LATELY_ON, user_id, limit)
        return [_goes_on(row) for row in rows]

    async def new_episodes(self, limit: int) -> list[NewEpisode]:
        """Return the last episode of each series that got some lately, the newest first."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_NEW_EPISODES, limit)
        return [
            NewEpisode(row["episode_id"], row["season"], row["number"], row["live_links"], _card(row))
            for row in rows
        ]

    async def of_title(
        self, user_id: int, title_id: int, episodes: Sequence[int]
    ) -> tuple[GoesOn | None, dict[int, Mark]]:
        """Return where somebody goes on with a title, and how far they came with some of its episodes."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(_TITLE_ON, user_id, 1, title_id)
            marks = await connection.fetch(_MARKS, user_id, list(episodes))
        return (
            _goes_on(row) if row is not None else None,
            {mark["episode_id"]: _mark(mark) for mark in marks},
        )


def _goes_on(row: asyncpg.Record) -> GoesOn:
    mark = _mark(row) if row["position_s"] is not None else None
    return GoesOn(row["episode_id"], row["season"], row["number"], row["is_next"], mark, _card(row))


def _mark(row: asyncpg.Record) -> Mark:
    return Mark(row["position_s"], row["duration_s"], row["finished"])


def _card(row: asyncpg.Record) -> dict[str, Any]:
    shown = ("slug", "title", "kind", "year", "poster")
    return {**{name: row[name] for name in shown}, "id": row["title_id"]}
