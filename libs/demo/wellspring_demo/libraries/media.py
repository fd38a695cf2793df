"""The files behind the libraries' items: all items of a quality share one clip, repacked where need be."""

import asyncio
import io
from collections import defaultdict
from functools import lru_cache
from pathlib import Path

from ..domain.catalogue import QUALITIES, Clip, minted_source
from ..media.card import draw_card
from ..media.encoder import ffmpeg
from ..media.store import MediaStore

POSTER_SIZE = (480, 270)
_QUICK = ("-deadline", "realtime", "-cpu-used", "8", "-b:v", "200k", "-threads", "1")
_REPACKED = {
    "webm": ("-c:v", "libvpx-vp9", *_QUICK, "-c:a", "libvorbis", "-ac", "1"),
    "ogv": ("-c:v", "libtheora", "-q:v", "4", "-c:a", "libvorbis", "-ac", "1"),
}
_HLS = (
    *("-c", "copy", "-f", "hls", "-hls_time", "2", "-hls_playlist_type", "vod"),
    *("-hls_segment_type", "fmp4", "-hls_flags", "single_file"),
)


class RepackingFailed(Exception):
    """The encoder refused, and says why."""


def stock_clip(quality: int) -> Clip:
    """Return the clip that every item of a quality shares."""
    source = minted_source("Free Library", 1, quality, serial=0, year=2000, stock=True)
    return Clip(f"library-{quality}", source, "fsl")


class LibraryMedia:
    """Clips as mp4, and the same as webm, Ogg or a fragmented HLS stream, each made once."""

    def __init__(self, store: MediaStore) -> None:
        self._store = store
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def size(self, quality: int) -> int:
        """Return the bytes of the mp4: exact once it is made, an estimate before."""
        clip = stock_clip(quality)
        return self._store.made_size(clip) or self._store.estimate(clip)

    async def mp4(self, quality: int) -> Path:
        """Return the file of a quality, made now if it is not there yet."""
        return await self._store.file(stock_clip(quality))

    async def repacked(self, quality: int, suffix: str) -> Path:
        """Return the clip as `webm` or `ogv`."""
        whole = await self.mp4(quality)
        made = whole.with_suffix(f".{suffix}")
        async with self._locks[made.name]:
            if not made.exists():
                making = made.with_name(f".making-{made.name}")
                await _run("-i", str(whole), *_REPACKED[suffix], str(making))
                making.replace(made)
        return made

    async def hls(self, quality: int) -> tuple[Path, Path]:
        """Return the playlist and the fragmented file that it cuts into byte ranges."""
        whole = await self.mp4(quality)
        folder = whole.with_name(f"{whole.stem}-hls")
        playlist, file = folder / "playlist.m3u8", folder / "fragmented.mp4"
        async with self._locks[folder.name]:
            if not playlist.exists():
                folder.mkdir(exist_ok=True)
                making = folder / "making.m3u8"
                await _run("-i", str(whole), *_HLS, "-hls_segment_filename", str(file), str(making))
                making.replace(playlist)
        return playlist, file


@lru_cache(maxsize=64)
def poster(title: str) -> bytes:
    """Return a picture with the title on it, as JPEG."""
    source = minted_source(title, 1, QUALITIES[0], serial=0, year=2000)
    picture = draw_card(Clip("poster", source, "fsl")).convert("RGB").resize(POSTER_SIZE)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    return out.getvalue()


async def _run(*arguments: str) -> None:
    words = (ffmpeg(), "-hide_banner", "-loglevel", "error", "-nostdin", "-y", *arguments)
    process = await asyncio.create_subprocess_exec(
        *words, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    _, errors = await process.communicate()
    if process.returncode:
        raise RepackingFailed(errors.decode(errors="replace").strip())
