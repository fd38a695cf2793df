"""The log of what people did, in Postgres."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from wellspring_common.postgres import Connection, Database, touched

from ..domain.deeds import LONGEST, Deed
from ..domain.text import is_storable
from ..owing import Owed, owed_now
from ..ports.audit import AuditRow

KEPT = timedelta(days=365)

_ADD = """
insert into access.audit (user_id, actor, via, client, action, target, detail)
values ((select id from access.users where id = $1), $2, $3, $4, $5, $6, $7)
"""

# What only reads has no transaction id, and is no deed.
_ADD_WITH_CHANGE = """
insert into access.audit (user_id, actor, via, client, action, target, detail)
select (select id from access.users where id = $1), $2, $3, $4, $5, $6, $7
where pg_current_xact_id_if_assigned() is not null
returning id
"""

_REPLACE = """
with gone as (delete from access.audit where id = $8 returning at)
insert into access.audit (at, user_id, actor, via, client, action, target, detail)
select at, (select id from access.users where id = $1), $2, $3, $4, $5, $6, $7 from gone
"""

_FIND = """
select id, at, user_id, actor, via, client, action, target, detail
from access.audit
where ($1::bigint is null or id < $1)
    and ($2::text = '' or action = $2 or action like $2 || '.%')
    and ($3::text = '' or lower(actor) = lower($3))
order by id desc
limit $4
"""


class PostgresAudit:
    """Rows are added, and deleted after a year."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, deed: Deed) -> None:
        """Write a line."""
        async with self._database.connection() as connection:
            await connection.execute(_ADD, *_values(deed))

    async def complete(self, line: int, deed: Deed) -> None:
        """Write a line anew with what was not known before the change: its moment stays."""
        async with self._database.connection() as connection:
            await connection.execute(_REPLACE, *_values(deed), line)

    async def find(self, *, before: int | None, action: str, actor: str, limit: int) -> list[AuditRow]:
        """Return lines, the newest first, from before an id: of one action or family, of one actor."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_FIND, before, action, actor, limit)
        return [AuditRow(**row) for row in rows]

    async def purge(self, *, now: datetime) -> int:
        """Delete lines past their time and return how many."""
        async with self._database.connection() as connection:
            return touched(await connection.execute("delete from access.audit where at < $1", now - KEPT))


class AuditedDatabase(Database):
    """Writes the line that a request owes in the transaction that changes something for it: both or none."""

    def connection(self) -> AbstractAsyncContextManager[Connection]:
        """Lend a connection, inside a transaction while a line is owed."""
        owed = owed_now()
        return self._audited(owed) if owed is not None and owed.is_due else super().connection()

    def transaction(self) -> AbstractAsyncContextManager[Connection]:
        """Lend a connection inside a transaction that commits when the block ends well."""
        owed = owed_now()
        return self._audited(owed) if owed is not None and owed.is_due else super().transaction()

    @asynccontextmanager
    async def _audited(self, owed: Owed) -> AsyncGenerator[Connection]:
        line = None
        async with self._transacting() as connection:
            yield connection
            if owed.deed is not None and owed.line is None:
                line = await connection.fetchval(_ADD_WITH_CHANGE, *_values(owed.deed))
        if line is not None:
            owed.line = line


def _values(deed: Deed) -> tuple[Any, ...]:
    actor = deed.actor if is_storable(deed.actor) else "?"
    target = deed.target[:LONGEST] if deed.target and is_storable(deed.target) else None
    return deed.user_id, actor[:LONGEST], deed.via, deed.client, deed.action, target, dict(deed.detail)
