"""Telling the other services of titles and episodes, in the transaction that changes them."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from wellspring_common.events.catalog import CatalogChange, CatalogChanged, MergedEpisode, Merger
from wellspring_common.outbox import Outbox
from wellspring_common.postgres import Connection

T = TypeVar("T")
TOLD_AT_ONCE = 1000

_EPISODES = "select id from catalog.episodes where title_id = $1 order by id"


async def tell(
    connection: Connection, outbox: Outbox, title_id: int, change: CatalogChange, now: datetime
) -> None:
    """Tell of a title and every episode of it."""
    ids = [row["id"] for row in await connection.fetch(_EPISODES, title_id)]
    await tell_of(connection, outbox, title_id, ids, change, now=now)


async def tell_of(
    connection: Connection,
    outbox: Outbox,
    title_id: int,
    episode_ids: Sequence[int],
    change: CatalogChange,
    *,
    now: datetime,
) -> None:
    """Tell of episodes of a title, or with none of the title alone."""
    for event in events_of(title_id, episode_ids, change) or [_event(title_id, (), change)]:
        await outbox.add(connection, event, now=now)


async def tell_merged(
    connection: Connection,
    outbox: Outbox,
    title_id: int,
    into: int,
    episodes: Sequence[MergedEpisode],
    *,
    now: datetime,
) -> None:
    """Tell that a title went into another one, and which of its episodes are which of the other's now."""
    for part in list(_parts(episodes)) or [()]:
        event = CatalogChanged(
            title_id=title_id,
            episode_ids=tuple(one.gone for one in part),
            change=CatalogChange.REMOVED,
            merger=Merger(into=into, episodes=tuple(part)),
        )
        await outbox.add(connection, event, now=now)


def events_of(title_id: int, episode_ids: Sequence[int], change: CatalogChange) -> list[CatalogChanged]:
    """Return what there is to tell of episodes, so many in an event that it stays small."""
    return [_event(title_id, part, change) for part in _parts(episode_ids)]


def _parts(ids: Sequence[T]) -> Iterator[Sequence[T]]:
    return (ids[at : at + TOLD_AT_ONCE] for at in range(0, len(ids), TOLD_AT_ONCE))


def _event(title_id: int, episode_ids: Sequence[int], change: CatalogChange) -> CatalogChanged:
    return CatalogChanged(title_id=title_id, episode_ids=tuple(episode_ids), change=change)
