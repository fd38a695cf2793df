"""A NATS server of a test's own, for tests that take it away."""

import tempfile
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest

from tests.integration.common.own_nats import OwnNats, running
from wellspring_common.bus.nats.topology import ensure


@pytest.fixture
async def own_nats(free_port: Callable[[], int]) -> AsyncGenerator[OwnNats]:
    """A running server that nobody else uses."""
    with tempfile.TemporaryDirectory(prefix="wellspring-own-nats-") as folder:
        async with running(OwnNats(Path(folder), free_port(), free_port())) as server:
            yield server


@pytest.fixture
async def server(own_nats: OwnNats, prefix: str) -> OwnNats:
    """A server of a test's own with the whole topology."""
    await ensure(own_nats.url, prefix=prefix)
    return own_nats
