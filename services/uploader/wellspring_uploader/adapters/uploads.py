"""What workers read and write in Postgres: each write is one transaction under the fence of its writer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from wellspring_common.events.uploads import UploadState
from wellspring_common.outbox import Outbox
from wellspring_common.postgres import Connection, Database
from wellspring_common.text import storable
from wellspring_common.uploading import Choices

from ..domain.quota import Used
from ..domain.rules import DAY
from ..domain.states import ENDED, UNDER_WAY, WAITING, WATCHED
from ..domain.templates import Facts
from ..domain.upload import Channel, ChannelState, Upload
from ..ports.turns import FenceLostError
from ..ports.uploads import Former, Note, OutrunError, Stored
from . import upload_queries as sql
from .identities import claim

SCHEMA = "uploads"
_UNDER_WAY = [state.value for state in UNDER_WAY]
_SWEPT = [state.value for state in (*WATCHED, *ENDED)]
_WAITING = [state.value for state in WAITING]


class PostgresUploads:
    """The tables of uploads."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox

    async def channel(self, target_id: int) -> Channel | None:
        """Return a target."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(sql.CHANNEL, target_id)
        return None if row is None else channel_of(row)

    async def channels(self) -> Sequence[int]:
        """Return the ids of all targets."""
        async with self._database.connection() as connection:
            return [row["id"] for row in await connection.fetch(sql.CHANNELS)]

    async def claim(self, fence: int, target_id: int, identity: str) -> None:
        """Keep which channel a target has signed in to."""
        async with self._database.transaction() as connection:
            await _mind(connection, target_id, fence)
            await claim(connection, target_id, identity)

    async def under_way(self, target_id: int) -> Upload | None:
        """Return the upload that has the target for itself."""
        found = await self._fetch(sql.UNDER_WAY, target_id, _UNDER_WAY)
        return found[0] if found else None

    async def upload(self, upload_id: UUID) -> Upload | None:
        """Return an upload."""
        found = await self._fetch(sql.UPLOAD, upload_id)
        return found[0] if found else None

    async def watched(self, target_id: int, *, now: datetime) -> Sequence[Upload]:
        """Return the published uploads that are to be looked at now."""
        return await self._fetch(sql.WATCHED, target_id, now)

    async def next_look(self, target_id: int) -> datetime | None:
        """Return when the next published or doubtful upload is to be looked at."""
        async with self._database.connection() as connection:
            look: datetime | None = await connection.fetchval(sql.NEXT_LOOK, target_id)
            sweep: datetime | None = await connection.fetchval(sql.NEXT_SWEEP, target_id, _SWEPT)
        return min((at for at in (look, sweep) if at is not None), default=None)

    async def doubtful(self, target_id: int, *, now: datetime) -> Upload | None:
        """Return an upload that went on after a doubt, and whose drafts are to be looked for now."""
        found = await self._fetch(sql.DOUBTFUL, target_id, _SWEPT, now)
        return found[0] if found else None

    async def litter(self, target_id: int) -> Sequence[Upload]:
        """Return the uploads that ended and whose drafts are still on the platform."""
        return await self._fetch(sql.LITTER, target_id)

    async def earlier(self, upload: Upload) -> Sequence[Upload]:
        """Return the uploads of the same episode that were taken off with a draft on the platform."""
        return await self._fetch(sql.EARLIER, upload.target_id, upload.episode_id, upload.upload_id)

    async def heir(self, upload: Upload) -> Upload | None:
        """Return the upload that took the place of one that was taken off, if there is one."""
        found = await self._fetch(sql.HEIR, upload.target_id, upload.episode_id, upload.upload_id)
        return found[0] if found else None

    async def formers(self, upload: Upload) -> Sequence[Former]:
        """Return what targets that were removed have made of the same episode."""
        async with self._database.connection() as connection:
            return [Former(**row) for row in await connection.fetch(sql.FORMERS, upload.episode_id)]

    async def last_verdict(self, target_id: int, *, besides: UUID) -> str | None:
        """Return the state that the newest judged upload of a target ended in."""
        async with self._database.connection() as connection:
            found: str | None = await connection.fetchval(sql.LAST_VERDICT, target_id, besides)
        return found

    async def save(self, fence: int, before: Upload, after: Upload, note: Note, *, now: datetime) -> Upload:
        """Store an upload with what belongs to it, and return it as stored."""
        async with self._database.transaction() as connection:
            await _mind(connection, after.target_id, fence)
            seq = await connection.fetchval(sql.SAVE, *_saved(before, after))
            if seq is None:
                raise OutrunError(f"upload {after.upload_id} is not {before.state} any more")
            if after.state is not before.state or note.code is not None:
                await connection.execute(
                    sql.STEP, after.upload_id, now, after.state.value, note.code, _text(note.detail)
                )
            await _follow(connection, after, note)
            for event in note.events:
                await self._outbox.add(connection, event, now=now)
        return _with_seq(after, seq)

    async def note_progress(self, fence: int, upload: Upload, bytes_sent: int) -> int:
        """Store how far sending is, and return the new `seq`."""
        async with self._database.connection() as connection:
            seq = await connection.fetchval(sql.PROGRESS, upload.upload_id, fence, bytes_sent)
        if seq is None:
            raise FenceLostError(f"upload {upload.upload_id} is not ours to send any more")
        return int(seq)

    async def used(self, target_id: int, *, now: datetime) -> Sequence[Used]:
        """Return what counts against a target's quota now."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(sql.USED, target_id, now - DAY)
        return [Used(row["created_on_target_at"], row["duration_s"] / 60) for row in rows]

    async def film(self, upload: Upload) -> Stored | None:
        """Return the file of an upload, the one that it began with where that is still there."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(sql.FILM, upload.episode_id, upload.media_file_id)
        return None if row is None else Stored(**row)

    async def facts(self, upload: Upload) -> Facts | None:
        """Return what templates know of an episode, or nothing where it may not be published any more."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(sql.FACTS, upload.episode_id)
        return None if row is None else Facts(**row)

    async def playlist(self, upload: Upload) -> str | None:
        """Return the id of the playlist of an upload's season, where it is known."""
        async with self._database.connection() as connection:
            found: str | None = await connection.fetchval(
                sql.PLAYLIST, upload.target_id, upload.title_id, upload.season
            )
        return found

    async def keep_playlist(self, upload: Upload, playlist_id: str) -> None:
        """Remember the playlist of a season."""
        async with self._database.connection() as connection:
            await connection.execute(
                sql.KEEP_PLAYLIST, upload.target_id, upload.title_id, upload.season, playlist_id
            )

    async def _fetch(self, query: str, *values: Any) -> list[Upload]:
        async with self._database.connection() as connection:
            return [upload_of(row) for row in await connection.fetch(query, *values)]


def upload_of(row: Any) -> Upload:
    """Return the upload in a row."""
    values = dict(row)
    values["state"] = UploadState(values["state"])
    values["choices"] = Choices.model_validate(values["choices"])
    return Upload(**values)


def channel_of(row: Any) -> Channel:
    """Return the target in a row."""
    values = dict(row)
    values["state"] = ChannelState(values["state"])
    values["told_limits"] = values["told_limits"] or {}
    return Channel(**values)


async def _mind(connection: Connection, target_id: int, fence: int) -> None:
    """Raise unless the fence is still that of the writer, and keep it so until the transaction ends."""
    held = await connection.fetchval(sql.FENCE, target_id)
    if held != fence:
        raise FenceLostError(f"target {target_id} has fence {held}, not {fence}")


async def _follow(connection: Connection, after: Upload, note: Note) -> None:
    target_id = after.target_id
    if note.started_at is not None:
        await connection.execute(sql.STARTED, target_id, note.started_at)
    if note.quota_refused:
        await connection.execute(sql.QUOTA_REFUSED, target_id, note.quota_until)
    if note.quota_free:
        await connection.execute(sql.QUOTA_FREE, target_id)
    if note.stops is not None:
        await connection.execute(sql.STOP, target_id, note.stops.value, _text(note.stops_because))
    if note.enters_ledger:
        await connection.execute(
            sql.ENTER_LEDGER,
            target_id,
            after.upload_id,
            after.video_id,
            after.video_url,
            after.sha256,
            after.size_bytes,
            after.duration_s,
            after.created_on_target_at,
            after.published_at,
        )
    if note.leaves_ledger:
        await connection.execute(sql.LEAVE_LEDGER, target_id, after.upload_id)
    await connection.execute(sql.END_SCHEDULE, after.schedule_id)


def _saved(before: Upload, after: Upload) -> tuple[Any, ...]:
    return (
        after.upload_id,
        before.state.value,
        after.state.value,
        after.tries,
        after.next_try_at,
        after.error_code,
        _text(after.error_detail),
        after.media_file_id,
        after.sha256,
        after.size_bytes,
        after.duration_s,
        after.bytes_sent,
        dict(after.session),
        _text(after.video_title),
        after.video_id,
        after.video_url,
        after.intended_at,
        after.looked_at,
        after.looks,
        after.started_at,
        after.created_on_target_at,
        after.published_at,
        after.completed_at,
        _WAITING,
    )


def _text(found: str | None) -> str | None:
    return None if found is None else storable(found)


def _with_seq(upload: Upload, seq: int) -> Upload:
    return Upload(**{**vars(upload), "seq": seq})
