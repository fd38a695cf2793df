"""What a container's control group holds, read from outside of it, so that looking costs it nothing."""

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

MIB = 1024**2


@dataclass(frozen=True)
class ControlGroup:
    """The memory controller of one container, of either version of control groups."""

    folder: Path

    @property
    def is_v1(self) -> bool:
        """Whether the kernel counts by the first version."""
        return (self.folder / "memory.usage_in_bytes").exists()

    def peak(self) -> int:
        """Return the most bytes that were ever charged, caches included."""
        name = "memory.max_usage_in_bytes" if self.is_v1 else "memory.peak"
        return int((self.folder / name).read_text())

    def oom_kills(self) -> int:
        """Return how many processes the kernel killed for memory."""
        name = "memory.oom_control" if self.is_v1 else "memory.events"
        facts = dict(line.split() for line in (self.folder / name).read_text().splitlines())
        return int(facts["oom_kill"])

    def unreclaimable(self) -> int:
        """Return the bytes that the kernel cannot take back: those of processes, and files in memory."""
        facts = dict(line.split() for line in (self.folder / "memory.stat").read_text().splitlines())
        names = ("total_rss", "total_shmem") if self.is_v1 else ("anon", "shmem", "kernel")
        return sum(int(facts[name]) for name in names)

    def processes(self) -> dict[str, int]:
        """Return the proportional size (PSS) of every process in bytes, by what was started."""
        sizes: dict[str, int] = {}
        for pid in (self.folder / "cgroup.procs").read_text().split():
            try:
                words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
                rollup = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            except OSError:  # gone already
                continue
            pss = next(int(line.split()[1]) * 1024 for line in rollup if line.startswith("Pss:"))
            name = next((word for word in words if word.startswith("wellspring_")), Path(words[0]).name)
            sizes[name] = sizes.get(name, 0) + pss
        return sizes


def control_group(pid: int) -> ControlGroup:
    """Return the control group of a container, by its first process."""
    for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == "memory":
            return ControlGroup(Path("/sys/fs/cgroup/memory") / path.lstrip("/"))
    unified = Path(f"/proc/{pid}/cgroup").read_text().rpartition("0::")[2].strip()
    return ControlGroup(Path("/sys/fs/cgroup") / unified.lstrip("/"))


@dataclass
class Watch:
    """Looks ten times a second while something happens, and remembers the most."""

    group: ControlGroup
    most: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        """Begin to look."""
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Look no more."""
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stop.wait(0.1):
            self.most = max(self.most, self.group.unreclaimable())
