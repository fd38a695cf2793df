"""The figures of JetStream, from a real server that comes and goes."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable

import aiohttp
import pytest
from aiohttp import web
from nats.js.api import AckPolicy, ConsumerConfig
from prometheus_client import REGISTRY

from tests.integration.common.own_nats import OwnNats
from tests.integration.common.waiting import eventually
from wellspring_common.bus.nats.connection import connected
from wellspring_common.bus.nats.monitor import JetStreamCollector


@pytest.fixture
async def session() -> AsyncGenerator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=3)) as opened:
        yield opened


def value(collector: JetStreamCollector, name: str, **labels: str) -> float | None:
    """Return the one sample of a name whose labels include these."""
    for metric in collector.collect():
        for sample in metric.samples:
            if sample.name == name and labels.items() <= sample.labels.items():
                return float(sample.value)
    return None


async def test_what_waits_is_told_by_the_exporters_names(
    own_nats: OwnNats, session: aiohttp.ClientSession
) -> None:
    collector = JetStreamCollector(f"{own_nats.monitor_url}/")
    async with connected(own_nats.url, "test") as connection:
        context = connection.client.jetstream()
        await context.add_stream(name="S", subjects=["s.*"])
        config = ConsumerConfig(durable_name="c", ack_policy=AckPolicy.EXPLICIT, ack_wait=0.2)
        await context.add_consumer("S", config)
        for _ in range(5):
            await context.publish("s.one", b"x" * 100)
        pull = await context.pull_subscribe_bind(durable="c", stream="S")
        first = await pull.fetch(2, timeout=2)

        async def asked() -> float | None:
            await collector.look(session)
            return value(collector, "nats_consumer_num_ack_pending", consumer_name="c")

        await eventually(asked, lambda pending: pending == 2)
        one = {"stream_name": "S", "consumer_name": "c", "is_consumer_leader": "true", "account": "$G"}
        assert value(collector, "nats_consumer_num_pending", **one) == 3
        assert value(collector, "nats_stream_total_messages", stream_name="S") == 5
        assert (value(collector, "nats_stream_total_bytes", stream_name="S") or 0) > 500
        again = await pull.fetch(2, timeout=2)  # after the wait for their acknowledgement they come again
        assert {each.metadata.sequence.stream for each in again} <= {1, 2, 3, 4}

        async def redelivered() -> float | None:
            messages = await pull.fetch(1, timeout=2)
            await collector.look(session)
            return value(collector, "nats_consumer_num_redelivered", **one) if messages else None

        await eventually(redelivered, bool)
        assert len(first) == 2
    assert value(collector, "wellspring_nats_monitor_up") == 1


async def test_a_server_that_is_away_is_told_as_such_and_comes_back(
    own_nats: OwnNats, session: aiohttp.ClientSession
) -> None:
    collector = JetStreamCollector(own_nats.monitor_url)
    assert value(collector, "wellspring_nats_monitor_up") == 0, "nobody has asked yet"
    async with connected(own_nats.url, "test") as connection:
        await connection.client.jetstream().add_stream(name="S", subjects=["s.*"])
    await collector.look(session)
    assert value(collector, "nats_stream_total_messages", stream_name="S") == 0
    await own_nats.kill()
    await collector.look(session)
    assert value(collector, "wellspring_nats_monitor_up") == 0
    assert value(collector, "nats_stream_total_messages", stream_name="S") is None, "no stale figure"
    await own_nats.start()
    await collector.look(session)
    assert value(collector, "wellspring_nats_monitor_up") == 1


@pytest.mark.parametrize(
    "answer", [b"not json", b"[]", json.dumps({"server_name": "x", "account_details": [1]}).encode(), b"{}"]
)
async def test_an_answer_that_makes_no_sense_is_no_crash(
    answer: bytes, session: aiohttp.ClientSession, free_port: Callable[[], int]
) -> None:
    async def say(_: web.Request) -> web.Response:
        return web.Response(body=answer)

    app = web.Application()
    app.add_routes([web.get("/{any}", say)])
    runner, port = web.AppRunner(app), free_port()
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        collector = JetStreamCollector(f"http://127.0.0.1:{port}")
        await collector.look(session)
        assert value(collector, "wellspring_nats_monitor_up") == 0
    finally:
        await runner.cleanup()


async def test_it_is_served_while_it_runs_and_not_after(own_nats: OwnNats) -> None:
    task = asyncio.create_task(JetStreamCollector(own_nats.monitor_url, every_s=0.05).run())

    async def served() -> float | None:
        return REGISTRY.get_sample_value("wellspring_nats_monitor_up")

    await eventually(served, lambda up: up == 1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert await served() is None
