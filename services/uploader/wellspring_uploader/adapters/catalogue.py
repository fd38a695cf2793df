"""What changes of the catalogue mean for schedules, each handled once."""

from datetime import datetime

from wellspring_common.bus.port import Delivery
from wellspring_common.events.catalog import Merger
from wellspring_common.inbox import Inbox
from wellspring_common.postgres import Database

from .decisions import PostgresDecisions
from .merged import follow

INBOX = "uploader:uploads"
"""The name that facts are claimed under: another part of the uploader may handle the same fact."""

_TARGETS = """
select distinct target_id from uploads.uploads
where title_id = any($1) and state in ('planned', 'failed', 'quota_wait')
"""


class PostgresCatalogue:
    """Follows the catalogue."""

    def __init__(self, database: Database, inbox: Inbox, decisions: PostgresDecisions) -> None:
        self._database = database
        self._inbox = inbox
        self._decisions = decisions

    async def changed(
        self, delivery: Delivery, title_id: int, merger: Merger | None, *, now: datetime
    ) -> int:
        """Take episodes that are gone off their schedules, plan the others anew, and return how many went."""
        async with self._database.transaction() as connection:
            if not await self._inbox.first_time(connection, INBOX, delivery.envelope.event_id):
                return 0
            titles = [title_id] if merger is None else [title_id, merger.into]
            targets = {row["target_id"] for row in await connection.fetch(_TARGETS, titles)}
            dropped = 0
            if merger is not None:
                out = await follow(connection, merger)
                dropped += await self._decisions.note_out(connection, out, now=now)
            dropped += await self._decisions.drop_episodes(connection, title_id, now=now)
            for each in titles:
                await self._decisions.put_in_order(connection, each)
            await self._decisions.replan(connection, targets, now=now)
        return dropped
