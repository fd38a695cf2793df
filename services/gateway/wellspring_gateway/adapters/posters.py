"""Pictures of titles in Postgres."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta

from wellspring_common.postgres import Database, touched

from ..crawling import Poster, WantedPoster
from ..domain.pictures import SHORTEST_WAIT, next_look

LEASE = timedelta(minutes=5)
_REASON = 300
_HEADER = 400

_GET = """
select content_type, bytes
from catalog.posters as p
join catalog.titles as t on t.id = p.title_id and t.deleted_at is null
where p.title_id = $1 and encode(p.sha256, 'hex') like $2 || '%'
"""

# The newest come first, as they do in the library. What is claimed comes back if its replica dies; validators
# are worth something for the same address only.
_CLAIM = """
with due as (
    select title_id from catalog.posters
    where next_try_at <= $1
    order by next_try_at desc, title_id desc
    limit $2
    for update skip locked
)
update catalog.posters as p
set next_try_at = $3, updated_at = now()
from due
where p.title_id = due.title_id
returning p.title_id, p.source_url as url, p.failures,
    case when p.fetched_url = p.source_url then p.etag end as etag,
    case when p.fetched_url = p.source_url then p.last_modified end as last_modified
"""

_UNCHANGED = """
update catalog.posters
set next_try_at = $3, failures = 0, last_error = null, fetched_at = $4, updated_at = now()
where title_id = $1 and source_url = $2
"""

_KEEP = """
with held as (select sha256 from catalog.posters where title_id = $1 and source_url = $2 for update)
update catalog.posters as p
set fetched_url = $2, etag = $3, last_modified = $4, sha256 = $5, content_type = $6, bytes = $7,
    next_try_at = $8, failures = 0, last_error = null, fetched_at = $9, updated_at = now()
from held
where p.title_id = $1
returning held.sha256 is distinct from $5 as is_new
"""

_FAILED = """
update catalog.posters
set next_try_at = $3, failures = failures + 1, last_error = $4, updated_at = now()
where title_id = $1 and source_url = $2
"""

_POSTPONE = """
update catalog.posters set next_try_at = $3, updated_at = now() where title_id = $1 and source_url = $2
"""

_PURGE = """
delete from catalog.posters as p
using catalog.titles as t
where t.id = p.title_id
    and (t.poster_url is null or t.deleted_at < $1::timestamptz - interval '30 days')
"""


class PostgresPosters:
    """Pictures of titles, one each, with when to ask for it again."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, title_id: int, digest: str) -> Poster | None:
        """Return a picture by its title and the start of its digest in hexadecimal."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(_GET, title_id, digest)
        return Poster(row["content_type"], row["bytes"]) if row is not None else None

    async def claim_due(self, *, now: datetime, limit: int) -> list[WantedPoster]:
        """Return pictures to fetch, kept from other replicas for a while."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_CLAIM, now, limit, now + LEASE)
        return [WantedPoster(**row) for row in rows]

    async def keep(
        self, wanted: WantedPoster, poster: Poster | None, headers: Mapping[str, str], *, now: datetime
    ) -> bool:
        """Store what was fetched, or that the held one is unchanged. Return whether the picture is new."""
        later = next_look(now, 0)
        async with self._database.transaction() as connection:
            if poster is None:
                await connection.execute(_UNCHANGED, wanted.title_id, wanted.url, later, now)
                return False
            return bool(
                await connection.fetchval(
                    _KEEP,
                    wanted.title_id,
                    wanted.url,
                    _validator(headers.get("etag")),
                    _validator(headers.get("last-modified")),
                    hashlib.sha256(poster.body).digest(),
                    poster.content_type,
                    poster.body,
                    later,
                    now,
                )
            )

    async def failed(self, wanted: WantedPoster, reason: str, *, now: datetime) -> None:
        """Remember that a picture could not be had, and try later, each time a little later."""
        later = next_look(now, wanted.failures + 1)
        async with self._database.connection() as connection:
            await connection.execute(_FAILED, wanted.title_id, wanted.url, later, reason[:_REASON])

    async def postpone(self, wanted: WantedPoster, wait: timedelta, *, now: datetime) -> None:
        """Ask for a picture later, because its host is to be left alone for a while."""
        later = now + max(wait, SHORTEST_WAIT)
        async with self._database.connection() as connection:
            await connection.execute(_POSTPONE, wanted.title_id, wanted.url, later)

    async def purge(self, *, now: datetime) -> int:
        """Delete pictures of titles that show none, or have long been in the trash, and return how many."""
        async with self._database.connection() as connection:
            return touched(await connection.execute(_PURGE, now))


def _validator(text: str | None) -> str | None:
    """Return a validator that may be sent back: one that is huge or odd is not worth it."""
    return text if text and len(text) <= _HEADER and text.isprintable() and text.isascii() else None
