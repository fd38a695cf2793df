"""Whether the films that should be on the disk are there, and what is there that nobody needs."""

import asyncio
import time
from dataclasses import dataclass

import structlog

from wellspring_common import metrics
from wellspring_common.clock import Clock
from wellspring_common.errors import WellspringError

from ..adapters.downloads import Downloads
from ..adapters.downloads_disk import MediaFolder, sha256_of
from ..adapters.media import Known, MediaFiles
from .settings import DownloadSettings

BATCH = 200
PART_KEPT_S = 24 * 3600.0
"""So long the beginning of a download that failed is kept: it may be tried again."""
MEASURED_EVERY_S = 15.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Looking:
    """Compares the folder with what is known of it, and tidies up."""

    downloads: Downloads
    media: MediaFiles
    folder: MediaFolder
    clock: Clock
    settings: DownloadSettings

    async def run(self) -> None:
        """Look again and again until cancelled."""
        while True:
            try:
                await self.once()
            except WellspringError as error:
                log.warning("media.look_delayed", reason=error.message)
            await asyncio.sleep(self.settings.look_every.total_seconds())

    async def measure(self) -> None:
        """Keep the figures of the disk current until cancelled."""
        while True:
            try:
                metrics.DOWNLOAD_DISK_FREE.set(await asyncio.to_thread(self.folder.free))
                counts = await self.media.counts()
                for state in ("present", "missing", "damaged"):
                    files, size = counts.get(state, (0, 0))
                    metrics.MEDIA_FILES.labels(state).set(files)
                    metrics.MEDIA_BYTES.labels(state).set(size or 0)
            except WellspringError as error:
                log.debug("media.not_measured", reason=error.message)
            await asyncio.sleep(MEASURED_EVERY_S)

    async def once(self) -> None:
        """Look at every film, delete what is gone for good, forget old downloads."""
        if not await asyncio.to_thread(self._is_mounted):
            log.error("media.folder_away", folder=str(self.folder.root))
            return
        last = 0
        while films := await self.media.after(last, most=BATCH):
            for film in films:
                await self.look(film)
            last = films[-1].id
        now = self.clock.now()
        await self.media.mark_gone(now=now)
        for file_id, path in await self.media.gone(now=now, grace=self.settings.gone_grace):
            await self.folder.delete(path)
            await self.media.forget(file_id)
            log.info("media.deleted", path=path)
        await self._sweep_parts()
        forgotten = await self.downloads.purge(before=now - self.settings.kept)
        if forgotten:
            log.info("downloads.purged", rows=forgotten)

    def _is_mounted(self) -> bool:
        """Return whether the folder is there: a share that is away has lost no film."""
        return (self.folder.root / ".parts").is_dir()

    async def look(self, film: Known) -> str:
        """Look at one film, and return what it is now: `present`, `missing` or `damaged`."""
        state, mtime, verified = await self._state(film)
        if state != film.state:
            level = log.info if state == "present" else log.warning
            level("media.turned", path=film.path, was=film.state, now=state)
        if state != film.state or verified or mtime != film.mtime_ns:
            await self.media.seen(film, state, mtime_ns=mtime, verified=verified, now=self.clock.now())
        return state

    async def _state(self, film: Known) -> tuple[str, int | None, bool]:
        try:
            path = self.folder.path(film.path)
            told = await asyncio.to_thread(path.stat)
        except FileNotFoundError:
            return "missing", None, False
        except (WellspringError, OSError) as error:
            log.warning("media.unreadable", path=film.path, reason=str(error))
            return "missing", None, False
        if told.st_size != film.size_bytes:
            return "damaged", told.st_mtime_ns, False
        read_at = film.verified_at + self.settings.read_again_after
        if film.state == "present" and told.st_mtime_ns == film.mtime_ns and read_at > self.clock.now():
            return "present", told.st_mtime_ns, False
        if film.state == "damaged" and told.st_mtime_ns == film.mtime_ns:
            return "damaged", told.st_mtime_ns, False
        is_same = await sha256_of(path) == film.sha256
        return ("present" if is_same else "damaged"), told.st_mtime_ns, True

    async def _sweep_parts(self) -> None:
        live = await self.downloads.live()
        for left in await asyncio.to_thread(self.folder.leftovers, live):
            try:
                if time.time() - left.stat().st_mtime > PART_KEPT_S:
                    left.unlink(missing_ok=True)
                    log.info("media.part_deleted", part=left.name)
            except OSError as error:
                log.warning("media.part_kept", part=left.name, reason=str(error))
