"""What an idempotent handler is measured by: ours, and its transaction alone in asyncpg."""

import asyncio
import time
from dataclasses import replace
from uuid import uuid5

import asyncpg

from wellspring_common.bus.port import Delivery, Subscription
from wellspring_common.clock import SystemClock
from wellspring_common.events.links import LinksDied, LinksUpdated
from wellspring_common.events.topology import HEALTH
from wellspring_common.ids import uuid7
from wellspring_common.inbox import Inbox, PostgresGraveyard
from wellspring_common.outbox import Outbox

from ._event_ground import Place, links_updated

TASKS = 8

_EFFECT = (
    "insert into health.bench_effects values ($1, $2) "
    "on conflict (episode_id) do update set body = excluded.body"
)
_INBOX = "insert into health.inbox (consumer, event_id) values ('bare', $1) on conflict do nothing"
_OUTBOX = "insert into health.outbox (event_id, subject, headers, payload) values ($1, 'bare', '{}', $2)"


async def handled(place: Place, total: int) -> float:
    """Handle so many events, some of which come twice, and return how long that took."""
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
        waiting = asyncio.create_task(whole.wait())
        await asyncio.wait({waiting, consuming}, return_when=asyncio.FIRST_COMPLETED)
        took = time.perf_counter() - began
        consuming.cancel()
        await asyncio.gather(consuming, return_exceptions=True)
    return took


async def bare(place: Place, total: int) -> float:
    """Run so many transactions of the same three rows, without broker, events or classes of ours."""
    numbers, payload = iter(range(total)), links_updated(1).model_dump_json().encode()
    async with asyncpg.create_pool(place.database_url, min_size=TASKS, max_size=TASKS) as pool:

        async def work() -> None:
            for number in numbers:
                async with pool.acquire() as connection, connection.transaction():
                    await connection.execute(_INBOX, uuid7())
                    await connection.execute(_EFFECT, number, "done")
                    await connection.execute(_OUTBOX, uuid7(), payload)

        began = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(TASKS)))
        return time.perf_counter() - began
