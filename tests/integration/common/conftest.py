"""A NATS server of a test's own, for tests that take it away."""

import tempfile
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest

from tests.integration.common.own_nats import OwnNats, running


@pytest.fixture
async def own_nats(free_port: Callable[[], int]) -> AsyncGenerator[OwnNats]:
    """A running server that nobody else uses."""
    with tempfile.TemporaryDirectory(prefix="wellspring-own-nats-") as folder:
        async with running(OwnNats(Path(folder), free_port(), free_port())) as server:
            yield server
