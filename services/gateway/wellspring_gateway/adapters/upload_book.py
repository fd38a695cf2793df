"""What the uploader keeps, read by the grants of the gateway."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from wellspring_common.postgres import Database

from ..publishing import DownloadFilter, DownloadRow, ScheduleRow, TargetRow, UploadFilter, UploadRow
from . import upload_queries as queries


class PostgresUploadBook:
    """Uploads, series and targets."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def counts(self, *, title_id: int | None = None) -> dict[str, int]:
        """Return how many uploads are in which state."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(queries.COUNTS, title_id)
        return {row["state"]: row["uploads"] for row in rows}

    async def uploads(
        self, wanted: UploadFilter, *, after: tuple[datetime, UUID] | None, limit: int
    ) -> list[UploadRow]:
        """Return uploads behind a place in the list, the one that moved last first."""
        filters = (wanted.states, wanted.title_id, wanted.target_id, wanted.schedule_id)
        return await self._uploads(queries.UPLOADS_PAGE, *filters, *(after or (None, None)), limit)

    async def upload(self, upload_id: UUID) -> UploadRow | None:
        """Return one upload."""
        return next(iter(await self._uploads(queries.ONE_UPLOAD, upload_id)), None)

    async def steps(self, upload_id: UUID, *, limit: int) -> list[dict[str, Any]]:
        """Return what happened to an upload, the newest first."""
        async with self._database.connection() as connection:
            return [dict(row) for row in await connection.fetch(queries.STEPS, upload_id, limit)]

    async def calendar(self, *, limit: int, target_id: int | None = None) -> list[UploadRow]:
        """Return what waits for its slot, in the order in which it goes out."""
        return await self._uploads(queries.CALENDAR, target_id, limit)

    async def in_order(self, *, title_id: int | None, limit: int) -> list[UploadRow]:
        """Return uploads series after series, episode after episode."""
        return await self._uploads(queries.IN_ORDER, title_id, limit)

    async def schedules(self, *, ended: bool, limit: int) -> list[ScheduleRow]:
        """Return the series on schedules in their order, with or without those that came to an end."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(queries.SCHEDULES, ended, limit)
        return [ScheduleRow(**row) for row in rows]

    async def schedule(self, schedule_id: int) -> ScheduleRow | None:
        """Return one of them."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(queries.ONE_SCHEDULE, schedule_id)
        return None if row is None else ScheduleRow(**row)

    async def titles(self, *, also: int | None, limit: int) -> list[dict[str, Any]]:
        """Return the titles whose rights somebody stated, and one more, with how many files are here."""
        async with self._database.connection() as connection:
            return [dict(row) for row in await connection.fetch(queries.TITLES, also, limit)]

    async def targets(self, *, now: datetime) -> list[TargetRow]:
        """Return the targets by name."""
        async with self._database.connection() as connection:
            return [TargetRow(**row) for row in await connection.fetch(queries.TARGETS, now)]

    async def _uploads(self, sql: str, *values: Any) -> list[UploadRow]:
        async with self._database.connection() as connection:
            return [UploadRow(**row) for row in await connection.fetch(sql, *values)]


class PostgresDownloadList:
    """Downloads and the files that came of them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, wanted: DownloadFilter, *, after: tuple[datetime, UUID] | None, limit: int
    ) -> list[DownloadRow]:
        """Return downloads older than a place in the list, the newest first."""
        filters = (wanted.state, wanted.title_id, *(after or (None, None)))
        async with self._database.connection() as connection:
            rows = await connection.fetch(queries.DOWNLOADS_PAGE, *filters, limit)
        return [DownloadRow(**row) for row in rows]

    async def one(self, download_id: UUID) -> DownloadRow | None:
        """Return one download."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(queries.ONE_DOWNLOAD, download_id)
        return None if row is None else DownloadRow(**row)

    async def counts(self) -> dict[str, int]:
        """Return how many downloads are in which state."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(queries.DOWNLOAD_COUNTS)
        return {row["state"]: row["downloads"] for row in rows}

    async def disk(self) -> tuple[int, int]:
        """Return how many files are here and how many bytes they take."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(queries.DISK)
        return (row["files"], row["bytes"]) if row is not None else (0, 0)

    async def files(self, title_id: int) -> Sequence[dict[str, Any]]:
        """Return the files of a title's episodes."""
        async with self._database.connection() as connection:
            return [dict(row) for row in await connection.fetch(queries.FILES, title_id)]
