"""A refresher with one thing done wrong, for the ledgers to see.

`hasty`, as it is if nothing is said, or `forgetful`. One that is `slow` does all well, and is there to be
killed between what it does and saying so.
"""

import asyncio
import sys
from datetime import datetime
from uuid import UUID

from nats.aio.msg import Msg

from wellspring_common.bus.nats.bus import NatsBus
from wellspring_common.bus.nats.consumer import Consumer
from wellspring_common.bus.port import Delivery
from wellspring_common.events.links import LinksDied
from wellspring_common.events.playback import PlaybackStarted
from wellspring_common.inbox import Inbox
from wellspring_common.postgres import Connection
from wellspring_common.runtime import run
from wellspring_refresher import wiring
from wellspring_refresher.adapters.viewing import PostgresViewing
from wellspring_refresher.domain.rules import Rules

LATER_S = 0.3
MUCH_LATER_S = 2.0


class Hasty(Consumer):
    """Acknowledges first and handles later."""

    async def _handle(self, message: Msg) -> None:
        await message.ack()
        await asyncio.sleep(LATER_S)
        await super()._handle(message)


class Forgetful(Inbox):
    """Knows of nothing that it was done already."""

    async def first_time(self, connection: Connection, consumer: str, event_id: UUID) -> bool:
        """Say that it is new, and keep that it came."""
        await super().first_time(connection, consumer, event_id)
        return True


class Slow(PostgresViewing):
    """Takes its time between what it does and saying so."""

    async def played(
        self, consumer: str, delivery: Delivery, event: PlaybackStarted, rules: Rules, *, now: datetime
    ) -> int | None:
        """Count a play, and let others kill us before that is acknowledged."""
        following = await super().played(consumer, delivery, event, rules, now=now)
        await asyncio.sleep(LATER_S)
        return following

    async def died(
        self, consumer: str, delivery: Delivery, event: LinksDied, rules: Rules, *, now: datetime
    ) -> None:
        """Learn of deaths, and wait as well."""
        await super().died(consumer, delivery, event, rules, now=now)
        await asyncio.sleep(MUCH_LATER_S)


if __name__ == "__main__":
    if "forgetful" in sys.argv:
        vars(wiring).update(Inbox=Forgetful, PostgresViewing=Slow)
    elif "slow" in sys.argv:
        vars(wiring).update(PostgresViewing=Slow)
    else:
        vars(sys.modules[NatsBus.__module__])["Consumer"] = Hasty
    run("refresher", wiring.wire)
