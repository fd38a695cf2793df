"""A gateway with one thing done wrong, to see that the ledger sees it: `forgetful` or `hasty`."""

import asyncio
import sys
from datetime import datetime
from uuid import UUID

from wellspring_common.postgres import Connection
from wellspring_common.runtime import run
from wellspring_gateway import wiring
from wellspring_gateway.adapters import plays
from wellspring_gateway.domain.plays import Play
from wellspring_gateway.ports import Counted

LATER_S = 0.05
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


if __name__ == "__main__":
    if sys.argv[1] == "forgetful":
        plays._told = never_told
    else:
        vars(wiring)["PostgresPlays"] = Hasty
    run("gateway", wiring.wire)
