"""A disk whose power can be cut: a file system in an image, of which only what was synced survives."""

import os
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

WHY_NOT = "no loop devices here: a power cut needs root and a mounted image"


@dataclass(frozen=True)
class LoopDisk:
    """A mounted image. What the kernel has not written back yet is not in it, as after a power cut."""

    image: Path
    copy: Path
    mount: Path

    def keep(self) -> None:
        """Keep what is on the device at this moment: the writer has to stand still."""
        _run("cp", "--sparse=always", str(self.image), str(self.copy))

    def come_back(self) -> None:
        """Mount what was kept. Nobody may use the disk any more."""
        _run("umount", str(self.mount))
        _run("mount", "-o", "loop", str(self.copy), str(self.mount))

    def write_back(self) -> None:
        """Let the device have everything, as it has after half a minute."""
        _run("sync", "-f", str(self.mount))


@contextmanager
def loop_disk(folder: Path, *, megabytes: int) -> Generator[LoopDisk | None]:
    """Make a disk and yield nothing where that cannot be done."""
    disk = LoopDisk(folder / "disk.img", folder / "cut.img", folder / "disk")
    if os.geteuid() != 0 or not Path("/dev/loop-control").exists():
        yield None
        return
    disk.mount.mkdir()
    try:
        _run("truncate", "-s", f"{megabytes}M", str(disk.image))
        eager = ("-E", "lazy_itable_init=0,lazy_journal_init=0")
        _run("mkfs.ext4", "-q", "-F", "-m", "0", *eager, str(disk.image))
        _run("mount", "-o", "loop", str(disk.image), str(disk.mount))
    except (OSError, subprocess.CalledProcessError):
        yield None
        return
    try:
        disk.mount.chmod(0o711)
        disk.write_back()
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk.mount)], check=False, capture_output=True)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
