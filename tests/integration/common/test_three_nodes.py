"""Three nodes, as docs/guarantees.md sets them up: work goes on without one of them, and nothing is lost."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from nats.js import JetStreamContext

from tests.contract.delivering import Script, started
from tests.integration.common.own_nats import OwnNats, running
from tests.integration.common.trapped import consuming, episode_of, say
from tests.integration.common.waiting import eventually
from wellspring_common.bus.nats.bus import NatsBus
from wellspring_common.bus.nats.connection import connected
from wellspring_common.bus.nats.errors import AWAY
from wellspring_common.bus.nats.topology import check, ensure, wait_for
from wellspring_common.errors import DependencyDown

pytestmark = pytest.mark.long

EVENTS = 60
PATIENCE_S = 90


@pytest.fixture
async def nodes(tmp_path: Path, free_port: Callable[[], int]) -> AsyncGenerator[list[OwnNats]]:
    routes = [free_port() for _ in range(3)]
    async with AsyncExitStack() as stack:
        found = []
        for number, port in enumerate(routes):
            folder = tmp_path / str(number)
            folder.mkdir()
            cluster = {
                "name": "wellspring",
                "listen": f"127.0.0.1:{port}",
                "routes": [f"nats://127.0.0.1:{each}" for each in routes],
            }
            more = {"server_name": f"nats-{number}", "cluster": cluster}
            node = OwnNats(folder, free_port(), free_port(), more=more)
            found.append(await stack.enter_async_context(running(node)))
        yield found


async def replicated(streams: JetStreamContext, prefix: str) -> None:
    """Raise every stream and bucket to three replicas, as `nats stream update --replicas 3` would."""
    for info in await streams.streams_info():
        assert (info.config.name or "").removeprefix("KV_").startswith(f"{prefix.upper()}_")
        info.config.num_replicas = 3
        await streams.update_stream(info.config)

    async def lagging() -> list[str]:
        found = []
        for info in await streams.streams_info():
            consumers = await streams.consumers_info(str(info.config.name))
            groups = [(info.config.name, info.cluster), *((each.name, each.cluster) for each in consumers)]
            for name, cluster in groups:
                replicas = (cluster.replicas if cluster else None) or []
                if len([each for each in replicas if each.current]) < 2:  # beside the leader
                    found.append(str(name))
        return found

    await eventually(lagging, lambda names: not names, within=PATIENCE_S)


async def persistently(bus: NatsBus, episode: int) -> None:
    """Say an event as an outbox would: again, until the broker has it."""
    event = started(episode)

    async def said() -> bool:
        try:
            await say(bus, event)
        except DependencyDown:
            return False
        return True

    await eventually(said, bool, within=PATIENCE_S)


async def test_one_node_may_go(nodes: list[OwnNats], prefix: str) -> None:
    async def made() -> bool:
        try:
            await ensure(nodes[0].url, prefix=prefix)
        except (DependencyDown, *AWAY):  # the three have not found each other yet
            return False
        return True

    await eventually(made, bool, within=PATIENCE_S)
    handler = Script()
    async with connected(nodes[0].url, "test") as connection:
        streams = connection.client.jetstream(timeout=10)
        await replicated(streams, prefix)
        await check(streams, "refresher", prefix)
        bus = NatsBus(connection, prefix=prefix, service="test", pace=0.1)
        async with consuming(bus, handler):
            for number in range(EVENTS):
                await persistently(bus, number)
                if number == EVENTS // 2:
                    await nodes[0].kill()

            async def handled() -> set[int]:
                return {episode_of(each) for each in handler.seen}

            await eventually(handled, lambda found: found == set(range(EVENTS)), within=PATIENCE_S)
        assert connection.reconnects >= 1
        async with asyncio.timeout(PATIENCE_S):
            await wait_for(streams, "refresher", prefix)
