"""The bus under test: in memory, and on a NATS server of this module's own."""

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest

from tests.contract.worlds import World, memory_world, nats_world
from tests.integration.common.own_nats import OwnNats, running
from wellspring_common.bus.nats import topology as nats_topology


@pytest.fixture(params=["memory", "nats"])
async def world(
    request: pytest.FixtureRequest, prefix: str, free_port: Callable[[], int]
) -> AsyncGenerator[World]:
    """A bus whose broker can be stopped and started."""
    if request.param == "memory":
        async with memory_world() as memory:
            yield memory
        return
    with tempfile.TemporaryDirectory(prefix="wellspring-contract-") as folder:
        server = OwnNats(Path(folder), free_port(), free_port())
        async with running(server):
            await nats_topology.ensure(server.url, prefix=prefix)
            async with nats_world(server.url, prefix, server.kill, server.start) as real:
                yield real
            await asyncio.sleep(0)
