"""Where tests' servers keep their data: in memory only where that takes it from nobody."""

from pathlib import Path

import pytest

from tests.support import memory_disk
from tests.support.memory_disk import memory_folder
from wellspring_common.cgroup import GroupMemory

MB = 1024**2


def test_a_folder_with_room_is_taken(tmp_path: Path) -> None:
    assert memory_folder(tmp_path, needed=1) == tmp_path


@pytest.mark.parametrize(
    ("folder", "needed"), [("", 1 << 62), ("missing", 1)], ids=["too little room", "no such place"]
)
def test_else_servers_keep_to_the_disk(tmp_path: Path, folder: str, needed: int) -> None:
    assert memory_folder(tmp_path / folder, needed=needed) is None


def test_a_control_group_with_little_room_is_room_enough_for_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = GroupMemory(limit=512 * MB, hard=300 * MB, working_set=0, oom_kills=0)
    monkeypatch.setattr(memory_disk, "read_memory", lambda: group)
    assert memory_folder(tmp_path, needed=200 * MB) == tmp_path
    assert memory_folder(tmp_path, needed=213 * MB) is None
