"""Subtitles of episodes, in Postgres and from the outside."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import asyncpg

from wellspring_common.errors import Permanent
from wellspring_common.fetch.fetcher import Fetcher
from wellspring_common.fetch.page import Request
from wellspring_common.postgres import Database, touched

from ..domain.documents.watching import Subtitles
from ..domain.subtitles import LARGEST_FILE
from ..ports.answers import Keep
from ..watching import SubtitleFile
from .keeping import keep_reply

MOST = 40
"""Of one episode. It is more than any has, and bounds its page."""
SUBTITLES = """
select s.id, s.episode_id, s.language, s.label, left(encode(s.sha256, 'hex'), 16) as digest,
    octet_length(s.vtt) as size_bytes, s.created_at
from catalog.subtitles as s
"""
_OF_EPISODE = f"{SUBTITLES} where s.episode_id = $1 order by s.language, s.label, s.id"
_ONE = f"{SUBTITLES} where s.id = $1"
_EPISODE = """
select count(s.id) from catalog.episodes as e
join catalog.titles as t on t.id = e.title_id and t.deleted_at is null
left join catalog.subtitles as s on s.episode_id = e.id
where e.id = $1
group by e.id
"""
_ADD = """
insert into catalog.subtitles (episode_id, language, label, vtt, sha256, source_url, created_at)
values ($1, $2, $3, $4, $5, $6, $7)
returning id
"""
_VTT = """
select s.vtt from catalog.subtitles as s
join catalog.episodes as e on e.id = s.episode_id
join catalog.titles as t on t.id = e.title_id and t.deleted_at is null
where s.id = $1 and encode(s.sha256, 'hex') like $2 || '%'
"""
_REMOVE = "delete from catalog.subtitles where id = $1"


class PostgresSubtitles:
    """Subtitles that operators gave to episodes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_episode(self, episode_id: int) -> list[Subtitles] | None:
        """Return an episode's subtitles. Nothing for no episode."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_OF_EPISODE, episode_id)
            if not rows and await connection.fetchval(_EPISODE, episode_id) is None:
                return None
        return [subtitles_of(dict(row)) for row in rows]

    async def add(
        self, episode_id: int, new: SubtitleFile, *, now: datetime, keep: Keep | None
    ) -> Subtitles | None:
        """Keep subtitles, nothing for no episode. Raises `Permanent` with `subtitles_exist`, `too_many`."""
        digest = hashlib.sha256(new.vtt.encode()).digest()
        values = (new.language, new.label, new.vtt, digest, new.source_url, now)
        try:
            async with self._database.transaction() as connection:
                held = await connection.fetchval(_EPISODE, episode_id)
                if held is None:
                    return None
                if held >= MOST:
                    raise Permanent(f"An episode has {MOST} subtitles at most.", code="too_many")
                subtitles_id = await connection.fetchval(_ADD, episode_id, *values)
                (row,) = await connection.fetch(_ONE, subtitles_id)
                added = subtitles_of(dict(row))
                await keep_reply(connection, keep, added)
                return added
        except asyncpg.UniqueViolationError:
            raise Permanent(
                "The episode has subtitles of this language and name already.", code="subtitles_exist"
            ) from None
        except asyncpg.ForeignKeyViolationError:  # the episode went meanwhile
            return None

    async def vtt(self, subtitles_id: int, digest: str) -> str | None:
        """Return subtitles by their id and the start of their digest."""
        async with self._database.connection() as connection:
            found: str | None = await connection.fetchval(_VTT, subtitles_id, digest)
        return found

    async def remove(self, subtitles_id: int) -> bool:
        """Delete subtitles and return whether they were there."""
        async with self._database.connection() as connection:
            return touched(await connection.execute(_REMOVE, subtitles_id)) > 0


class FetchedSubtitles:
    """Subtitle files of the outside, by the one fetcher that looks where it goes."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher

    async def fetch(self, url: str) -> bytes:
        """Return a file's bytes. Raises what the fetcher raises."""
        accept = {"Accept": "text/vtt,application/x-subrip,text/plain;q=0.9,*/*;q=0.1"}
        return (await self._fetcher.fetch(Request(url, headers=accept, max_bytes=LARGEST_FILE))).body


def subtitles_of(row: Mapping[str, Any]) -> Subtitles:
    """Return subtitles with their address, which changes with what is in them."""
    return Subtitles.model_validate({**row, "url": f"/subtitles/{row['id']}/{row['digest']}.vtt"})
