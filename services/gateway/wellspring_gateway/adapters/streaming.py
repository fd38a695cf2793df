"""Titles in Postgres with the links of a bounded number of their episodes."""

from collections.abc import Sequence
from decimal import Decimal

from wellspring_common.postgres import Database

from ..domain.cursors import HIGHEST_ID
from ..domain.streaming import Film, Part, Shelf
from .queries import POSTER
from .server_records import ServerRecords
from .state_query import LINKS, links_of

_FILM = f"""
select t.id, t.imdb_id, t.title, t.slug, t.year, t.kind, t.synopsis, t.language,
    {POSTER.format(title="t.id")}
from catalog.titles as t
where t.deleted_at is null
"""  # noqa: S608  (text of our own)

# Nothing is left open: of a text that asks whether there is a cursor or a kind, the general plan reads every
# title before the cursor too.
FILMS = f"""
{_FILM} and t.id < $1
order by t.id desc
limit $2
"""

FILMS_OF_KIND = f"""
{_FILM} and t.id < $1 and t.kind = $3
order by t.id desc
limit $2
"""

FILM_BY_ID = f"{_FILM} and t.id = $1"

FILM_BY_IMDB = f"{_FILM} and t.imdb_id = $1"

PARTS = """
select e.id as episode_id, e.title_id,
    exists (select from catalog.sources as s where s.episode_id = e.id) as has_source,
    exists (
        select from links.jobs as j
        where j.episode_id = e.id and j.kind = 'scrape' and j.state in ('queued', 'running')
    ) as running
from unnest($1::bigint[]) as wanted (title_id)
cross join lateral (
    select id, title_id, season, number
    from catalog.episodes
    where title_id = wanted.title_id
        and ($3::integer is null or season = $3) and ($4::numeric is null or number = $4)
    order by season desc, number desc
    limit $2
) as e
order by e.title_id, e.season desc, e.number desc
"""

LINKS_OF_MANY = f"""
select e.id, ({LINKS}) as links
from unnest($1::bigint[]) as e (id)
"""  # noqa: S608  (constants)


class PostgresStreaming:
    """Reads what the URLs of `link-management.md` tell."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._records = ServerRecords()

    async def films(self, kind: str | None, *, before: int | None, limit: int) -> list[Film]:
        """Return the newest titles below an id."""
        query, more = (FILMS, ()) if kind is None else (FILMS_OF_KIND, (kind,))
        async with self._database.connection() as connection:
            rows = await connection.fetch(query, before or HIGHEST_ID, limit, *more)
        return [Film(**row) for row in rows]

    async def film(self, meant: int | str) -> Film | None:
        """Return a title by our id (a number) or by that of IMDb."""
        query = FILM_BY_ID if isinstance(meant, int) else FILM_BY_IMDB
        async with self._database.connection() as connection:
            row = await connection.fetchrow(query, meant)
        return Film(**row) if row is not None else None

    async def shelf(
        self, titles: Sequence[int], *, each: int, season: int | None = None, number: Decimal | None = None
    ) -> Shelf:
        """Return the newest `each` episodes of titles, or those of a season or a number."""
        async with self._database.connection() as connection:
            parts = await connection.fetch(PARTS, list(titles), each, season, number)
            rows = await connection.fetch(LINKS_OF_MANY, [part["episode_id"] for part in parts])
            records = await self._records.current(connection)
        links = {row["id"]: links_of(row["links"]) for row in rows}
        return Shelf(tuple(Part(**part, links=links[part["episode_id"]]) for part in parts), records)
