"""Telling the other services of a whole title, in the transaction that changes it."""

from datetime import datetime

from wellspring_common.events.catalog import CatalogChange, CatalogChanged
from wellspring_common.outbox import Outbox
from wellspring_common.postgres import Connection

TOLD_AT_ONCE = 1000

_EPISODES = "select id from catalog.episodes where title_id = $1 order by id"


async def tell(
    connection: Connection, outbox: Outbox, title_id: int, change: CatalogChange, now: datetime
) -> None:
    """Tell of every episode of a title, a bounded number in each event."""
    ids = [row["id"] for row in await connection.fetch(_EPISODES, title_id)]
    for at in range(0, max(len(ids), 1), TOLD_AT_ONCE):
        part = tuple(ids[at : at + TOLD_AT_ONCE])
        await outbox.add(
            connection, CatalogChanged(title_id=title_id, episode_ids=part, change=change), now=now
        )
