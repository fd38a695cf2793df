"""A small service around the real outbox, relay, inbox and consumer, with one part broken if asked for.

`produce` commits numbers and prints each one after its commit, `relay` only publishes what is left, and
`consume` stores the effect of each. `how` is `well`, `dual` (commit, then publish, no outbox), `hasty`
(acknowledge first), `forgetful` (no inbox), `sick` (gives up on some numbers while it is sick) or
`sick,forgetful`. Asked to end, all but the hasty one do it as a service does.
"""

import asyncio
import signal
import sys
from contextlib import suppress
from dataclasses import replace
from uuid import UUID

from nats.aio.msg import Msg

from wellspring_common.bus.nats import consumer as consumer_module
from wellspring_common.bus.nats.bus import NatsBus, open_bus
from wellspring_common.bus.port import Delivery, Subscription
from wellspring_common.clock import SystemClock
from wellspring_common.errors import Permanent, WellspringError
from wellspring_common.events.envelope import Envelope
from wellspring_common.events.playback import PlaybackFailed, PlaybackFault
from wellspring_common.events.topology import HEALTH_REPORTS
from wellspring_common.ids import uuid7
from wellspring_common.inbox import Inbox, PostgresGraveyard
from wellspring_common.outbox import Outbox, Relay
from wellspring_common.postgres import Connection, Database, open_database
from wellspring_common.settings import NatsSettings, PostgresSettings

SCHEMA = "health"
SERVICE = "health"
CONSUMER = replace(HEALTH_REPORTS, name="chaos", ack_wait_s=2)
"""Its own, so that what was in hand at a kill comes again soon."""
PAUSE_S = 0.02
EVERY_S = 0.012
SICK_OF = 7


def numbered(number: int) -> PlaybackFailed:
    """Return an event that carries a number."""
    return PlaybackFailed(
        play_id=UUID(int=number),
        episode_id=1,
        link_id=number,
        generation=1,
        server="fsl",
        quality=480,
        position_s=0,
        first_try=True,
        reason=PlaybackFault.NETWORK,
    )


async def publish(database: Database, bus: NatsBus, how: str) -> None:
    """Publish what the outbox holds."""
    await Relay(database, bus, Outbox(SCHEMA), service=SERVICE).run()


async def produce(database: Database, bus: NatsBus, how: str) -> None:
    """Commit one number after the other."""
    outbox = Outbox(SCHEMA)
    relay = asyncio.create_task(publish(database, bus, how))
    while not relay.done():
        with suppress(WellspringError):
            number = await _committed(database, outbox, how)
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()
            if how == "dual":
                await asyncio.sleep(PAUSE_S)
                await bus.publish(numbered(number), _envelope())
        await asyncio.sleep(EVERY_S)
    await relay


async def _committed(database: Database, outbox: Outbox, how: str) -> int:
    async with database.transaction() as connection:
        number = int(await connection.fetchval("insert into public.promises default values returning id"))
        if how != "dual":
            await outbox.add(connection, numbered(number), now=SystemClock().now())
    return number


def _envelope() -> Envelope:
    identity = uuid7()
    return Envelope(
        event_id=identity,
        emitted_at=SystemClock().now(),
        correlation_id=identity,
        cause_id=None,
        traceparent=None,
        schema_name=f"{PlaybackFailed.subject}/{PlaybackFailed.version}",
    )


class Hasty(consumer_module.Consumer):
    """Acknowledges what it has not done."""

    async def _handle(self, message: Msg) -> None:
        await message.ack()
        await self._handling.handle(self._arrived(message))


async def _is_well(connection: Connection) -> None:
    if await connection.fetchval("select exists (select from public.sickness)"):
        raise Permanent("Not as long as it is sick.", code="sick")


async def consume(database: Database, bus: NatsBus, how: str) -> None:
    """Store the effect of each event, once unless the inbox is left out."""
    inbox = Inbox(SCHEMA)

    async def on_event(delivery: Delivery) -> None:
        event = delivery.event
        assert isinstance(event, PlaybackFailed)
        await asyncio.sleep(PAUSE_S)
        async with database.transaction() as connection:
            if "sick" in how and event.link_id % SICK_OF == 0:
                await _is_well(connection)
            if "forgetful" in how or await inbox.first_time(
                connection, CONSUMER.name, delivery.envelope.event_id
            ):
                await connection.execute("insert into public.effects values ($1)", event.link_id)
        await asyncio.sleep(PAUSE_S)

    if how == "hasty":
        vars(sys.modules[NatsBus.__module__])["Consumer"] = Hasty
    await bus.consume(Subscription(CONSUMER, {PlaybackFailed: on_event}), PostgresGraveyard(database, inbox))


ROLES = {"produce": produce, "relay": publish, "consume": consume}


async def main(role: str, how: str) -> None:
    """Work until killed or asked to end."""
    async with (
        open_database(PostgresSettings(), service=SERVICE) as database,
        open_bus(NatsSettings(), service=SERVICE) as bus,
    ):
        work = asyncio.create_task(ROLES[role](database, bus, how))
        if how != "hasty":
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, work.cancel)
        with suppress(asyncio.CancelledError):
            await work


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
