"""The trash in Postgres: nothing is lost until a title is purged."""

from datetime import datetime

import structlog

from wellspring_common.events.catalog import CatalogChange
from wellspring_common.events.jobs import JobCancelled
from wellspring_common.ids import derived_id
from wellspring_common.outbox import Outbox
from wellspring_common.postgres import Connection, Database, touched

from ..domain.cursors import decode_cursor, encode_cursor, moment, row_id
from ..domain.trash import KEPT, TrashedTitle
from .queries import LOCK_TITLES
from .telling import tell

PURGED_AT_ONCE = 50

# Whoever adds an episode at the same time looks at the title with `for key share`: one of the two waits.
_HOLD = "select deleted_at is not null as in_trash from catalog.titles where id = $1 for update"

_PUT = """
update catalog.titles
set deleted_at = $2, deleted_by = $3, deleted_because = $4, clean_run = $5, updated_at = now()
where id = $1
"""

_UNMARK = "delete from catalog.clean_marks where title_id = $1"

_RESTORE = """
update catalog.titles
set deleted_at = null, deleted_by = null, deleted_because = null, clean_run = null, restored_at = $2,
    updated_at = now()
where id = $1
"""

# While it was away another title of its name may have come: whether they are one, a person says.
_DOUBTS = """
insert into catalog.merge_candidates (title_id, other_id, reason)
select greatest(mine.id, other.id), least(mine.id, other.id), 'same_name'
from catalog.titles as mine
join catalog.titles as other
    on other.id <> mine.id and other.deleted_at is null and other.kind = mine.kind
    and catalog.name_key(other.title) = catalog.name_key(mine.title)
where mine.id = $1 and other.created_at > mine.deleted_at
order by other.id
limit 5
on conflict (title_id, other_id) do nothing
"""

_LIVE_JOBS = """
select j.id from links.jobs as j
join catalog.episodes as e on e.id = j.episode_id
where e.title_id = $1 and j.kind = 'scrape' and j.state in ('queued', 'running')
"""

_SLUG = "select slug from catalog.titles where id = $1"

_COUNT = "select count(*) from catalog.titles where deleted_at is not null"

_LIST = """
with page as (
    select * from catalog.titles
    where deleted_at is not null and ($2::timestamptz is null or (deleted_at, id) < ($2, $3::bigint))
    order by deleted_at desc, id desc
    limit $1
)
select p.id, p.slug, p.title, p.kind, p.year, p.deleted_at, p.deleted_by, p.deleted_because as because,
    p.clean_run::text,
    (select count(*) from catalog.episodes as e where e.title_id = p.id) as episodes,
    (
        select count(*) from links.links as l
        join catalog.episodes as e on e.id = l.episode_id
        where e.title_id = p.id
    ) as links
from page as p
order by p.deleted_at desc, p.id desc
"""

_PURGE = """
delete from catalog.titles
where id in (
    select id from catalog.titles
    where deleted_at <= $1
    order by deleted_at
    limit $2
    for update skip locked
)
"""

LIST = "trash"

log = structlog.get_logger(__name__)


class PostgresTrash:
    """Moves titles to the trash and back, and tells of it in the same transaction."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox

    async def put(self, title_id: int, *, by: str, because: str | None, now: datetime) -> bool | None:
        """Move a title to the trash and return whether it was not there yet. Nothing for no title."""
        async with self._database.transaction() as connection:
            return await put_away(connection, self._outbox, title_id, by=by, because=because, now=now)

    async def restore(self, title_id: int, *, by: str, now: datetime) -> bool | None:
        """Bring a title back with everything and return whether it was in the trash. Nothing for no title."""
        async with self._database.transaction() as connection:
            await connection.execute(LOCK_TITLES)
            return await bring_back(connection, self._outbox, title_id, by=by, now=now)

    async def slug(self, title_id: int) -> str | None:
        """Return the slug of a title, in the trash or not."""
        async with self._database.connection() as connection:
            found: str | None = await connection.fetchval(_SLUG, title_id)
        return found

    async def find(self, *, limit: int, cursor: str | None) -> tuple[int, list[TrashedTitle], str | None]:
        """Return how many titles are in the trash, a page of them, the newest first, and the next cursor."""
        place = decode_cursor(LIST, cursor, (moment, row_id)) if cursor else (None, None)
        async with self._database.connection() as connection:
            total = await connection.fetchval(_COUNT)
            rows = await connection.fetch(_LIST, limit + 1, *place)
        found = [TrashedTitle(**row) for row in rows[:limit]]
        following = encode_cursor(LIST, found[-1].deleted_at, found[-1].id) if len(rows) > limit else None
        return total, found, following

    async def purge(self, *, now: datetime) -> int:
        """Delete what has been in the trash for its time, a few titles at a time, and return how many."""
        purged = 0
        while True:
            async with self._database.connection() as connection:
                gone = touched(await connection.execute(_PURGE, now - KEPT, PURGED_AT_ONCE))
            purged += gone
            if gone < PURGED_AT_ONCE:
                return purged


async def put_away(
    connection: Connection,
    outbox: Outbox,
    title_id: int,
    *,
    by: str,
    because: str | None,
    now: datetime,
    clean_run: object = None,
) -> bool | None:
    """Move a title to the trash in the caller's transaction, and end the scrapes that nobody needs now."""
    held = await connection.fetchrow(_HOLD, title_id)
    if held is None:
        return None
    if held["in_trash"]:
        return False
    await connection.execute(_PUT, title_id, now, by, because, clean_run)
    await connection.execute(_UNMARK, title_id)
    for job in await connection.fetch(_LIVE_JOBS, title_id):
        event = JobCancelled(job_id=job["id"], cancelled_by=by, cancelled_at=now)
        await outbox.add(connection, event, now=now, event_id=derived_id(job["id"], "cancelled"))
    await tell(connection, outbox, title_id, CatalogChange.REMOVED, now)
    log.info("title.trashed", title_id=title_id, by=by, because=because)
    return True


async def bring_back(
    connection: Connection, outbox: Outbox, title_id: int, *, by: str, now: datetime
) -> bool | None:
    """Bring a title back in the caller's transaction, which holds the lock of titles."""
    held = await connection.fetchrow(_HOLD, title_id)
    if held is None:
        return None
    if not held["in_trash"]:
        return False
    await connection.execute(_DOUBTS, title_id)
    await connection.execute(_RESTORE, title_id, now)
    await tell(connection, outbox, title_id, CatalogChange.ADDED, now)
    log.info("title.restored", title_id=title_id, by=by)
    return True
