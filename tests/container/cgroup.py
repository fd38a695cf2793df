"""What a container's control group holds, read from outside of it, so that looking costs it nothing."""

import threading
from pathlib import Path
from typing import Self

from tests.support.groups import Group

MIB = 1024**2
_MOUNT = Path("/sys/fs/cgroup")


def control_group(pid: int) -> Group:
    """Return the control group of a container, by its first process."""
    paths = {}
    for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        paths[controllers] = path.lstrip("/")
    if "memory" in paths:
        return Group(_MOUNT / "memory" / paths["memory"], version=1)
    return Group(_MOUNT / paths[""], version=2)


def peak_with_caches(group: Group) -> int:
    """Return the most bytes that were ever charged to a group."""
    name = "memory.max_usage_in_bytes" if group.version == 1 else "memory.peak"
    return int((group.folder / name).read_text())


def sizes(group: Group) -> dict[str, int]:
    """Return the proportional size (PSS) of what runs in a group, in bytes, by what was started."""
    found: dict[str, int] = {}
    for pid in (group.folder / "cgroup.procs").read_text().split():
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:  # gone already
            continue
        pss = next(int(line.split()[1]) * 1024 for line in rollup if line.startswith("Pss:"))
        name = next((word for word in words if word.startswith("wellspring_")), Path(words[0]).name)
        if any(word.endswith("wellspring-cli") for word in words):
            # what is forked has the launcher's command line, and a name of its own
            named = Path(f"/proc/{pid}/comm").read_text().strip()
            name = named if named.startswith("ws-") else "launcher"
        found[name] = found.get(name, 0) + pss
    return found


class Watch:
    """Looks ten times a second while something happens: the group remembers the most."""

    def __init__(self, group: Group) -> None:
        self._group = group
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        """Begin to look."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Look no more."""
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stop.wait(0.1):
            self._group.look()
