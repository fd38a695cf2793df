"""A demo world of each test, with clips that are short and made once a run."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from wellspring_demo.world import World, running_world

CLIP_SECONDS = 6


@pytest.fixture(scope="session")
def media_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("media")


@pytest.fixture
async def world(tmp_path: Path, media_dir: Path) -> AsyncGenerator[World]:
    async with running_world(tmp_path / "world", media_dir=media_dir, clip_seconds=CLIP_SECONDS) as running:
        yield running
