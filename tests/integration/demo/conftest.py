"""A running world for each test, with short clips that all tests share."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from wellspring_demo.world import World, running_world

CLIP_SECONDS = 6


@pytest.fixture(scope="session")
def media_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("media")


@pytest.fixture
async def world(tmp_path: Path, media_dir: Path) -> AsyncIterator[World]:
    async with running_world(tmp_path / "world", media_dir=media_dir, clip_seconds=CLIP_SECONDS) as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    timeout = aiohttp.ClientTimeout(total=20)
    async with aiohttp.ClientSession(timeout=timeout, auto_decompress=False) as session:
        yield session
