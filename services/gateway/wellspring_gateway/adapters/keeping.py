"""Writing what edits have in common: an answer to keep, and columns that change."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import asyncpg

from wellspring_common.errors import Permanent
from wellspring_common.postgres import Connection

from ..ports.answers import Keep
from . import queries
from .crawl_queries import WANT_POSTER

_DROP_POSTER = "delete from catalog.posters where title_id = $1"


async def keep_reply(connection: Connection, keep: Keep | None, document: Any) -> None:
    """Keep the answer to a request that may be repeated, in the transaction that it answers.

    Raises `Permanent` with `idempotency_conflict` where another request was faster: this one does nothing.
    """
    if keep is None:
        return
    body = dict(keep.body(document))
    if not await connection.fetchval(queries.KEEP_REPLY, keep.key, keep.request_hash, keep.status, body):
        raise Permanent("That Idempotency-Key is being used by another request.", code="idempotency_conflict")


def taken_id(error: asyncpg.UniqueViolationError) -> str:
    """Return which of a title's ids elsewhere another title has: `imdb`, `tmdb` or `anilist`."""
    return str(error.constraint_name or "").removeprefix("titles_")


async def change_row(
    connection: Connection, table: str, row_id: int, changes: Mapping[str, Any], *, allowed: frozenset[str]
) -> None:
    """Set columns of one row. `table` and `allowed` are names of our own, never somebody's text."""
    unknown = set(changes) - allowed
    if unknown:
        raise ValueError(f"no columns that may change: {sorted(unknown)}")
    setters = ", ".join(f"{name} = ${place}" for place, name in enumerate(changes, start=2))
    sql = f"update {table} set {setters}, updated_at = now() where id = $1"  # noqa: S608  (checked above)
    await connection.execute(sql, row_id, *changes.values())


async def change_poster(connection: Connection, title_id: int, url: str | None, *, now: datetime) -> None:
    """Have a title's picture fetched from elsewhere, or forget it."""
    if url is None:
        await connection.execute(_DROP_POSTER, title_id)
    else:
        await connection.execute(WANT_POSTER, title_id, url, now)
