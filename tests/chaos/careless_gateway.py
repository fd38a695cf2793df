"""A gateway with one thing done wrong, to see that the ledger sees it.

`forgetful` counts a beacon again, `hasty` answers before it counts, `blind` takes an edit whatever it is
based on, and `tells-later` stores first and tells afterwards.
"""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from wellspring_common import postgres
from wellspring_common.events.envelope import Envelope, Event
from wellspring_common.ids import uuid7
from wellspring_common.outbox import Outbox
from wellspring_common.postgres import Connection, Database
from wellspring_common.runtime import run
from wellspring_common.settings import PostgresSettings
from wellspring_gateway import wiring
from wellspring_gateway.adapters import plays
from wellspring_gateway.domain.etags import IfMatch
from wellspring_gateway.domain.plays import Play
from wellspring_gateway.ports.library import Counted

LATER_S = 0.05
MUCH_LATER_S = 1.5
_late: set["asyncio.Task[None]"] = set()


async def never_told(connection: Connection, event_id: UUID) -> bool:
    """Forget which beacons were counted."""
    return False


class Hasty(plays.PostgresPlays):
    """Answers first and counts later."""

    async def record(self, play: Play, *, now: datetime) -> Counted | None:
        """Say that it is done before it is."""
        task = asyncio.create_task(self._later(play, now))
        _late.add(task)
        task.add_done_callback(_late.discard)
        return None

    async def _later(self, play: Play, now: datetime) -> None:
        await asyncio.sleep(LATER_S)
        await super().record(play, now=now)


class Late(Outbox):
    """Tells what changed in a transaction of its own, some time after the one that changed it."""

    database: Database

    async def add(
        self,
        connection: Connection,
        event: Event,
        *,
        now: datetime,
        event_id: UUID | None = None,
        cause: Envelope | None = None,
    ) -> UUID:
        """Plan to tell of it."""
        identity = event_id or uuid7()
        task = asyncio.create_task(self._later(event, identity, now))
        _late.add(task)
        task.add_done_callback(_late.discard)
        return identity

    async def _later(self, event: Event, identity: UUID, now: datetime) -> None:
        await asyncio.sleep(MUCH_LATER_S)
        async with self.database.transaction() as connection:
            await super().add(connection, event, now=now, event_id=identity)


@asynccontextmanager
async def open_database(settings: PostgresSettings, *, service: str) -> AsyncGenerator[Database]:
    """Open the database, and let what tells later know it."""
    async with postgres.open_database(settings, service=service) as database:
        Late.database = database
        yield database


def any_version(asked: IfMatch, tag: str) -> None:
    """Take an edit of whatever version."""


def careless(how: str) -> None:
    """Do one thing wrong from now on."""
    if how == "forgetful":
        plays._told = never_told
    elif how == "blind":
        IfMatch.check = any_version  # type: ignore[assignment, method-assign]
    elif how == "tells-later":
        vars(wiring).update(Outbox=Late, open_database=open_database)
    else:
        vars(wiring)["PostgresPlays"] = Hasty


if __name__ == "__main__":
    careless(sys.argv[1])
    run("gateway", wiring.wire)
