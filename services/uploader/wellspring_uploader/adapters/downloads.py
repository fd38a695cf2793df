"""Downloads in Postgres: whose turn it is, how far they are, and what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from wellspring_common.events.downloads import DownloadCompleted, DownloadFailed
from wellspring_common.events.links import LinksWanted
from wellspring_common.ids import uuid7
from wellspring_common.outbox import Outbox
from wellspring_common.postgres import Connection, Database, touched

from ..domain.downloads_choice import Candidate
from ..domain.downloads_ends import End
from ..domain.downloads_part import Finish, Part, part_of
from . import downloads_queries as queries
from .media import keep_file

MOST_WISHES = 8
"""So many episodes at a time may have fresh links made for a download: people who watch come first."""


@dataclass(frozen=True)
class Job:
    """A download that was claimed. `season` and `number` are nothing where the episode is gone."""

    id: UUID
    claim: UUID
    title_id: int
    episode_id: int
    quality: int | None
    attempts: int
    part: Part
    bytes_total: int | None
    slug: str | None
    season: int | None
    number: Decimal | None
    is_there: bool
    has_sources: bool


class Downloads:
    """What workers read and write of downloads. Every write says which claim it is for."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox

    async def claim(self, *, now: datetime, lease: timedelta) -> Job | None:
        """Take the next download that is due, or that somebody else left."""
        claim = uuid7()
        async with self._database.transaction() as connection:
            row = await connection.fetchrow(queries.CLAIM, now, claim, lease)
        if row is None:
            return None
        found: dict[str, Any] = dict(row)
        part = part_of(found.pop("part"))
        del found["bytes_done"]
        return Job(claim=claim, part=part, **found)

    async def links(self, episode_id: int) -> list[Candidate]:
        """Return every stored link of an episode."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(queries.LINKS, episode_id)
        return [Candidate(**dict(row)) for row in rows]

    async def renew(self, job: Job, *, now: datetime, lease: timedelta) -> bool:
        """Keep a claim, and return whether it still is one."""
        async with self._database.connection() as connection:
            return bool(await connection.fetchval(queries.RENEW, job.id, job.claim, now, lease))

    async def checkpoint(
        self, job: Job, part: Part, *, total: int | None, now: datetime, lease: timedelta
    ) -> bool:
        """Store how far a download is, and return whether it still is ours."""
        link_id = None if part.link is None else part.link[0]
        async with self._database.connection() as connection:
            return bool(
                await connection.fetchval(
                    queries.CHECKPOINT,
                    job.id,
                    job.claim,
                    part.model_dump(mode="json"),
                    part.done,
                    total,
                    link_id,
                    part.server,
                    now,
                    lease,
                )
            )

    async def give_back(self, job: Job, part: Part, *, now: datetime) -> None:
        """Leave a download to whoever comes next: this process ends."""
        async with self._database.connection() as connection:
            await connection.execute(
                queries.GIVE_BACK, job.id, job.claim, part.model_dump(mode="json"), part.done, now
            )

    async def postpone(self, job: Job, part: Part, end: End, *, now: datetime) -> bool:
        """Put a download off, and ask for fresh links where it wants some. Return whether it was ours.

        Of many that want links only the first few ask: the others look again a little later.
        """
        wait = end.again_after or timedelta(0)
        async with self._database.transaction() as connection:
            if end.wishes:
                waiting = await connection.fetchval(queries.WAITING, now)
                if waiting < MOST_WISHES:
                    event = LinksWanted(episode_id=job.episode_id, why="download", wanted_at=now)
                    await self._outbox.add(connection, event, now=now)
                    since = part.waiting_since or now
                    part = part.model_copy(update={"waits": part.waits + 1, "waiting_since": since})
                else:
                    wait = timedelta(minutes=1)
            return bool(
                await connection.fetchval(
                    queries.POSTPONE,
                    job.id,
                    job.claim,
                    part.model_dump(mode="json"),
                    part.done,
                    end.attempts,
                    end.code,
                    end.detail,
                    now + wait,
                    now,
                )
            )

    async def fail(self, job: Job, end: End, *, now: datetime) -> bool:
        """Give a download up and say so. Return whether it was ours."""
        async with self._database.transaction() as connection:
            row = [job.id, job.claim, "failed", end.attempts, end.code, end.detail, now]
            if not await connection.fetchval(queries.END, *row):
                return False
            event = DownloadFailed(
                download_id=job.id,
                title_id=job.title_id,
                episode_id=job.episode_id,
                attempts=end.attempts,
                code=end.code,
                detail=end.detail,
            )
            await self._outbox.add(connection, event, now=now)
            return True

    async def drop(self, job: Job, *, code: str, detail: str, now: datetime) -> None:
        """End a download that nobody can want any more."""
        async with self._database.connection() as connection:
            await connection.execute(
                queries.END, job.id, job.claim, "cancelled", job.attempts, code, detail, now
            )

    async def succeed(self, job: Job, finish: Finish, *, mtime_ns: int, now: datetime) -> int | None:
        """Make the file an episode's and say so. Return its id, or nothing where the claim was lost."""
        async with self._database.transaction() as connection:
            file_id = await keep_file(
                connection,
                episode_id=job.episode_id,
                title_id=job.title_id,
                finish=finish,
                origin="downloaded",
                mtime_ns=mtime_ns,
                now=now,
            )
            if not await connection.fetchval(queries.SUCCEED, job.id, job.claim, finish.size, file_id, now):
                return None  # the file stays: it is whole, and whoever has the claim finds it
            event = DownloadCompleted(
                download_id=job.id,
                title_id=job.title_id,
                episode_id=job.episode_id,
                media_file_id=file_id,
                size_bytes=finish.size,
                duration_s=finish.duration_s,
            )
            await self._outbox.add(connection, event, now=now)
            return file_id

    async def state(self, download_id: UUID) -> str | None:
        """Return the state of a download, or nothing where there is none."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(queries.STATE, download_id)
        return None if row is None else str(row["state"])

    async def live(self) -> list[UUID]:
        """Return the downloads that have not ended."""
        async with self._database.connection() as connection:
            return [row["id"] for row in await connection.fetch(queries.LIVE_IDS)]

    async def purge(self, *, before: datetime) -> int:
        """Forget downloads that ended long ago, and return how many."""
        async with self._database.connection() as connection:
            return touched(await connection.execute(queries.PURGE, before))


async def wake(connection: Connection, episode_id: int, *, now: datetime) -> Sequence[UUID]:
    """Let downloads of an episode that wait have their turn now, and return them."""
    return [row["id"] for row in await connection.fetch(queries.WAKE, episode_id, now)]
