"""How long the messaging tables keep what they hold, and the purge that enforces it."""

from datetime import timedelta

from .postgres import Database, touched

OUTBOX_KEPT = timedelta(days=30)
INBOX_KEPT = timedelta(days=33)
"""As long as any stream keeps an event, and 30 days more: a replay must still be recognised."""
DEAD_LETTERS_KEPT = timedelta(days=90)


async def purge_messaging(database: Database, schema: str) -> int:
    """Delete what is older than its rule from the messaging tables of a schema, and return how many rows."""
    if not schema.isidentifier():
        raise ValueError(f"{schema!r} is no schema name")
    rules = (
        (
            f"delete from {schema}.outbox where state = 'published' and published_at < now() - $1::interval",
            OUTBOX_KEPT,
        ),
        (f"delete from {schema}.inbox where handled_at < now() - $1::interval", INBOX_KEPT),
        (f"delete from {schema}.attempts where updated_at < now() - $1::interval", INBOX_KEPT),
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
