"""How much goes through: an outbox that has piled up, and handlers that do a thing once."""

import asyncio
import time
from dataclasses import replace
from uuid import uuid5

import nats

from wellspring_cli.stack import Stack
from wellspring_common.bus.port import Delivery, Subscription
from wellspring_common.clock import SystemClock
from wellspring_common.events.envelope import MESSAGE_ID, Envelope
from wellspring_common.events.links import LinksDied, LinksUpdated
from wellspring_common.events.topology import HEALTH
from wellspring_common.ids import uuid7
from wellspring_common.inbox import Inbox, PostgresGraveyard
from wellspring_common.outbox import Outbox, Relay
from wellspring_common.postgres import Database

from ._event_ground import Place, administrator, links_updated, until
from ._table import Row

PILE = 10_000
DRAIN_GOAL = 3_000
EVENTS = 6_000
REPEATED = 10
"""Every so-manieth event comes twice."""
TASKS = 8
HANDLER_GOAL = 1_500
WINDOW = 200


async def drain(stack: Stack) -> list[Row]:
    """Measure the relay on ten thousand rows, against the broker alone."""
    place, outbox, clock = Place.of(stack, "refresher"), Outbox("links"), SystemClock()
    async with place.database() as database, place.bus() as bus, administrator(stack) as admin:
        async with database.transaction() as connection:
            for number in range(PILE):
                await outbox.add(connection, links_updated(number), now=clock.now())

        async def is_empty() -> bool:
            return not await admin.fetchval("select exists(select from links.outbox where state = 'new')")

        began = time.perf_counter()
        relay = asyncio.create_task(Relay(database, bus, outbox, service="refresher").run())
        took = await until(is_empty) - began
        relay.cancel()
        await asyncio.gather(relay, return_exceptions=True)
    ours, bare = PILE / took, await _bare_publishing(place)
    return [
        Row(
            f"outbox of {PILE:,} rows published",
            f"{ours:,.0f}/s",
            f"nats-py alone, {WINDOW} at once: {bare:,.0f}/s",
            f"{ours / bare:.2f}",
            f"at least {DRAIN_GOAL:,}/s",
            ours >= DRAIN_GOAL,
        )
    ]


async def _bare_publishing(place: Place) -> float:
    client = await nats.connect(place.nats_url)
    context = client.jetstream(timeout=10)
    payload, free = links_updated(1).model_dump_json().encode(), asyncio.Semaphore(WINDOW)

    async def publish() -> None:
        async with free:
            await context.publish("ws.links.updated", payload, headers={MESSAGE_ID: str(uuid7())})

    began = time.perf_counter()
    await asyncio.gather(*(publish() for _ in range(PILE)))
    took = time.perf_counter() - began
    await client.close()
    return PILE / took


async def handler(stack: Stack) -> list[Row]:
    """Measure inbox, effect, outbox row, commit and acknowledgement, against the bare transaction."""
    place = Place.of(stack, "health")
    async with administrator(stack) as admin:
        await admin.execute(
            "create table health.bench_effects (episode_id bigint primary key, body text not null);"
            "grant all on health.bench_effects to ws_health"
        )
        # what was published before is no part of this
        await _forget(stack)
        total = await _publish(Place.of(stack, "refresher"))
        ours = total / await _handled(place, total)
        once = await admin.fetchval("select count(*) from health.bench_effects")
        told = await admin.fetchval("select count(*) from health.outbox where subject = 'links.died'")
        bare = await _bare_transactions(place)
        await admin.execute("drop table health.bench_effects")
    return [
        Row(
            f"idempotent handler, {TASKS} at once, every {REPEATED}th event twice",
            f"{ours:,.0f}/s, {once - EVENTS} effects missing, {told - EVENTS} told twice",
            f"the transaction alone in asyncpg: {bare:,.0f}/s",
            f"{ours / bare:.2f}",
            f"at least {HANDLER_GOAL:,}/s, once each",
            ours >= HANDLER_GOAL and once == told == EVENTS,
        )
    ]


async def _forget(stack: Stack) -> None:
    client = await nats.connect(stack.nats_url())
    await client.jetstream().purge_stream("WS_EVENTS")
    await client.close()


async def _publish(place: Place) -> int:
    now, total = SystemClock().now(), 0
    async with place.bus() as bus:
        for first in range(0, EVENTS, WINDOW):
            sending = []
            for number in range(first, min(first + WINDOW, EVENTS)):
                event_id = uuid7()
                envelope = Envelope(
                    event_id=event_id,
                    emitted_at=now,
                    correlation_id=event_id,
                    schema_name="links.updated/1",
                )
                for copy in range(2 if number % REPEATED == 0 else 1):
                    message_id = f"{event_id}-{copy}"
                    sending.append(bus.publish(links_updated(number), envelope, message_id=message_id))
            await asyncio.gather(*sending)
            total += len(sending)
    return total


async def _handled(place: Place, total: int) -> float:
    outbox, inbox, clock = Outbox("health"), Inbox("health"), SystemClock()
    done, whole = 0, asyncio.Event()
    async with place.database(TASKS + 2) as database, place.bus() as bus:

        async def handle(delivery: Delivery) -> None:
            nonlocal done
            event, cause = delivery.event, delivery.envelope
            assert isinstance(event, LinksUpdated)
            async with database.transaction() as connection:
                if await inbox.first_time(connection, HEALTH.name, cause.event_id):
                    await connection.execute(_EFFECT, event.episode_id, event.state)
                    died = LinksDied(
                        episode_id=event.episode_id, links=(), reason="x", checked_at=clock.now()
                    )
                    derived = uuid5(cause.event_id, "died")
                    await outbox.add(connection, died, now=clock.now(), event_id=derived, cause=cause)
            done += 1
            if done >= total:
                whole.set()

        subscription = Subscription(replace(HEALTH, working=TASKS), {LinksUpdated: handle})
        began = time.perf_counter()
        consuming = asyncio.create_task(bus.consume(subscription, PostgresGraveyard(database, inbox)))
        await asyncio.wait(
            {asyncio.create_task(whole.wait()), consuming}, return_when=asyncio.FIRST_COMPLETED
        )
        took = time.perf_counter() - began
        consuming.cancel()
        await asyncio.gather(consuming, return_exceptions=True)
    return took


_EFFECT = (
    "insert into health.bench_effects values ($1, $2) "
    "on conflict (episode_id) do update set body = excluded.body"
)
_INBOX = "insert into health.inbox (consumer, event_id) values ('bare', $1) on conflict do nothing"
_OUTBOX = "insert into health.outbox (event_id, subject, headers, payload) values ($1, 'bare', '{}', $2)"


async def _bare_transactions(place: Place) -> float:
    numbers, payload = iter(range(EVENTS // 2)), links_updated(1).model_dump_json().encode()
    async with place.database(TASKS) as database:

        async def work(database: Database) -> None:
            for number in numbers:
                async with database.transaction() as connection:
                    await connection.execute(_INBOX, uuid7())
                    await connection.execute(_EFFECT, number, "done")
                    await connection.execute(_OUTBOX, uuid7(), payload)

        began = time.perf_counter()
        await asyncio.gather(*(work(database) for _ in range(TASKS)))
        return EVENTS // 2 / (time.perf_counter() - began)
