"""One run of one download: where its bytes go, who hears of them, and whether it still is ours."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from wellspring_common import metrics
from wellspring_common.bus.port import Bus
from wellspring_common.clock import Clock
from wellspring_common.events.downloads import DownloadProgress

from ..adapters.downloads import Downloads, Job
from ..adapters.downloads_disk import MediaFolder, PartFile
from ..domain.downloads_ends import DiskFull
from ..domain.downloads_part import Part
from .rate import Rate

TOLD_EVERY_S = 0.5
GIB = 1024**3


class ClaimLost(Exception):
    """Somebody paused or cancelled the download, or another process has it now."""


@dataclass(frozen=True)
class Ground:
    """What all runs of this process share."""

    downloads: Downloads
    folder: MediaFolder
    bus: Bus
    clock: Clock
    rate: Rate
    reserve_gib: Callable[[], float]
    lease: timedelta
    checkpoint: timedelta


class Course:
    """Takes the bytes of a run, and keeps the row, the disk and those who watch in step with them."""

    def __init__(self, ground: Ground, job: Job, file: PartFile, sound: PartFile) -> None:
        self.ground = ground
        self.job = job
        self.file = file
        self.sound = sound
        self.part = job.part
        self.total: int | None = job.part.size or job.bytes_total
        self.came = 0
        """Bytes that came in this run."""
        self._began = asyncio.get_running_loop().time()
        self._told_at = float("-inf")
        self._kept_at = self._began

    def room_for(self, size: int) -> None:
        """Raise `DiskFull` unless so many bytes more fit beside what is kept free."""
        free = self.ground.folder.free()
        reserve = int(self.ground.reserve_gib() * GIB)
        if free - size < reserve:
            raise DiskFull(
                f"{size / GIB:.2f} GiB more are needed, {free / GIB:.2f} GiB are free, "
                f"and {reserve / GIB:.2f} GiB are kept free."
            )

    async def add(self, piece: bytes, *, file: PartFile | None = None) -> None:
        """Take bytes that came."""
        await self.ground.rate.take(len(piece))
        await (file or self.file).write(piece)
        self.came += len(piece)
        metrics.DOWNLOAD_BYTES.inc(len(piece))

    @property
    def is_checkpoint_due(self) -> bool:
        """Return whether it is time to store how far this is."""
        waited = asyncio.get_running_loop().time() - self._kept_at
        return waited >= self.ground.checkpoint.total_seconds()

    async def keep(self, part: Part) -> None:
        """Store how far this is. Raises `ClaimLost`, `DiskFull`."""
        self.part = part
        self._kept_at = asyncio.get_running_loop().time()
        ours = await self.ground.downloads.checkpoint(
            self.job, part, total=self.total, now=self.now(), lease=self.ground.lease
        )
        if not ours:
            raise ClaimLost
        self.room_for(0)

    async def settle(self) -> None:
        """Note what has reached the disk. Segments are noted by themselves."""
        done = await self.file.sync()
        await self.sound.sync()
        if self.part.kind == "file":
            self.part = self.part.model_copy(update={"done": done})

    def now(self) -> datetime:
        """Return the time."""
        return self.ground.clock.now()

    async def tell(self, state: str = "running", *, done: int | None = None, code: str | None = None) -> None:
        """Tell those who watch, at most twice a second while it runs."""
        at = asyncio.get_running_loop().time()
        if state == "running" and at - self._told_at < TOLD_EVERY_S:
            return
        self._told_at = at
        done = self.file.size if done is None else done
        rate = self.came / (at - self._began) if at > self._began and state == "running" else None
        left = None if not rate or self.total is None else max(self.total - done, 0) / rate
        await self.ground.bus.tell(
            DownloadProgress(
                download_id=self.job.id,
                title_id=self.job.title_id,
                episode_id=self.job.episode_id,
                at=self.now(),
                state=state,
                bytes_done=done,
                bytes_total=self.total,
                rate=rate,
                eta_s=left,
                server=self.part.server,
                code=code,
            )
        )
