"""How long the messaging tables keep what they hold, and the purge that enforces it."""

from datetime import timedelta

from .events.topology import CONSUMERS
from .postgres import Database, touched
from .stream_sizes import StreamSizes, streams

OUTBOX_KEPT = timedelta(days=30)
DEAD_LETTERS_KEPT = timedelta(days=90)


def inbox_kept(sizes: StreamSizes | None = None) -> timedelta:
    """Return how long an inbox remembers what it handled, with the streams of this installation.

    What the outbox tells again on its last day is delivered as late as its stream keeps it, and must still be
    recognised. Raises `SettingsError`.
    """
    read = {consumer.stream for consumer in CONSUMERS}
    longest = max(stream.max_age_s for stream in streams(sizes) if stream.name in read)
    return OUTBOX_KEPT + timedelta(seconds=longest)


async def purge_messaging(database: Database, schema: str) -> int:
    """Delete what is older than its rule from the messaging tables of a schema, and return how many rows."""
    if not schema.isidentifier():
        raise ValueError(f"{schema!r} is no schema name")
    remembered = inbox_kept()
    rules = (
        (
            f"delete from {schema}.outbox where state = 'published' and published_at < now() - $1::interval",
            OUTBOX_KEPT,
        ),
        (f"delete from {schema}.inbox where handled_at < now() - $1::interval", remembered),
        (f"delete from {schema}.attempts where updated_at < now() - $1::interval", remembered),
        (
            f"delete from {schema}.dead_letters where state <> 'open' and updated_at < now() - $1::interval",
            DEAD_LETTERS_KEPT,
        ),
    )
    deleted = 0
    async with database.connection() as connection:
        for sql, kept in rules:
            deleted += touched(await connection.execute(sql, kept))
    return deleted
