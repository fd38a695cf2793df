"""How much goes through: an outbox that has piled up, and handlers that do a thing once."""

import asyncio
import time
from statistics import median

import nats

from wellspring_cli.stack import Stack
from wellspring_common.clock import SystemClock
from wellspring_common.events.envelope import MESSAGE_ID, Envelope
from wellspring_common.ids import uuid7
from wellspring_common.outbox import Outbox

from ._event_ground import Place, administrator, forget_events, links_updated, part, said, until
from ._event_handlers import TASKS
from ._table import Row

ROUNDS = 3
PILE = 5_000
DRAIN_GOAL = 3_000
EVENTS = 4_000
REPEATED = 10
"""Every so-manieth event comes twice."""
HANDLER_GOAL = 1_500
WINDOW = 200


async def drain(stack: Stack) -> list[Row]:
    """Measure the relay on a pile of rows, in turn with the broker alone."""
    place = Place.of(stack, "refresher")
    ours, bare = [], []
    for _ in range(ROUNDS):
        await _pile_up(place)
        ours.append(PILE / await _drained(stack, place))
        bare.append(PILE / await _bare_publishing(place))
    mine, theirs = median(ours), median(bare)
    return [
        Row(
            f"outbox of {PILE:,} rows published, median of {ROUNDS}",
            f"{mine:,.0f}/s ({min(ours):,.0f} to {max(ours):,.0f})",
            f"nats-py alone, {WINDOW} at once: {theirs:,.0f}/s",
            f"{mine / theirs:.2f}",
            f"at least {DRAIN_GOAL:,}/s",
            mine >= DRAIN_GOAL,
        )
    ]


async def _pile_up(place: Place) -> None:
    outbox, clock = Outbox("links"), SystemClock()
    async with place.database() as database, database.transaction() as connection:
        for number in range(PILE):
            await outbox.add(connection, links_updated(number), now=clock.now())


async def _drained(stack: Stack, place: Place) -> float:
    async with administrator(stack) as admin:

        async def is_empty() -> bool:
            return not await admin.fetchval("select exists(select from links.outbox where state = 'new')")

        async with part("relay", place, schema="links"):
            began = time.perf_counter()
            return await until(is_empty) - began


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
    return took


async def handler(stack: Stack) -> list[Row]:
    """Measure inbox, effect, outbox row, commit and acknowledgement, in turn with the bare transaction."""
    place = Place.of(stack, "health")
    ours, bare, missing, twice = [], [], 0, 0
    async with administrator(stack) as admin:
        await admin.execute(
            "create table health.bench_effects (episode_id bigint primary key, body text not null);"
            "grant all on health.bench_effects to ws_health"
        )
        for _ in range(ROUNDS):
            # what was published before is no part of this
            await forget_events(stack)
            await admin.execute("truncate health.bench_effects; delete from health.outbox")
            total = await _publish(Place.of(stack, "refresher"))
            async with part("handler", place, total=total) as process:
                ours.append(total / await said(process, "took"))
            missing += EVENTS - await admin.fetchval("select count(*) from health.bench_effects")
            twice += await admin.fetchval("select count(*) from health.outbox") - EVENTS
            async with part("bare", place, total=EVENTS) as process:
                bare.append(EVENTS / await said(process, "took"))
        await admin.execute("drop table health.bench_effects; delete from health.outbox")
    mine, theirs = median(ours), median(bare)
    return [
        Row(
            f"idempotent handler, {TASKS} at once, every {REPEATED}th event twice, median of {ROUNDS}",
            f"{mine:,.0f}/s ({min(ours):,.0f} to {max(ours):,.0f}), {missing} effects missing, {twice} twice",
            f"its transaction alone in asyncpg: {theirs:,.0f}/s",
            f"{mine / theirs:.2f}",
            f"at least {HANDLER_GOAL:,}/s, once each",
            mine >= HANDLER_GOAL and missing == twice == 0,
        )
    ]


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
