"""ffmpeg as a child: it sees files of our own folder and nothing else."""

import asyncio
import contextlib
import shutil
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from wellspring_common.errors import Transient
from wellspring_common.events.containers import Container
from wellspring_common.fetch.media import container_of_bytes

from ..domain.downloads_ends import NotAFilm
from ..domain.media_facts import SHORTEST_PART, MediaFacts, facts_in, read_seconds

# A file that says it is a list of others would make ffmpeg open those: only containers of films are read.
FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,mpeg,avi,flv,ogg,asf,aac,mp3"
READS_PER_S = 20 * 1024 * 1024
"""A disk that is slower than this is broken."""
LEAST_S = 60.0
_TAIL = 64 * 1024
_START = 512


class NoFfmpeg(Transient):
    """There is no ffmpeg on this machine."""

    code = "no_ffmpeg"


@cache
def ffmpeg_binary() -> str:
    """Return the system's ffmpeg, else the one that comes with `imageio-ffmpeg`. Raises `NoFfmpeg`."""
    found = shutil.which("ffmpeg")
    if found is not None:
        return found
    try:
        import imageio_ffmpeg  # type: ignore[import-untyped]  # noqa: PLC0415  (only who has no other needs it)

        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError) as error:
        raise NoFfmpeg("There is no ffmpeg: install it, or set WELLSPRING_UPLOADER_FFMPEG.") from error


class Ffmpeg:
    """Looks into films and packs streams into one file, without encoding anything."""

    def __init__(self, binary: str | None = None) -> None:
        self._binary = binary

    async def read(self, path: Path) -> MediaFacts:
        """Return what a film is, after reading all of it once. Raises `NotAFilm`, `NoFfmpeg`."""
        size = (await asyncio.to_thread(path.stat)).st_size
        arguments = [*_input(path), "-map", "0:v:0", "-map", "0:a?", "-c", "copy", "-f", "null", "-"]
        code, progress, said = await self._run(arguments, patience_s=LEAST_S + size / READS_PER_S)
        facts = facts_in(said)
        if facts is None:
            raise NotAFilm(f"ffmpeg finds no film in it: {_last(said)}")
        seconds = read_seconds(progress)
        if code != 0 or seconds <= 0:
            raise NotAFilm(f"ffmpeg cannot read it: {_last(said)}")
        if facts.duration_s and seconds < SHORTEST_PART * facts.duration_s:
            raise NotAFilm(f"It ends after {seconds:.0f} of {facts.duration_s:.0f} seconds.")
        container = facts.container
        if container == "mkv" and await asyncio.to_thread(_is_webm, path):  # one word of ffmpeg's for both
            container = "webm"
        return replace(facts, container=container, duration_s=facts.duration_s or seconds)

    async def pack(self, picture: Path, sound: Path | None, output: Path) -> None:
        """Put what came in segments into one MP4. Raises `NotAFilm`, `NoFfmpeg`."""
        inputs = [*_input(picture), *(_input(sound) if sound is not None else [])]
        size = (await asyncio.to_thread(picture.stat)).st_size
        maps = ["-map", "0:v:0", "-map", "1:a:0" if sound is not None else "0:a?"]
        made = ["-c", "copy", "-movflags", "+faststart", "-f", "mp4", "-y", f"file:{output}"]
        code, _, said = await self._run([*inputs, *maps, *made], patience_s=LEAST_S + 3 * size / READS_PER_S)
        if code != 0:
            raise NotAFilm(f"ffmpeg cannot pack its segments: {_last(said)}")

    async def _run(self, arguments: Sequence[str], *, patience_s: float) -> tuple[int, str, str]:
        binary = self._binary or ffmpeg_binary()
        try:
            process = await asyncio.create_subprocess_exec(
                binary,
                *("-hide_banner", "-nostdin", "-nostats", "-progress", "pipe:1", *arguments),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env={},
            )
        except OSError as error:
            raise NoFfmpeg(f"{binary} cannot be started: {error.strerror}.") from error
        assert process.stdout is not None  # noqa: S101  (both are pipes)
        assert process.stderr is not None  # noqa: S101
        try:
            async with asyncio.timeout(patience_s):
                out, said = await asyncio.gather(_all_of(process.stdout), _all_of(process.stderr))
                return await process.wait(), out, said
        except TimeoutError as error:
            raise NotAFilm(f"ffmpeg did not end within {patience_s:.0f} s.") from error
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()


def _is_webm(path: Path) -> bool:
    with path.open("rb") as file:
        return container_of_bytes(file.read(_START)) is Container.WEBM


def _input(path: Path) -> list[str]:
    return ["-protocol_whitelist", "file", "-format_whitelist", FORMATS, "-i", f"file:{path}"]


async def _all_of(stream: asyncio.StreamReader) -> str:
    """Return the beginning and the end of what a child says: a broken film makes it say a lot."""
    head, tail = b"", b""
    while chunk := await stream.read(_TAIL):
        if len(head) < _TAIL:
            head += chunk
        else:
            tail = (tail + chunk)[-_TAIL:]
    return (head + tail).decode(errors="replace")


def _last(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "it says nothing"
