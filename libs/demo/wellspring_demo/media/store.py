"""Keeps the videos: made when somebody first asks, or ahead of that at low priority."""

import asyncio
import contextlib
import logging
import shutil
import struct
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from ..domain.catalogue import Clip, Source
from .encoder import make_clip

CLIP_SECONDS = 30
AT_ONCE = 2
"""More encoders than cores would make everybody wait for the slowest."""
VERSION = 1
"""Part of every file name: raise it when the picture changes, so that old files are not served."""
STALE_S = 600
"""Half-made files older than this were left by a process that died."""
NOTICE_SECONDS = 2
NOTICE_BYTES = 80_000
"""So much that it is no broken file, and so little that it is no episode."""
NOTICE = Clip(
    "notice",
    Source("notice", "This video is not available", "movie", 1, 1.0, "", 480, 2026),
    "pixel",
)
BYTES_PER_SECOND = {360: 5_000, 480: 7_000, 720: 10_000, 1080: 15_000}

log = logging.getLogger(__name__)


class MediaStore:
    """A folder of videos, one file for each clip; several processes may share it."""

    def __init__(self, folder: Path, seconds: int = CLIP_SECONDS) -> None:
        self._folder = folder
        self._seconds = seconds
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._nobody_waits = asyncio.Event()
        self._nobody_waits.set()
        self._waiting = 0
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob(".making-*"):
            if time.time() - left.stat().st_mtime > STALE_S:
                shutil.rmtree(left, ignore_errors=True)

    @property
    def seconds(self) -> int:
        """How long each video is."""
        return self._seconds

    async def file(self, clip: Clip, *, gently: bool = False) -> Path:
        """The video of a clip, made now if it is not there yet."""
        path = self._path(clip)
        if path.exists():
            return path
        if gently:
            await self._nobody_waits.wait()
            await self._made_once(clip, path, gently=True)
            return path
        # a visitor who gives up must not throw the half-made video away: the next one wants it too
        await asyncio.shield(asyncio.ensure_future(self._made_for_a_visitor(clip, path)))
        return path

    async def _made_for_a_visitor(self, clip: Clip, path: Path) -> None:
        self._waiting += 1
        self._nobody_waits.clear()
        try:
            await self._made_once(clip, path, gently=False)
        finally:
            self._waiting -= 1
            if not self._waiting:
                self._nobody_waits.set()

    async def _made_once(self, clip: Clip, path: Path, *, gently: bool) -> None:
        async with self._locks[clip.media_key]:
            if self.made_size(clip) is not None:
                return
            if gently:
                await self._make(clip, path, gently=True)
                return
            async with self._turns:
                await self._make(clip, path, gently=False)

    def made_size(self, clip: Clip) -> int | None:
        """Bytes of a clip's file, None while it is not made."""
        with contextlib.suppress(FileNotFoundError):
            return self._path(clip).stat().st_size
        return None

    def estimate(self, clip: Clip) -> int:
        """About how many bytes a clip will have."""
        return BYTES_PER_SECOND[clip.source.quality] * self._seconds

    def made(self) -> int:
        """How many videos there are."""
        return sum(1 for _ in self._folder.glob("*.mp4"))

    async def notice(self) -> Path:
        """A short video that says that there is none, made once and filled up to NOTICE_BYTES."""
        path = self._folder / f"notice-v{VERSION}.mp4"
        async with self._locks["notice"]:
            if not path.exists():
                with tempfile.TemporaryDirectory(prefix=".making-", dir=self._folder) as making:
                    made = await make_clip(NOTICE, Path(making), NOTICE_SECONDS, gently=False)
                    with made.open("ab") as file:
                        empty = max(8, NOTICE_BYTES - made.stat().st_size)
                        file.write(struct.pack(">I4s", empty, b"free") + bytes(empty - 8))
                    made.replace(path)
        return path

    async def prewarm(self, clips: Iterable[Clip]) -> None:
        """Make the missing videos one after the other, so gently that nothing else notices."""
        for clip in clips:
            try:
                await self.file(clip, gently=True)
            except Exception as error:  # noqa: BLE001  (one bad clip must not keep the others from being made)
                log.warning("prewarming %s failed: %s", clip.key, error)

    def _path(self, clip: Clip) -> Path:
        return self._folder / f"{clip.media_key}-{self._seconds}s-v{VERSION}.mp4"

    async def _make(self, clip: Clip, path: Path, *, gently: bool) -> None:
        started = time.monotonic()
        with tempfile.TemporaryDirectory(prefix=".making-", dir=self._folder) as making:
            made = await make_clip(clip, Path(making), self._seconds, gently=gently)
            made.replace(path)
        log.info("made %s in %.2f s", path.name, time.monotonic() - started)
