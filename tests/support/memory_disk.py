"""A folder in memory for servers whose data nobody wants after the run, where there is room for it."""

import os
from pathlib import Path

from wellspring_common.cgroup import read_memory

NEEDED = 4 * 1024**3
"""Three runs beside each other with servers of their own take less than two thirds of it."""


def memory_folder(folder: Path = Path("/dev/shm"), *, needed: int = NEEDED) -> Path | None:
    """Return where files are kept in memory, or nothing where there is no such place or too little room.

    A Postgres that makes and drops a database of six hundred files for each of hundreds of tests spends
    most of its time in the file system.
    """
    try:
        found = os.statvfs(folder)
        available = _available()
    except (OSError, ValueError):
        return None
    if found.f_flag & os.ST_NOEXEC or not os.access(folder, os.W_OK | os.X_OK):  # programs are copied there
        return None
    return folder if min(found.f_bavail * found.f_frsize, available) >= needed else None


def _available() -> int:
    """Return what new processes may take of this machine's memory, and of the control group's."""
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    kilobytes = next((line.split()[1] for line in lines if line.startswith("MemAvailable:")), "0")
    group = read_memory()
    room = None if group is None else group.room
    return int(kilobytes) * 1024 if room is None else min(room, int(kilobytes) * 1024)
