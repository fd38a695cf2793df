"""Episodes as the API edits them, in Postgres."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import asyncpg

from wellspring_common.errors import Permanent
from wellspring_common.events.catalog import CatalogChange, CatalogChanged
from wellspring_common.events.jobs import JobCancelled
from wellspring_common.ids import derived_id
from wellspring_common.outbox import Outbox
from wellspring_common.postgres import Connection, Database

from ..domain.documents.episodes import Episode, NewEpisode, NewSource
from ..domain.documents.links import PlayedDay
from ..domain.editing import EPISODE_FIELDS
from ..domain.etags import IfMatch
from ..domain.locking import with_locks
from ..domain.titles import number_text
from ..ports.answers import Keep
from . import queries
from .keeping import change_row, keep_reply

_EPISODE = f"""
select e.id, e.title_id, e.season, e.number, e.name, e.aired_at, e.locked_fields, e.created_at, e.updated_at,
    (select count(*) from catalog.sources as s where s.episode_id = e.id) as source_count,
    {queries.LIVE.format(episode="e.id")} as live_links
from catalog.episodes as e
join catalog.titles as t on t.id = e.title_id
where t.deleted_at is null
"""  # noqa: S608  (constants)
_ONE = f"{_EPISODE} and e.id = $1"
_PAGE = f"""
{_EPISODE} and e.title_id = $1 and (e.season, e.number) > ($2, $3)
order by e.season, e.number
limit $4
"""
_TITLE = "select id from catalog.titles where id = $1 and deleted_at is null"
_DELETE = "delete from catalog.episodes where id = $1 returning title_id"
_LIVE_JOB = "select id from links.jobs where episode_id = $1 and state in ('queued', 'running')"
_PLAYS = """
select day, started, first_try, after_fallback, failed from catalog.plays
where episode_id = $1
order by day desc
"""
_AIRED = "update catalog.episodes set aired_at = $2 where id = $1"


class PostgresEpisodes:
    """The gateway's own episodes, told of in the transaction that changes them."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox

    async def page(self, title_id: int, *, after: tuple[int, Any] | None, limit: int) -> list[Episode] | None:
        """Return episodes behind a season and number, in order. Nothing for no title."""
        place = after or (-1, Decimal(0))
        async with self._database.connection() as connection:
            rows = await connection.fetch(_PAGE, title_id, *place, limit)
            if not rows and await connection.fetchval(_TITLE, title_id) is None:
                return None
        return [Episode.model_validate(dict(row)) for row in rows]

    async def one(self, episode_id: int) -> Episode | None:
        """Return an episode."""
        async with self._database.connection() as connection:
            return await _episode(connection, episode_id)

    async def add(
        self,
        title_id: int,
        new: NewEpisode,
        sources: Sequence[NewSource],
        *,
        now: datetime,
        keep: Keep | None,
    ) -> Episode | None:
        """Store an episode with its pages, nothing for no title. Raises `Permanent`: `episode_exists`."""
        number = Decimal(str(new.number))
        async with self._database.transaction() as connection:
            # whoever moves the title to the trash at the same time waits, or is waited for
            if await connection.fetchval(f"{_TITLE} for key share", title_id) is None:
                return None
            values = (title_id, new.season, number)
            episode_id = await connection.fetchval(queries.ADD_EPISODE, *values, new.name)
            if episode_id is None:
                raise _exists(new.season, number)
            if new.aired_at is not None:
                await connection.execute(_AIRED, episode_id, new.aired_at)
            for source in sources:
                page = (source.quality, source.url, source.definition, source.language)
                await connection.execute(queries.ADD_SPOKEN_SOURCE, episode_id, *page)
            added = await _episode(connection, episode_id)
            assert added is not None  # noqa: S101  (it was added in this transaction)
            await keep_reply(connection, keep, added)
            await self._tell(connection, added, CatalogChange.ADDED, now)
            return added

    async def edit(
        self, episode_id: int, changes: Mapping[str, Any], *, based_on: IfMatch, now: datetime
    ) -> Episode | None:
        """Change an episode, nothing for no episode. Raises `precondition_failed`, `episode_exists`."""
        exact = dict(changes)
        if "number" in exact:
            exact["number"] = Decimal(str(exact["number"]))
        async with self._database.transaction() as connection:
            held = await _episode(connection, episode_id, to_change=True)
            if held is None:
                return None
            based_on.check(held.etag)
            exact = with_locks(exact, held.model_dump(), fields=EPISODE_FIELDS)
            try:
                allowed = Episode.EDITABLE
                await change_row(connection, "catalog.episodes", episode_id, exact, allowed=allowed)
            except asyncpg.UniqueViolationError:
                renamed = held.model_copy(update=dict(changes))
                raise _exists(renamed.season, Decimal(str(renamed.number))) from None
            await self._tell(connection, held, CatalogChange.CHANGED, now)
            return await _episode(connection, episode_id)

    async def remove(self, episode_id: int, *, by: str, now: datetime) -> bool:
        """Delete an episode with all that hangs on it, and return whether it was there."""
        async with self._database.transaction() as connection:
            held = await _episode(connection, episode_id, to_change=True)
            if held is None:
                return False
            for job in await connection.fetch(_LIVE_JOB, episode_id):
                event = JobCancelled(job_id=job["id"], cancelled_by=by, cancelled_at=now)
                event_id = derived_id(job["id"], "cancelled")
                await self._outbox.add(connection, event, now=now, event_id=event_id)
            await connection.execute(_DELETE, episode_id)
            await self._tell(connection, held, CatalogChange.REMOVED, now)
            return True

    async def plays(self, episode_id: int) -> list[PlayedDay] | None:
        """Return counted plays, the newest day first. Nothing for no episode."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_PLAYS, episode_id)
            if await _episode(connection, episode_id) is None:
                return None
        return [PlayedDay.model_validate(dict(row)) for row in rows]

    async def _tell(
        self, connection: Connection, episode: Episode, change: CatalogChange, now: datetime
    ) -> None:
        event = CatalogChanged(title_id=episode.title_id, episode_ids=(episode.id,), change=change)
        await self._outbox.add(connection, event, now=now)


async def _episode(connection: Connection, episode_id: int, *, to_change: bool = False) -> Episode | None:
    row = await connection.fetchrow(f"{_ONE} for update of e" if to_change else _ONE, episode_id)
    return Episode.model_validate(dict(row)) if row is not None else None


def _exists(season: int, number: Decimal) -> Permanent:
    detail = f"The title already has season {season}, episode {number_text(number)}. Nothing was changed."
    return Permanent(detail, code="episode_exists")
