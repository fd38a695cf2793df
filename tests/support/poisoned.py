"""A consumer that one event kills, as a process: its arguments are those of `main`."""

import asyncio
import os
import sys
from pathlib import Path

from tests.support.poisoning import KILLED, PACE, POISON
from wellspring_common.bus.nats.bus import NatsBus
from wellspring_common.bus.nats.connection import connected
from wellspring_common.bus.port import Delivery, Subscription
from wellspring_common.events.scrape import ScrapeStarted
from wellspring_common.events.topology import REFRESHER
from wellspring_common.inbox import Inbox, PostgresGraveyard
from wellspring_common.postgres import Database, open_database
from wellspring_common.settings import PostgresSettings

SCHEMA = "links"


class Forgetful(PostgresGraveyard):
    """What the rule is there for: nobody remembers runs that never ended."""

    async def unended(self, consumer: str, delivery: Delivery) -> int:
        """Know of none."""
        return 0


class Effects:
    """Handles each event in half a moment, and does not survive one of them."""

    def __init__(self, database: Database, inbox: Inbox, log: Path) -> None:
        self._database = database
        self._inbox = inbox
        self._log = log
        self._at_work = 0

    async def handle(self, delivery: Delivery) -> None:
        """Store the effect, once."""
        assert isinstance(delivery.event, ScrapeStarted)
        self._at_work += 1
        try:
            await asyncio.sleep(0.1)
            if delivery.event.episode_id == POISON:
                with self._log.open("a", encoding="utf-8") as log:
                    log.write(f"{self._at_work}\n")
                os._exit(KILLED)
            await asyncio.sleep(0.1)
            async with self._database.transaction() as connection:
                if await self._inbox.first_time(connection, REFRESHER.name, delivery.envelope.event_id):
                    await connection.execute(
                        "insert into public.effects values ($1)", delivery.event.episode_id
                    )
        finally:
            self._at_work -= 1


async def main(nats: str, prefix: str, postgres: str, log: str, rule: str) -> None:
    """Consume until killed."""
    async with (
        connected(nats, "poisoned") as connection,
        open_database(PostgresSettings(database_url=postgres), service="refresher") as database,
    ):
        bus = NatsBus(connection, prefix=prefix, service="refresher", pace=PACE)
        inbox = Inbox(SCHEMA)
        graveyard = PostgresGraveyard(database, inbox) if rule == "on" else Forgetful(database, inbox)
        effects = Effects(database, inbox, Path(log))
        await bus.consume(Subscription(REFRESHER, {ScrapeStarted: effects.handle}), graveyard)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
