"""The disk with the films."""

import asyncio
from pathlib import Path

from ..domain.preflight import FileFacts
from ..ports.uploads import Stored


class DiskFiles:
    """Films below one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, stored: Stored) -> Path:
        """Return where a film is."""
        return self._folder / stored.path

    async def look(self, stored: Stored) -> FileFacts:
        """Return what the disk has of a film."""
        return await asyncio.to_thread(_look, self.path(stored), stored)


def _look(path: Path, stored: Stored) -> FileFacts:
    try:
        size: int | None = path.stat().st_size
    except OSError:
        return FileFacts(
            None, is_readable=False, stored_bytes=stored.size_bytes, duration_s=stored.duration_s
        )
    try:
        with path.open("rb") as file:
            is_readable = len(file.read(1)) == 1
    except OSError:
        is_readable = False
    return FileFacts(size, is_readable, stored_bytes=stored.size_bytes, duration_s=stored.duration_s)
