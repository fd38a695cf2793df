"""The platforms alone: a world that starts at once."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from wellspring_demo.world import World, running_platforms

from .customer import Customer


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with running_platforms(tmp_path / "world") as running:
        yield running


@pytest.fixture
async def customer(world: World, http: aiohttp.ClientSession) -> Customer:
    return Customer(http, world)
