"""What the control group of this process may take and takes, in both versions of the kernel's interface."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# Version 1 says "no limit" with the largest page-aligned number there is.
_NO_LIMIT = 1 << 60
_V1 = ("memory.limit_in_bytes", "memory.usage_in_bytes", "memory.kmem.usage_in_bytes")
_V2 = ("memory.max", "memory.current", "memory.events")


@dataclass(frozen=True)
class GroupMemory:
    """Bytes of a control group, and how many of its processes the kernel has killed for memory.

    `hard` is what cannot be taken back from the processes: anonymous, shared and kernel memory. `working_set`
    is what Kubernetes calls so: all that is charged, without the files that nobody has read of late.
    """

    limit: int | None
    hard: int
    working_set: int
    oom_kills: int

    @property
    def room(self) -> int | None:
        """Return how much the processes may still take before the kernel kills one, if there is a limit."""
        return None if self.limit is None else self.limit - self.hard


def parse_v1(files: Mapping[str, str]) -> GroupMemory:
    """Return the memory that the files of a version 1 group tell, a missing one as 0."""
    stat = _pairs(files.get("memory.stat", ""))
    limits = [
        int(files.get("memory.limit_in_bytes", _NO_LIMIT)),
        stat.get("hierarchical_memory_limit", _NO_LIMIT),
    ]
    rss = stat.get("total_rss", stat.get("rss", 0))
    shared = stat.get("total_shmem", stat.get("shmem", 0))
    idle_files = stat.get("total_inactive_file", stat.get("inactive_file", 0))
    return GroupMemory(
        limit=min(limits) if min(limits) < _NO_LIMIT else None,
        hard=rss + shared + int(files.get("memory.kmem.usage_in_bytes", 0)),
        working_set=max(0, int(files.get("memory.usage_in_bytes", 0)) - idle_files),
        oom_kills=_pairs(files.get("memory.oom_control", "")).get("oom_kill", 0),
    )


def parse_v2(files: Mapping[str, str]) -> GroupMemory:
    """Return the memory that the files of a version 2 group tell, a missing one as 0."""
    stat, limit = _pairs(files.get("memory.stat", "")), files.get("memory.max", "max").strip()
    return GroupMemory(
        limit=None if limit == "max" else int(limit),
        hard=stat.get("anon", 0)
        + stat.get("shmem", 0)
        + stat.get("kernel", stat.get("slab_unreclaimable", 0)),
        working_set=max(0, int(files.get("memory.current", 0)) - stat.get("inactive_file", 0)),
        oom_kills=_pairs(files.get("memory.events", "")).get("oom_kill", 0),
    )


def read_memory(
    root: Path = Path("/sys/fs/cgroup"), membership: Path = Path("/proc/self/cgroup")
) -> GroupMemory | None:
    """Return the memory of this process's own group, nothing where the system has or shows none.

    Of nested groups in version 2 the one with the least room is returned: it is the one that ends things.
    """
    try:
        lines = [line.split(":", 2) for line in membership.read_text().splitlines()]
        paths = {controllers: path.strip("/") for _, controllers, path in lines}
        if "memory" in paths:
            return _read_v1(root / "memory", paths["memory"])
        return _read_v2(root, paths.get("", ""))
    except (OSError, ValueError):
        return None


def _read_v1(mount: Path, path: str) -> GroupMemory | None:
    # a container sees its own group at the mount itself, under a path that only the host knows
    folder = mount / path if (mount / path / "memory.stat").exists() else mount
    files = _files(folder, (*_V1, "memory.stat", "memory.oom_control"))
    return parse_v1(files) if "memory.stat" in files else None


def _read_v2(mount: Path, path: str) -> GroupMemory | None:
    own = mount / path if (mount / path / "memory.stat").exists() else mount
    levels = [own, *(one for one in own.parents if one.is_relative_to(mount))]
    found = [
        parse_v2(files) for one in levels if "memory.max" in (files := _files(one, (*_V2, "memory.stat")))
    ]
    limited = [one for one in found if one.room is not None]
    return min(limited, key=lambda one: one.room or 0, default=found[0] if found else None)


def _files(folder: Path, names: tuple[str, ...]) -> dict[str, str]:
    return {name: (folder / name).read_text() for name in names if (folder / name).exists()}


def _pairs(text: str) -> dict[str, int]:
    parts = (line.split() for line in text.splitlines())
    return {one[0]: int(one[1]) for one in parts if len(one) == 2 and one[1].isdigit()}  # noqa: PLR2004  (a name and its number)
