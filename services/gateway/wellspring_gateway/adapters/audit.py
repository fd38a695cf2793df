"""The log of what people did, in Postgres."""

from datetime import datetime, timedelta

from wellspring_common.postgres import Database, touched

from ..accounts import AuditRow
from ..domain.deeds import LONGEST, Deed
from ..domain.text import is_storable

KEPT = timedelta(days=365)

_ADD = """
insert into access.audit (user_id, actor, via, client, action, target, detail)
values ((select id from access.users where id = $1), $2, $3, $4, $5, $6, $7)
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
        actor = deed.actor if is_storable(deed.actor) else "?"
        target = deed.target[:LONGEST] if deed.target and is_storable(deed.target) else None
        async with self._database.connection() as connection:
            await connection.execute(
                _ADD,
                deed.user_id,
                actor[:LONGEST],
                deed.via,
                deed.client,
                deed.action,
                target,
                dict(deed.detail),
            )

    async def find(self, *, before: int | None, action: str, actor: str, limit: int) -> list[AuditRow]:
        """Return lines, the newest first, from before an id: of one action or family, of one actor."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_FIND, before, action, actor, limit)
        return [AuditRow(**row) for row in rows]

    async def purge(self, *, now: datetime) -> int:
        """Delete lines past their time and return how many."""
        async with self._database.connection() as connection:
            return touched(await connection.execute("delete from access.audit where at < $1", now - KEPT))
