"""Traps of configuration: what nats-py ignores, resets or does not read, and what quietly loses events."""

import json
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from nats.aio.client import Client

from tests.integration.common.own_nats import OwnNats
from wellspring_common.bus.nats.connection import Connection, connected
from wellspring_common.bus.nats.topology import TopologyDrift, check, ensure
from wellspring_common.events.topology import CONSUMERS, STREAMS

REFUSED = "wellspring topology apply"


@pytest.fixture
async def connection(server: OwnNats) -> AsyncGenerator[Connection]:
    async with connected(server.url, "test") as held:
        yield held


@pytest.fixture
def client(connection: Connection) -> Client:
    return connection.client


@pytest.fixture
def stream(prefix: str) -> str:
    return f"{prefix.upper()}_EVENTS"


async def api(client: Client, verb: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """Ask the server itself: nats-py drops what it does not know."""
    payload = b"" if body is None else json.dumps(body).encode()
    answer: dict[str, Any] = json.loads((await client.request(f"$JS.API.{verb}", payload, timeout=5)).data)
    assert "error" not in answer, answer["error"]
    return answer


async def configuration(client: Client, what: str) -> dict[str, Any]:
    """Return the whole configuration of `STREAM.INFO.<name>` or `CONSUMER.INFO.<stream>.<name>`."""
    config: dict[str, Any] = (await api(client, what))["config"]
    config.pop("metadata")
    return config


async def change_consumer(client: Client, stream: str, config: dict[str, Any]) -> None:
    """Give the refresher's consumer another configuration, as an operator's tool would."""
    body = {"stream_name": stream, "config": config}
    await api(client, f"CONSUMER.DURABLE.CREATE.{stream}.refresher", body)


def name_of(change: dict[str, Any]) -> str:
    """Return what a change is about."""
    return next(iter(change))


async def refused(client: Client, prefix: str, fact: str) -> None:
    """Fail unless a service refuses to start for this one reason."""
    with pytest.raises(TopologyDrift, match=REFUSED) as caught:
        await check(client.jetstream(), "refresher", prefix)
    lines = caught.value.message.splitlines()[1:-1]
    assert [f", {fact}: " in line for line in lines] == [True], lines


@pytest.mark.parametrize(
    "change",
    [{"max_msgs": 5}, {"max_msgs_per_subject": 1}, {"no_ack": True}, {"discard": "old"}],
    ids=name_of,
)
async def test_a_stream_that_would_drop_what_it_took_is_refused_and_mended_whole(
    server: OwnNats, client: Client, prefix: str, stream: str, change: dict[str, Any]
) -> None:
    """`discard: old` and a limit for each subject delete what nobody has handled; the publisher sees success.

    An update in part would reset all the rest (`max_age` to 0, the window of ids to two minutes).
    """
    whole = await configuration(client, f"STREAM.INFO.{stream}")
    await api(client, f"STREAM.UPDATE.{stream}", whole | change)
    await refused(client, prefix, name_of(change))
    await ensure(server.url, prefix=prefix, mend=True)
    assert await configuration(client, f"STREAM.INFO.{stream}") == whole


@pytest.mark.parametrize(
    "change",
    [
        {"max_deliver": 3},  # a spent one is never brought again, and nobody is told
        {"backoff": [10**9, 2 * 10**9], "max_deliver": 5},  # takes the place of `ack_wait`
        {"inactive_threshold": 5 * 10**9},  # the durable goes while its service is away
        {"headers_only": True},  # what cannot be read would be buried without its payload
    ],
    ids=name_of,
)
async def test_a_consumer_that_would_lose_events_is_refused_and_mended_whole(
    server: OwnNats, client: Client, prefix: str, stream: str, change: dict[str, Any]
) -> None:
    """A durable that exists makes nats-py ignore the configuration that it is given."""
    whole = await configuration(client, f"CONSUMER.INFO.{stream}.refresher")
    await change_consumer(client, stream, whole | change)
    with pytest.raises(TopologyDrift, match=f", {name_of(change)}: declared"):
        await check(client.jetstream(), "refresher", prefix)
    await ensure(server.url, prefix=prefix, mend=True)
    assert await configuration(client, f"CONSUMER.INFO.{stream}.refresher") == whole


@pytest.mark.parametrize(
    "change",
    [
        {"priority_groups": ["a"], "priority_policy": "overflow"},
        {"max_batch": 1},
        {"max_expires": 10**8},
    ],
    ids=name_of,
)
async def test_what_nats_py_does_not_read_is_noticed_all_the_same(
    server: OwnNats, client: Client, prefix: str, stream: str, change: dict[str, Any]
) -> None:
    """Each of these keeps a consumer from being brought anything."""
    whole = await configuration(client, f"CONSUMER.INFO.{stream}.refresher")
    await change_consumer(client, stream, whole | change)
    held = await client.jetstream().consumer_info(stream, "refresher")
    assert not hasattr(held.config, name_of(change)), "nats-py reads it now: compare it as the others"
    with pytest.raises(TopologyDrift, match=name_of(change)):
        await check(client.jetstream(), "refresher", prefix)
    await ensure(server.url, prefix=prefix, mend=True)
    assert await configuration(client, f"CONSUMER.INFO.{stream}.refresher") == whole


async def test_a_stream_that_acknowledges_before_it_stores_is_refused(
    client: Client, prefix: str, stream: str
) -> None:
    """`persist_mode: async` switches syncing off for one stream, whatever the server's `sync_always` says."""
    whole = await configuration(client, f"STREAM.INFO.{stream}")
    await api(client, f"STREAM.DELETE.{stream}")
    await api(client, f"STREAM.CREATE.{stream}", whole | {"persist_mode": "async"})
    with pytest.raises(TopologyDrift, match="persist_mode: declared None"):
        # who has no consumer on it: those went with the stream
        await check(client.jetstream(), "admin", prefix)


async def test_no_stream_or_consumer_asks_for_what_has_lost_messages(client: Client, prefix: str) -> None:
    """Schedules, sources, counters and batches have had losses of their own, and nothing here needs them."""
    plain = {"mirror", "sources", "republish", "subject_transform", "persist_mode", "allow_msg_schedules"}
    plain |= {"allow_msg_counter", "allow_atomic", "allow_batched", "sealed", "no_ack"}
    for spec in STREAMS:
        config = await configuration(client, f"STREAM.INFO.{prefix.upper()}_{spec.name}")
        assert {name for name in plain if config.get(name)} == set()
        assert config["retention"] != "interest"
        assert config["storage"] == "file"
    plain = {"deliver_subject", "backoff", "inactive_threshold", "headers_only", "mem_storage", "pause_until"}
    for each in CONSUMERS:
        config = await configuration(client, f"CONSUMER.INFO.{prefix.upper()}_{each.stream}.{each.name}")
        assert {name for name in plain if config.get(name)} == set()
        assert config["durable_name"] == each.name
        assert config["ack_policy"] == "explicit"
        assert config["max_deliver"] == -1
