"""Memory of the control group that this process is in, by both versions of the kernel's interface."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

# Version 1 says "no limit" by the largest number of whole pages that fits.
_NO_LIMIT_V1 = 2**60

Read = Callable[[str], str | None]


@dataclass(frozen=True)
class Memory:
    """Bytes in use without what can simply be dropped, their limit if there is one, and kills so far."""

    working_set: int
    limit: int | None
    oom_kills: int | None


def group_paths(membership: str) -> tuple[str, str | None]:
    """Return the group's path in version 2, and the one of version 1's memory controller if it is mounted.

    `membership` is the text of `/proc/self/cgroup`.
    """
    unified, memory = "/", None
    for line in membership.splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if not controllers:
            unified = path
        elif "memory" in controllers.split(","):
            memory = path
    return unified, memory


def parse_v2(read: Read) -> Memory | None:
    """Return what version 2's files of one group say, nothing where there are none (the root group)."""
    current, limit = read("memory.current"), read("memory.max")
    if current is None:
        return None
    return Memory(
        working_set=_working_set(int(current), _table(read("memory.stat")).get("inactive_file", 0)),
        limit=None if limit is None or limit.strip() == "max" else int(limit),
        oom_kills=_table(read("memory.events")).get("oom_kill"),
    )


def parse_v1(read: Read) -> Memory | None:
    """Return what version 1's files of one group say, nothing where there are none."""
    usage, limit = read("memory.usage_in_bytes"), read("memory.limit_in_bytes")
    if usage is None:
        return None
    cap = None if limit is None else int(limit)
    return Memory(
        working_set=_working_set(int(usage), _table(read("memory.stat")).get("total_inactive_file", 0)),
        limit=None if cap is None or cap >= _NO_LIMIT_V1 else cap,
        oom_kills=_table(read("memory.oom_control")).get("oom_kill"),
    )


def read_memory(root: Path = Path("/")) -> Memory | None:
    """Return the memory of this process's group, nothing where the system has no such thing.

    Inside a container the path that the kernel tells may be the host's, while the files of the container's
    own group are at the top of the mount.
    """
    membership = _text(root / "proc/self/cgroup")
    if membership is None:
        return None
    unified, memory = group_paths(membership)
    mount = root / "sys/fs/cgroup"
    if memory is not None:
        for path in (mount / "memory" / memory.lstrip("/"), mount / "memory"):
            found = parse_v1(_reader(path))
            if found is not None:
                return found
    for path in (mount / unified.lstrip("/"), mount):
        found = parse_v2(_reader(path))
        if found is not None:
            return found
    return None


def _reader(folder: Path) -> Read:
    return lambda name: _text(folder / name)


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="ascii")
    except OSError:
        return None


def _table(text: str | None) -> dict[str, int]:
    rows = (line.split() for line in (text or "").splitlines())
    return {row[0]: int(row[1]) for row in rows if len(row) == 2 and row[1].isdigit()}  # noqa: PLR2004


def _working_set(usage: int, inactive: int) -> int:
    return max(usage - inactive, 0)
