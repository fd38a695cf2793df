"""How long from a commit to the handler: outbox, relay, durable broker and consumer, each in its process."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from statistics import median

import asyncpg
import nats

from wellspring_cli.stack import Stack
from wellspring_common.clock import SystemClock
from wellspring_common.outbox import Outbox

from ._event_ground import Place, administrator, forget_events, links_updated, part, percentiles, said
from ._table import Row

RATE = 300
ROUNDS = 3
SECONDS = 5
BASELINE_SECONDS = 2
P50_MS = 2.0
P99_MS = 10.0
WARM = 300
WRITERS = 8
"""Commits at once: as many as a pool has connections."""

Commit = Callable[[int], Awaitable[float]]
"""Commits something about a number and returns when that was done."""


async def latency(stack: Stack) -> list[Row]:
    """Measure with the notification, in turn with the poll alone and with nats-py alone."""
    ours, polled, plain = [], [], []
    async with administrator(stack) as admin:
        for _ in range(ROUNDS):
            ours.append(await _through_outbox(stack, SECONDS))
            plain.append(await _straight(stack))
            await admin.execute("alter table links.outbox disable trigger user")
            polled.append(await _through_outbox(stack, BASELINE_SECONDS))
            await admin.execute("alter table links.outbox enable trigger user")
    rows = []
    for place, (name, goal) in enumerate((("median", P50_MS), ("99th percentile", P99_MS))):
        mine, others, polls = ([each[place] for each in rounds] for rounds in (ours, plain, polled))
        taken, straight, slow = median(mine), median(others), median(polls)
        rows.append(
            Row(
                f"commit to consumer at {RATE}/s, {name}, median of {ROUNDS}",
                f"{taken:.1f} ms ({min(mine):.1f} to {max(mine):.1f})",
                f"commit, then plain nats-py: {straight:.1f} ms; poll of 250 ms: {slow:.0f} ms",
                f"{taken / straight:.2f}; {taken / slow:.3f}",
                f"at most {goal:g} ms",
                taken <= goal,
            )
        )
    return rows


async def _through_outbox(stack: Stack, seconds: int) -> tuple[float, float]:
    await forget_events(stack)
    place, count = Place.of(stack, "refresher"), RATE * seconds + WARM
    outbox, clock = Outbox("links"), SystemClock()
    async with (
        part("relay", place, schema="links"),
        part("listener", Place.of(stack, "health"), count=count) as listener,
        place.database(WRITERS) as database,
    ):

        async def commit(number: int) -> float:
            async with database.transaction() as connection:
                await outbox.add(connection, links_updated(number), now=clock.now())
            return time.time()

        return await _measured(count, commit, listener)


async def _straight(stack: Stack) -> tuple[float, float]:
    """Commit a row, then publish: a process killed in between has told nobody."""
    await forget_events(stack)
    place, count = Place.of_nobody(stack), RATE * BASELINE_SECONDS + WARM
    async with (
        part("plain_listener", place, count=count) as listener,
        asyncpg.create_pool(place.database_url, min_size=WRITERS, max_size=WRITERS) as pool,
        await nats.connect(place.nats_url) as client,
    ):
        await pool.execute("create table public.bench_plain (number bigint)")
        context = client.jetstream()

        async def commit(number: int) -> float:
            await pool.execute("insert into public.bench_plain values ($1)", number)
            committed = time.time()
            await context.publish("ws.links.updated", links_updated(number).model_dump_json().encode())
            return committed

        try:
            return await _measured(count, commit, listener)
        finally:
            await pool.execute("drop table public.bench_plain")


async def _measured(count: int, commit: Commit, listener: asyncio.subprocess.Process) -> tuple[float, float]:
    """Commit at the rate, and return the percentiles of the time from each commit to its handler."""

    async def note(number: int) -> None:
        async with writer:
            committed[number] = await commit(number)

    committed: dict[int, float] = {}
    writer = asyncio.Semaphore(WRITERS)
    began, writing = time.perf_counter(), []
    for number in range(count):
        await asyncio.sleep(max(began + number / RATE - time.perf_counter(), 0))
        writing.append(asyncio.create_task(note(number)))
    await asyncio.gather(*writing)
    arrived = dict(await said(listener, "arrived"))
    return percentiles([arrived[number] - at for number, at in committed.items() if number >= WARM])
