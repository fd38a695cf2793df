"""How long from a commit to the handler: outbox, relay, durable broker and consumer, each in its process."""

import asyncio
import time

from wellspring_cli.stack import Stack
from wellspring_common.clock import SystemClock
from wellspring_common.outbox import Outbox

from ._event_ground import Place, administrator, links_updated, part, percentiles, said
from ._table import Row

RATE = 300
SECONDS = 10
POLLED_SECONDS = 4
P50_MS = 2.0
P99_MS = 10.0
WARM = 300


async def latency(stack: Stack) -> list[Row]:
    """Measure with the notification and, as the baseline, with the poll alone."""
    ours = await _measured(stack, RATE * SECONDS, first=1)
    async with administrator(stack) as admin:
        await admin.execute("alter table links.outbox disable trigger user")
        polled = await _measured(stack, RATE * POLLED_SECONDS, first=1_000_000)
        await admin.execute("alter table links.outbox enable trigger user")
    return [
        Row(
            f"commit to consumer at {RATE}/s, {name}",
            f"{mine:.1f} ms",
            f"poll of 250 ms, no LISTEN: {theirs:.0f} ms",
            f"{mine / theirs:.3f}",
            f"at most {goal:g} ms",
            mine <= goal,
        )
        for name, mine, theirs, goal in (
            ("median", ours[0], polled[0], P50_MS),
            ("99th percentile", ours[1], polled[1], P99_MS),
        )
    ]


async def _measured(stack: Stack, count: int, first: int) -> tuple[float, float]:
    writer = Place.of(stack, "refresher")
    committed: dict[int, float] = {}
    async with (
        part("relay", writer, schema="links"),
        part("listener", Place.of(stack, "health"), count=count + WARM) as listener,
        writer.database() as database,
    ):
        outbox, clock = Outbox("links"), SystemClock()

        async def commit(number: int) -> None:
            async with database.transaction() as connection:
                await outbox.add(connection, links_updated(number), now=clock.now())
            committed[number] = time.time()

        began, writing = time.perf_counter(), []
        for turn in range(count + WARM):
            await asyncio.sleep(max(began + turn / RATE - time.perf_counter(), 0))
            writing.append(asyncio.create_task(commit(first + turn)))
        await asyncio.gather(*writing)
        arrived = dict(await said(listener, "arrived"))
    taken = [arrived[number] - at for number, at in committed.items() if number >= first + WARM]
    return percentiles(taken)
