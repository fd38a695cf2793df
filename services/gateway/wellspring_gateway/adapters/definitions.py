"""Site definitions that operators stored, with their copy in the bucket."""

import json
from datetime import datetime
from typing import Any

from wellspring_common.errors import Permanent
from wellspring_common.events.config import DefinitionsChanged
from wellspring_common.outbox import Outbox
from wellspring_common.postgres import Connection, Database

from .copying import Bucket, BucketCopy

STORED = "stored"
"""The key of the copy in the bucket: `{"revision": n, "definitions": {id: text}}`, those in use only."""
MOST_BYTES = 768 * 1024
"""Bytes of the whole copy: one value of a bucket is one message of the broker, at most 1 MiB."""

_ALL = """
select d.id, d.yaml, d.enabled, d.revision, d.created_at, d.updated_at,
    (select u.username from access.users as u where u.id = d.updated_by) as updated_by
from catalog.definitions as d
"""
_IN_USE = "select id, yaml from catalog.definitions where enabled order by id"
_REVISION = "select revision from catalog.definitions_revision"
_NEXT_REVISION = "update catalog.definitions_revision set revision = revision + 1 returning revision"
_SAVE = """
insert into catalog.definitions (id, yaml, revision, updated_by)
values ($1, $2, $3, $4)
on conflict (id) do update
set yaml = excluded.yaml, enabled = true, revision = excluded.revision, updated_by = excluded.updated_by,
    updated_at = now()
"""
_WITHDRAW = """
update catalog.definitions
set enabled = false, revision = $2, updated_by = $3, updated_at = now()
where id = $1 and enabled
returning true
"""
# A job that met drift says so in its code, or in the problem of one of its pages.
_DRIFTED = """
j.requested_at > now() - interval '7 days'
    and (j.error_code = 'drift' or j.problems @> '[{"code": "drift"}]')
"""
_DRIFT = f"""
select definition, count(distinct job) as jobs
from (
    select c.definition, j.id as job
    from links.jobs as j
    join catalog.catalogues as c on c.id = j.catalogue_id
    where j.kind = 'crawl' and {_DRIFTED}
    union all
    select s.definition, j.id
    from links.jobs as j
    join catalog.sources as s on s.episode_id = j.episode_id
    where j.kind = 'scrape' and {_DRIFTED}
) as drifted
group by definition
"""  # noqa: S608  (text of our own)


class PostgresDefinitions:
    """The truth about stored definitions."""

    def __init__(self, database: Database, outbox: Outbox, bucket: Bucket) -> None:
        self._database = database
        self._outbox = outbox
        self._copy = BucketCopy(bucket, STORED, self._encoded)

    async def all(self) -> list[dict[str, Any]]:
        """Return every stored definition."""
        async with self._database.connection() as connection:
            return [dict(row) for row in await connection.fetch(f"{_ALL} order by d.id")]

    async def one(self, definition_id: str) -> dict[str, Any] | None:
        """Return a stored definition."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(f"{_ALL} where d.id = $1", definition_id)
        return dict(row) if row is not None else None

    async def drift(self) -> dict[str, int]:
        """Return how many jobs of the last week met pages that a definition could not read."""
        async with self._database.connection() as connection:
            return {row["definition"]: row["jobs"] for row in await connection.fetch(_DRIFT)}

    async def save(self, definition_id: str, yaml: str, *, by: int, now: datetime) -> int:
        """Store and announce a definition and return the revision. Raises `Permanent` with `too_large`."""
        async with self._database.transaction() as connection:
            revision: int = await connection.fetchval(_NEXT_REVISION)
            await connection.execute(_SAVE, definition_id, yaml, revision, by)
            if len(await _copy(connection)) > MOST_BYTES:
                limit = MOST_BYTES // 1024
                raise Permanent(f"All definitions together may have {limit} KiB.", code="too_large")
            await self._announce(connection, definition_id, revision, now)
        self._copy.changed()
        return revision

    async def withdraw(self, definition_id: str, *, by: int, now: datetime) -> bool:
        """Take a definition out of use and announce it. Return whether it was in use."""
        async with self._database.transaction() as connection:
            revision = await connection.fetchval(_NEXT_REVISION)
            if not await connection.fetchval(_WITHDRAW, definition_id, revision, by):
                return False
            await self._announce(connection, definition_id, revision, now)
        self._copy.changed()
        return True

    async def copy_to_bucket(self) -> None:
        """Keep the bucket's copy true until cancelled."""
        await self._copy.run()

    async def _encoded(self) -> bytes:
        async with (
            self._database.connection() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            return await _copy(connection)

    async def _announce(
        self, connection: Connection, definition_id: str, revision: int, now: datetime
    ) -> None:
        event = DefinitionsChanged(ids=(definition_id,), revision=revision)
        await self._outbox.add(connection, event, now=now)


async def _copy(connection: Connection) -> bytes:
    rows = await connection.fetch(_IN_USE)
    revision = await connection.fetchval(_REVISION)
    texts = {row["id"]: row["yaml"] for row in rows}
    return json.dumps({"revision": revision, "definitions": texts}).encode()
