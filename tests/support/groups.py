"""A control group with a limit for a process and all that it starts, where this machine lets us make one."""

import contextlib
import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from wellspring_common.cgroup import GroupMemory, parse_v1, parse_v2

_V1 = Path("/sys/fs/cgroup/memory")
_V2 = Path("/sys/fs/cgroup")
_V1_FILES = ("memory.usage_in_bytes", "memory.kmem.usage_in_bytes", "memory.stat", "memory.oom_control")
_V2_FILES = ("memory.current", "memory.max", "memory.stat", "memory.events")
_ENTER = 'echo $$ > "$0/cgroup.procs" && exec "$@"'


@dataclass
class Group:
    """One control group. `peak` is the most unreclaimable memory that was seen in it."""

    folder: Path
    version: int
    peak: int = 0
    kills: int = field(default=0)

    @property
    def command(self) -> tuple[str, ...]:
        """Return what starts another command inside of the group."""
        return ("/bin/sh", "-c", _ENTER, str(self.folder))

    def look(self) -> GroupMemory:
        """Read the group and keep the peaks."""
        names = _V1_FILES if self.version == 1 else _V2_FILES
        files = {name: (self.folder / name).read_text() for name in names if (self.folder / name).exists()}
        found = parse_v1(files) if self.version == 1 else parse_v2(files)
        self.peak, self.kills = max(self.peak, found.hard), max(self.kills, found.oom_kills)
        return found


@contextmanager
def limited_group(limit: int) -> Generator[Group | None]:
    """Make a group that may take `limit` bytes and no swap, and yield nothing where that cannot be done."""
    group = _made(limit)
    try:
        yield group
    finally:
        if group is not None:
            _remove(group.folder)


def _made(limit: int) -> Group | None:
    v1 = (_V1 / "memory.limit_in_bytes").exists()
    folder = (_V1 if v1 else _V2) / f"wellspring-test-{os.getpid()}"
    limits = (
        {"memory.limit_in_bytes": limit, "memory.memsw.limit_in_bytes": limit}
        if v1
        else {"memory.max": limit, "memory.swap.max": 0}
    )
    try:
        if not v1:
            with contextlib.suppress(OSError):
                (_V2 / "cgroup.subtree_control").write_text("+memory")
        folder.mkdir()
        for name, value in limits.items():
            if (folder / name).exists() or name in {"memory.limit_in_bytes", "memory.max"}:
                (folder / name).write_text(str(value))
    except OSError:
        with contextlib.suppress(OSError):
            folder.rmdir()
        return None
    return Group(folder, 1 if v1 else 2)


def _remove(folder: Path) -> None:
    for _ in range(50):
        try:
            folder.rmdir()
        except OSError:
            time.sleep(0.1)  # noqa: TID251  (the kernel tells nobody when the last process has left)
        else:
            return
