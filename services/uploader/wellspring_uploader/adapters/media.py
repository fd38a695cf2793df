"""The films on the uploader's disk, as Postgres knows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from wellspring_common.postgres import Connection, Database

from ..domain.downloads_part import Finish


@dataclass(frozen=True)
class Present:
    """A film that is on the disk. `path` is relative to the media folder."""

    id: int
    episode_id: int
    path: str
    size_bytes: int
    sha256: bytes
    duration_s: float
    container: str
    quality: int | None


@dataclass(frozen=True)
class Known:
    """A film as it was when it was last looked at."""

    id: int
    episode_id: int
    path: str
    size_bytes: int
    sha256: bytes
    origin: str
    state: str
    mtime_ns: int | None
    verified_at: datetime


_KEEP = """
insert into uploads.media_files as m
    (episode_id, title_id, path, size_bytes, sha256, duration_s, container, quality, origin, mtime_ns,
     verified_at, updated_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
on conflict (path) do update
set episode_id = excluded.episode_id, title_id = excluded.title_id, size_bytes = excluded.size_bytes,
    sha256 = excluded.sha256, duration_s = excluded.duration_s, container = excluded.container,
    quality = excluded.quality, mtime_ns = excluded.mtime_ns, verified_at = excluded.verified_at,
    state = 'present', gone_since = null, updated_at = excluded.updated_at
returning id
"""
_PRESENT = """
select distinct on (episode_id) id, episode_id, path, size_bytes, sha256, duration_s, container, quality
from uploads.media_files
where title_id = $1 and state = 'present'
order by episode_id, quality desc nulls last, id desc
"""
_AT = (
    "select id, episode_id, origin, size_bytes, mtime_ns, duration_s from uploads.media_files where path = $1"
)
_ALL = """
select id, episode_id, path, size_bytes, sha256, origin, state, mtime_ns, verified_at
from uploads.media_files where id > $1 order by id limit $2
"""
_SEEN = """
update uploads.media_files
set state = $2, mtime_ns = coalesce($3, mtime_ns), verified_at = case when $4 then $5 else verified_at end,
    updated_at = $5
where id = $1 and size_bytes = $6 and sha256 = $7
"""
_MARK_GONE = """
update uploads.media_files as m
set gone_since = case when there.id is null then coalesce(m.gone_since, $1) end, updated_at = $1
from uploads.media_files as o left join catalog.episodes as there on there.id = o.episode_id
where o.id = m.id and (there.id is null) is distinct from (m.gone_since is not null)
"""
# A film that is being sent is nobody's to delete, whatever became of its episode.
_GONE = """
select m.id, m.path from uploads.media_files as m
where m.origin = 'downloaded' and m.gone_since < $1
    and not exists (
        select from uploads.uploads as u
        where u.media_file_id = m.id
            and u.state not in ('live', 'skipped', 'needs_fix', 'rejected', 'removed')
    )
order by m.id limit 100
"""
_FORGET = "delete from uploads.media_files where id = $1 and gone_since is not null returning true"
_COUNTS = """
select state, count(*) as files, sum(size_bytes)::bigint as bytes from uploads.media_files group by state
"""


async def keep_file(
    connection: Connection,
    *,
    episode_id: int,
    title_id: int,
    finish: Finish,
    origin: str,
    mtime_ns: int,
    now: datetime,
) -> int:
    """Write down a film, in the caller's transaction, and return its id."""
    return int(
        await connection.fetchval(
            _KEEP,
            episode_id,
            title_id,
            finish.path,
            finish.size,
            bytes.fromhex(finish.sha256),
            finish.duration_s,
            finish.container,
            finish.quality,
            origin,
            mtime_ns,
            now,
        )
    )


async def present_files(connection: Connection, title_id: int) -> Mapping[int, Present]:
    """Return the film of each episode of a title that has one on the disk, the best of several."""
    rows = await connection.fetch(_PRESENT, title_id)
    return {row["episode_id"]: Present(**dict(row)) for row in rows}


@dataclass(frozen=True)
class At:
    """Whose film a path is."""

    id: int
    episode_id: int
    origin: str
    size_bytes: int
    mtime_ns: int | None
    duration_s: float


class MediaFiles:
    """What the uploader reads and writes of its films."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def at(self, path: str) -> At | None:
        """Return whose film a path is, if it is anybody's."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(_AT, path)
        return None if row is None else At(**dict(row))

    async def title_of(self, episode_id: int) -> int | None:
        """Return the title of an episode that is in the library."""
        async with self._database.connection() as connection:
            found = await connection.fetchval(
                "select e.title_id from catalog.episodes as e join catalog.titles as t on t.id = e.title_id "
                "where e.id = $1 and t.deleted_at is null",
                episode_id,
            )
        return None if found is None else int(found)

    async def bring(
        self, *, episode_id: int, title_id: int, finish: Finish, mtime_ns: int, now: datetime
    ) -> int:
        """Write down a film that an operator brought, and return its id."""
        async with self._database.transaction() as connection:
            return await keep_file(
                connection,
                episode_id=episode_id,
                title_id=title_id,
                finish=finish,
                origin="brought",
                mtime_ns=mtime_ns,
                now=now,
            )

    async def after(self, last_id: int, *, most: int) -> Sequence[Known]:
        """Return films in the order of their ids."""
        async with self._database.connection() as connection:
            return [Known(**dict(row)) for row in await connection.fetch(_ALL, last_id, most)]

    async def seen(
        self, film: Known, state: str, *, mtime_ns: int | None, verified: bool, now: datetime
    ) -> None:
        """Write down what a look showed. `verified` means that every byte was read."""
        async with self._database.connection() as connection:
            await connection.execute(
                _SEEN, film.id, state, mtime_ns, verified, now, film.size_bytes, film.sha256
            )

    async def mark_gone(self, *, now: datetime) -> None:
        """Note since when the episodes of films are gone for good, and forget it of those that are back."""
        async with self._database.connection() as connection:
            await connection.execute(_MARK_GONE, now)

    async def gone(self, *, now: datetime, grace: timedelta) -> Sequence[tuple[int, str]]:
        """Return our own films that nobody needs any more, with their paths."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_GONE, now - grace)
        return [(row["id"], row["path"]) for row in rows]

    async def forget(self, file_id: int) -> None:
        """Forget a film that was deleted."""
        async with self._database.connection() as connection:
            await connection.execute(_FORGET, file_id)

    async def counts(self) -> Mapping[str, tuple[int, int]]:
        """Return how many films there are in each state, and how many bytes."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_COUNTS)
        return {row["state"]: (row["files"], row["bytes"]) for row in rows}
