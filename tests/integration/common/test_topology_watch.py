"""What somebody changes by hand while services run is noticed, told by name, and mended by one command."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress

import pytest
from nats.js import JetStreamContext

from tests.integration.common.own_nats import OwnNats
from tests.integration.common.waiting import eventually
from wellspring_cli.embedded.nats import Nats
from wellspring_common import metrics
from wellspring_common.bus.nats import topology as nats_topology
from wellspring_common.bus.nats.connection import connected
from wellspring_common.bus.nats.topology import (
    TopologyDrift,
    TopologyMissing,
    TopologyTooLarge,
    TopologyWatch,
    differs,
    ensure,
)


@pytest.fixture
async def streams(nats_server: Nats, topology: str) -> AsyncGenerator[JetStreamContext]:
    async with connected(nats_server.url(), "test") as connection:
        yield connection.client.jetstream()


@pytest.fixture
async def watch(
    streams: JetStreamContext, topology: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[TopologyWatch]:
    monkeypatch.setattr(nats_topology, "WATCH_S", 0.05)
    found = TopologyWatch(streams, "refresher", topology)
    task = asyncio.create_task(found.run())
    yield found
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def is_ok() -> bool:
    return bool(metrics.TOPOLOGY_OK.labels("refresher")._value.get() == 1)


async def names(nats_server: Nats, prefix: str) -> list[str]:
    return [
        f"{each.state} {each.what} {each.name}" for each in await differs(nats_server.url(), prefix=prefix)
    ]


async def test_a_consumer_that_was_deleted_is_noticed_and_made_again(
    nats_server: Nats, streams: JetStreamContext, topology: str, watch: TopologyWatch
) -> None:
    name = f"{topology.upper()}_EVENTS"
    await watch.ping()
    await streams.delete_consumer(name, "refresher")
    await eventually(is_ok, lambda found: not found)
    with pytest.raises(TopologyMissing, match=f"no consumer {name}/refresher: run"):
        await watch.ping()
    assert await names(nats_server, topology) == [f"missing consumer {name}/refresher"]
    assert await ensure(nats_server.url(), prefix=topology, mend=True) == [f"made consumer {name}/refresher"]
    await eventually(is_ok, bool)
    await watch.ping()
    assert await names(nats_server, topology) == []


async def test_a_limit_that_was_changed_is_noticed_and_mended(
    nats_server: Nats, streams: JetStreamContext, topology: str, watch: TopologyWatch
) -> None:
    config = (await streams.stream_info(f"{topology.upper()}_EVENTS")).config
    config.max_bytes = 1000
    await streams.update_stream(config)
    await eventually(is_ok, lambda found: not found)
    with pytest.raises(TopologyDrift, match="the server has 1000"):
        await watch.ping()
    await ensure(nats_server.url(), prefix=topology, mend=True)
    await eventually(is_ok, bool)


async def test_what_another_service_needs_is_not_this_ones_trouble(
    streams: JetStreamContext, topology: str, watch: TopologyWatch
) -> None:
    await streams.delete_consumer(f"{topology.upper()}_EVENTS", "health")
    await streams.delete_consumer(f"{topology.upper()}_EVENTS", "refresher")
    await eventually(is_ok, lambda found: not found)
    with pytest.raises(TopologyMissing) as caught:
        await watch.ping()
    assert "/health" not in caught.value.message


async def test_a_bucket_that_was_changed_is_noticed(
    nats_server: Nats, streams: JetStreamContext, topology: str
) -> None:
    name = f"KV_{topology.upper()}_settings"
    config = (await streams.stream_info(name)).config
    config.max_bytes = 1000
    await streams.update_stream(config)
    assert await names(nats_server, topology) == [f"differs bucket {topology.upper()}_settings"]
    await ensure(nats_server.url(), prefix=topology, mend=True)
    assert (await streams.stream_info(name)).config.max_bytes == 4 * 1024 * 1024


async def test_consumers_that_nobody_declares_go_and_streams_stay(
    nats_server: Nats, streams: JetStreamContext, topology: str
) -> None:
    events, other = f"{topology.upper()}_EVENTS", f"{topology.upper()}_OTHER"
    await streams.add_stream(name=other, subjects=[f"{topology}.other"])
    await streams.pull_subscribe(f"{topology}.links.died", durable="forgotten", stream=events)
    found = {f"surplus consumer {events}/forgotten", f"surplus stream {other}"}
    assert set(await names(nats_server, topology)) == found
    done = await ensure(nats_server.url(), prefix=topology, mend=True)
    assert done == [f"removed consumer {events}/forgotten"]
    assert await names(nats_server, topology) == [f"surplus stream {other}"]


async def test_a_server_without_room_is_told_in_words(
    own_nats: OwnNats, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WELLSPRING_NATS_EVENTS_MIB", str(1024**3))
    with pytest.raises(TopologyTooLarge, match="MiB together, and NATS may not store as much"):
        await ensure(own_nats.url, prefix="ws")


async def test_a_size_that_an_operator_set_is_what_the_server_gets(
    nats_server: Nats, prefix: str, monkeypatch: pytest.MonkeyPatch, topology: str, streams: JetStreamContext
) -> None:
    monkeypatch.setenv("WELLSPRING_NATS_EVENTS_MIB", "300")
    monkeypatch.setenv("WELLSPRING_NATS_EVENTS_DAYS", "5")
    with pytest.raises(TopologyDrift, match="max_bytes"):
        await ensure(nats_server.url(), prefix=prefix)
    await ensure(nats_server.url(), prefix=prefix, mend=True)
    config = (await streams.stream_info(f"{topology.upper()}_EVENTS")).config
    assert (config.max_bytes, config.max_age) == (300 * 1024 * 1024, 5 * 86400)


async def test_a_look_that_fails_is_not_the_last_one(
    streams: JetStreamContext, topology: str, watch: TopologyWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = asyncio.Event()

    async def fails(*_: object) -> None:
        failed.set()
        raise ValueError("no answer that anybody understands")

    with monkeypatch.context() as patched:
        patched.setattr(nats_topology, "check", fails)
        await asyncio.wait_for(failed.wait(), 5)
    await streams.delete_consumer(f"{topology.upper()}_EVENTS", "refresher")
    await eventually(is_ok, lambda found: not found)
