"""Whether a browser fits, decided from a control group that tests make up."""

import asyncio
from dataclasses import replace

import pytest

from wellspring_common.cgroup import GroupMemory
from wellspring_common.errors import Transient
from wellspring_scraper.adapters import room

MB = 1024 * 1024
IDLE = GroupMemory(limit=512 * MB, hard=60 * MB, working_set=90 * MB, oom_kills=0)


async def test_a_browser_fits_where_there_is_room_or_no_limit() -> None:
    answers = iter([IDLE, replace(IDLE, limit=None), None])
    for _ in range(3):
        await room.admit(lambda: next(answers))


async def test_a_launch_waits_until_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_EVERY_S", 0.001)
    answers = iter([replace(IDLE, hard=400 * MB)] * 3 + [IDLE])
    async with asyncio.timeout(2):
        await room.admit(lambda: next(answers))
    assert list(answers) == []


async def test_a_launch_that_never_fits_says_how_much_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "PATIENCE_S", 0.0)
    with pytest.raises(Transient, match="needs 200 MB, and 68 MB of 128 MB") as caught:
        await room.admit(lambda: replace(IDLE, limit=128 * MB))
    assert caught.value.code == "memory_short"


@pytest.mark.parametrize(
    ("found", "most"),
    [
        (None, room.MOST_OF_ALL),
        (replace(IDLE, limit=None), room.MOST_OF_ALL),
        (IDLE, room.MOST_OF_ALL),
        (replace(IDLE, limit=300 * MB), 144 * MB),
    ],
)
def test_a_browser_may_never_take_more_than_the_limit_leaves(found: GroupMemory | None, most: int) -> None:
    assert room.most_of_all(lambda: found) == most
