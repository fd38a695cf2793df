"""How soon a killed consumer is replaced, and how soon and how well services end when they are asked to."""

import asyncio
import os
import signal
import time
from pathlib import Path

from wellspring_cli.stack import Stack
from wellspring_common.clock import SystemClock
from wellspring_common.events.envelope import Envelope
from wellspring_common.events.scrape import Lane, ScrapeRequested
from wellspring_common.ids import uuid7
from wellspring_common.outbox import Outbox

from ._event_ground import Place, administrator, links_updated, part, said, until
from ._table import Row

BACK_S = 25.0
EXIT_S = 10.0
RATE = 200
ROUNDS = 2


async def killed(stack: Stack) -> list[Row]:
    """Kill a process that holds a message, start another, and see when the message is back at work."""
    held = await asyncio.gather(
        _back_after(stack, "scraper", "scraper_interactive"), _back_after(stack, "health", "health")
    )
    return [
        Row(
            f"{name} killed with a message in hand: at work again",
            f"{taken:.1f} s",
            "-",
            "-",
            f"at most {BACK_S:g} s",
            taken <= BACK_S,
        )
        for name, taken in zip(("scraper", "health"), held, strict=True)
    ]


async def _back_after(stack: Stack, service: str, consumer: str) -> float:
    place = Place.of(stack, service)
    async with part("holder", place, consumer=consumer, holds=True) as first:
        await _one_message(stack, service)
        await said(first, "taken")
        died_at = time.time()
        first.kill()
        await first.wait()
    async with part("holder", place, consumer=consumer, holds=False) as second:
        taken: float = await said(second, "taken")
        return taken - died_at


async def _one_message(stack: Stack, service: str) -> None:
    now, event_id = SystemClock().now(), uuid7()
    event = (
        ScrapeRequested(
            job_id=event_id, episode_id=1, lane=Lane.INTERACTIVE, reason="bench", requested_at=now, sources=()
        )
        if service == "scraper"
        else links_updated(1)
    )
    envelope = Envelope(
        event_id=event_id,
        emitted_at=now,
        correlation_id=event_id,
        schema_name=f"{event.subject}/{event.version}",
    )
    async with Place.of(stack, "gateway" if service == "scraper" else "refresher").bus() as bus:
        await bus.publish(event, envelope)


async def asked_to_end(stack: Stack) -> list[Row]:
    """End real services under load again and again, and count what got lost on the way."""
    place, outbox, clock = Place.of(stack, "refresher"), Outbox("links"), SystemClock()
    committed, stop = 0, asyncio.Event()
    async with place.database() as database, administrator(stack) as admin:
        await stack.wait_ready("refresher", "health")

        async def write() -> None:
            nonlocal committed
            while not stop.is_set():
                async with database.transaction() as connection:
                    await outbox.add(connection, links_updated(10_000_000 + committed), now=clock.now())
                committed += 1
                await asyncio.sleep(1 / RATE)

        before = await admin.fetchval(_HANDLED)
        writing, took = asyncio.create_task(write()), []
        for name in stack.plan.services * ROUNDS:
            took.append((await _ended(stack, name), name))
            await stack.wait_ready(*stack.plan.services)
        stop.set()
        await writing

        async def is_handled() -> bool:
            return bool(await admin.fetchval(_HANDLED) - before >= committed)

        try:
            await until(is_handled, every_s=0.2)
        finally:
            lost = committed - (await admin.fetchval(_HANDLED) - before)
        buried = await admin.fetchval("select count(*) from health.dead_letters")
    slowest, name = max(took)
    return [
        Row(
            f"SIGTERM to exit, slowest of {len(took)} under {RATE} events/s",
            f"{slowest:.1f} s ({name}), {lost} lost of {committed:,}, {buried} dead letters",
            "-",
            "-",
            f"at most {EXIT_S:g} s, none lost",
            slowest <= EXIT_S and lost == 0 and buried == 0,
        )
    ]


_HANDLED = "select count(*) from health.inbox where consumer = 'health'"


async def _ended(stack: Stack, name: str) -> float:
    pid = stack.pids[name]
    began = time.perf_counter()
    os.kill(pid, signal.SIGTERM)

    async def is_gone() -> bool:
        return not Path(f"/proc/{pid}").exists()

    return await until(is_gone) - began
