"""Servers that are away or full for a while: nothing is lost, nothing buried, no budget touched."""

import asyncio
import os
import random
import signal
from collections.abc import Callable

import pytest

from tests.chaos.ledger import reading, streams
from tests.chaos.load import Load, Pace
from tests.chaos.truth import SCHEMAS, Mark, mark
from tests.chaos.weather import weathered
from tests.support.gateway import eventually
from tests.support.running import Running
from wellspring_cli.process import State
from wellspring_cli.stack import DEFAULT_PREFIX
from wellspring_common.bus.nats.topology_config import stream_config
from wellspring_common.events.topology import EVENTS

pytestmark = [pytest.mark.chaos, pytest.mark.long, pytest.mark.asyncio(loop_scope="session")]

AWAY_S = {"postgres": 60.0, "nats": float(os.environ.get("WELLSPRING_CHAOS_AWAY_S", "120"))}
WISHES = 240
"""What is asked for meanwhile, however long that is: all of it waits to be done at the end."""
FULL_S = 15.0
EXIT_S = 10.0
SERVICES = ("gateway", "scraper", "refresher", "health", "uploader")
ROUNDS = 2

Tell = Callable[[object], None]


def loaded(running: Running, name: str, away_s: float = 120.0) -> Load:
    return Load(
        running,
        name,
        random.Random(7),
        Pace(wish_s=max(0.5, away_s / WISHES), play_s=0.1 * max(1, away_s / 120)),
    )


async def spent(running: Running, since: Mark) -> int:
    """Return how many tries were counted against budgets."""
    async with reading(running.stack) as connection:
        return sum(
            [
                await connection.fetchval(
                    f"select count(*) from {schema}.attempts where updated_at >= $1 and failures > 0",
                    since.at,
                )
                for schema in SCHEMAS
            ]
        )


async def stuck(running: Running) -> int:
    """Return how many rows no relay will publish any more."""
    async with reading(running.stack) as connection:
        return sum(
            [
                await connection.fetchval(f"select count(*) from {schema}.outbox where state = 'stuck'")
                for schema in SCHEMAS
            ]
        )


@pytest.mark.parametrize("server", ["postgres", "nats"])
async def test_a_server_that_is_away_for_a_minute_costs_nothing_but_time(
    running: Running, tell: Tell, server: str
) -> None:
    load, stack = loaded(running, f"Without {server}", AWAY_S[server]), running.stack
    since = await mark(stack)
    accepted: list[int] = []

    async def away() -> int:
        await asyncio.sleep(5)
        await stack.stop(server)
        accepted.append(load.accepted)
        await asyncio.sleep(AWAY_S[server])
        accepted.append(load.accepted)
        stack.start(server)
        await stack.wait_ready(server)
        await asyncio.sleep(3)
        return 0

    claim = await weathered(load, away, tell)
    assert claim.committed > 0
    assert (await spent(running, since), await stuck(running)) == (0, 0)
    if server == "nats":
        assert accepted[1] - accepted[0] > 10, "the gateway accepts what the outbox can hold"


async def test_a_full_broker_holds_everything_up_and_loses_nothing(running: Running, tell: Tell) -> None:
    load, since = loaded(running, "A Full Broker"), await mark(running.stack)
    whole = stream_config(EVENTS, DEFAULT_PREFIX)
    seen: list[int] = []

    async def full() -> int:
        await asyncio.sleep(3)
        async with streams(running.stack) as context:
            assert whole.name is not None
            state = (await context.stream_info(whole.name)).state
            await context.update_stream(whole.evolve(max_bytes=state.bytes + 1))
            seen.append((await context.stream_info(whole.name)).state.last_seq)
            await asyncio.sleep(FULL_S)
            seen.append((await context.stream_info(whole.name)).state.last_seq)
            await context.update_stream(whole)
        return 0

    await weathered(load, full, tell)
    assert seen[1] - seen[0] <= 1, "the broker was full"
    assert (await spent(running, since), await stuck(running)) == (0, 0)


async def left(running: Running, name: str) -> tuple[float, str]:
    """Ask a service to end, and return how long it took and how it went."""
    process = running.stack.supervisor.processes[name]
    pid, loop = process.pid, asyncio.get_running_loop()
    assert pid is not None
    began = loop.time()
    os.kill(pid, signal.SIGTERM)
    await eventually(lambda: asyncio.sleep(0, process.pid != pid), bool, patience_s=30)
    took = loop.time() - began
    await eventually(lambda: asyncio.sleep(0, process.state is State.READY), bool)
    return took, name


async def test_every_service_may_be_asked_to_end_in_turn_under_load(running: Running, tell: Tell) -> None:
    load = loaded(running, "Rolling")
    ends: list[tuple[float, str]] = []

    async def rolling() -> int:
        for _ in range(ROUNDS):
            for name in SERVICES:
                ends.append(await left(running, name))
                await asyncio.sleep(1)
        return 0

    claim = await weathered(load, rolling, tell)
    assert max(ends) <= (EXIT_S, ""), ends
    assert claim.redelivered < 0.01 * claim.committed
