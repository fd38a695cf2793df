"""Every adapter of a platform, on the demo world's platform, and what stands in for them in memory."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.contract.targets.grounds import AnyGround, demo_ground
from tests.contract.targets.memory_ground import MemoryGround
from wellspring_demo.world import running_platforms

GROUNDS = ("dailymotion-v2", "dailymotion-pieces", "dailymotion-legacy", "dailymotion-partner", "peertube")
IN_MEMORY = {"memory": False, "memory-by-sending": True}


@pytest.fixture(params=(*IN_MEMORY, *GROUNDS))
async def ground(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[AnyGround | MemoryGround]:
    """A platform with a target on it."""
    if request.param in IN_MEMORY:
        yield MemoryGround(makes_by_sending=IN_MEMORY[request.param])
        return
    async with running_platforms(tmp_path / "world") as world:
        opened = demo_ground(world, request.param)
        yield opened
        await opened.close()
