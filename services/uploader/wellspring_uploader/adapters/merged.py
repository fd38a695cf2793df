"""Titles that were made one: what is out and on the disk of an episode counts for the one that stays."""

from uuid import UUID

from wellspring_common.events.catalog import Merger
from wellspring_common.postgres import Connection

# Under the name of the episode that stays it is found, and no film is sent or fetched twice.
_LEDGER = """
update uploads.ledger as l set episode_id = $2, title_id = $3, updated_at = now()
where l.episode_id = $1 and not exists (
    select from uploads.ledger as held where held.target_id = l.target_id and held.episode_id = $2
)
"""
_UPLOADS = """
update uploads.uploads as u set episode_id = $2, updated_at = now()
where u.episode_id = $1 and u.state <> 'removed' and not exists (
    select from uploads.uploads as held
    where held.target_id = u.target_id and held.episode_id = $2 and held.state <> 'removed'
)
"""
_FILES = """
update uploads.media_files set episode_id = $2, title_id = $3, gone_since = null, updated_at = now()
where episode_id = $1
"""
# Both had it on a schedule, and the channel has it from one of them: the other's turn is over.
_OUT_ALREADY = """
update uploads.uploads as u
set state = 'removed', planned_at = null, waits_for = null, next_try_at = null, seq = seq + 1,
    updated_at = now()
where u.episode_id = $1 and u.state in ('planned', 'failed', 'quota_wait') and exists (
    select from uploads.ledger as l
    where l.target_id = u.target_id and l.episode_id = $1 and l.upload_id <> u.id
        and l.published_at is not null
)
returning u.id
"""


async def follow(connection: Connection, merger: Merger) -> list[UUID]:
    """Give what episodes left behind to those that stay, and return the uploads whose film is out already."""
    out: list[UUID] = []
    for one in merger.episodes:
        await connection.execute(_LEDGER, one.gone, one.stays, merger.into)
        await connection.execute(_UPLOADS, one.gone, one.stays)
        await connection.execute(_FILES, one.gone, one.stays, merger.into)
        out += [row["id"] for row in await connection.fetch(_OUT_ALREADY, one.stays)]
    return out
