"""What people and schedules want of downloads, each in a transaction of the caller's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from wellspring_common.errors import Permanent
from wellspring_common.ids import derived_id
from wellspring_common.postgres import Connection

from . import downloads_queries as queries


@dataclass(frozen=True)
class Wish:
    """Which files are wanted. No `episode_ids` means all that the title has. `quality` is in lines."""

    request_id: UUID
    title_id: int
    requested_by: str
    episode_ids: tuple[int, ...] = ()
    quality: int | None = None


@dataclass(frozen=True)
class Granted:
    """How many downloads were queued, how many are under way already, how many files are here."""

    queued: int
    running: int
    present: int


async def ask_for(connection: Connection, wish: Wish, *, now: datetime) -> Granted:
    """Queue a download for each episode without a file, once. Repeated with its id, it changes nothing.

    Raises `Permanent` with `title_not_found` where there is no such title or episode.
    """
    episodes = [
        row["id"] for row in await connection.fetch(queries.EPISODES, wish.title_id, list(wish.episode_ids))
    ]
    if not episodes or set(wish.episode_ids) - set(episodes):
        raise Permanent("There is no such title, or it has no such episode.", code="title_not_found")
    rows = await connection.fetch(queries.HERE, episodes, wish.quality)
    here = {row["episode_id"] for row in rows}
    queued = 0
    for episode_id in episodes:
        if episode_id in here:
            continue
        identity = derived_id(wish.request_id, "download", episode_id)
        queued += bool(
            await connection.fetchval(
                queries.ADD,
                identity,
                wish.request_id,
                wish.title_id,
                episode_id,
                wish.quality,
                wish.requested_by,
                now,
            )
        )
    return Granted(queued, len(episodes) - len(here) - queued, len(here))


@dataclass(frozen=True)
class Decided:
    """The download that somebody decided on."""

    title_id: int
    episode_id: int


_DECISIONS = {
    "cancel": queries.CANCEL,
    "pause": queries.PAUSE,
    "resume": queries.RESUME,
    "retry": queries.RETRY,
}
_ALREADY = {
    "cancel": {"cancelled"},
    "pause": {"paused"},
    "resume": {"queued", "running"},
    "retry": {"running"},
}


async def decide(connection: Connection, download_id: UUID, action: str, *, now: datetime) -> Decided | None:
    """Do as a person decided, and return the download, or nothing where it is so already.

    Raises `Permanent` with `no_download`, or `not_now` where the download's state does not allow it.
    """
    row = await connection.fetchrow(_DECISIONS[action], download_id, now)
    if row is not None:
        return Decided(row["title_id"], row["episode_id"])
    found = await connection.fetchrow(queries.STATE, download_id)
    if found is None:
        raise Permanent("There is no such download.", code="no_download")
    if found["state"] in _ALREADY[action]:
        return None
    raise Permanent(
        f"A download that is {found['state']} cannot be asked to {action}, "
        "or another one of its episode is under way.",
        code="not_now",
    )


async def drop_gone(connection: Connection, title_id: int, *, now: datetime) -> Sequence[UUID]:
    """End downloads of a title whose episode is gone, and return them."""
    return [row["id"] for row in await connection.fetch(queries.DROP_GONE, title_id, now)]


async def wake_title(connection: Connection, title_id: int, *, now: datetime) -> Sequence[UUID]:
    """Let downloads of a title that wait have their turn now, and return them."""
    return [row["id"] for row in await connection.fetch(queries.WAKE_TITLE, title_id, now)]
