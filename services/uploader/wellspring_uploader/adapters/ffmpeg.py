"""ffmpeg as a child: it sees files of our own folder and nothing else."""

import asyncio
import contextlib
import os
import resource
import shutil
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TypeVar

import structlog

from wellspring_common.errors import Transient
from wellspring_common.events.containers import Container
from wellspring_common.fetch.media import container_of_bytes

from ..domain.downloads_ends import DamagedFilm, NotAFilm
from ..domain.film_looks import (
    LONGEST_HOLES_S,
    SMALLEST_PART_WATCHED,
    Packets,
    Watched,
    clock_time,
    watched_in,
    windows_of,
)
from ..domain.media_facts import SHORTEST_PART, MediaFacts, facts_in

# A file that says it is a list of others would make ffmpeg open those: only containers of films are read.
FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,mpeg,avi,flv,ogg,asf,aac,mp3"
READS_PER_S = 20 * 1024 * 1024
"""A disk that is slower than this is broken."""
LEAST_S = 60.0
MOST_MEMORY = 224 * 1024 * 1024
"""Decoding fits in beside the rest of a container of 384 MB up to 4K of 8 bits."""
MOST_CPU_S = 20
"""Enough for the key frames of 3 GB in 1080p: of a longer film the rest is believed."""
_LAST_IN_LINE = 10
_FIRST_TO_GO = "1000"
_TAIL = 64 * 1024
_START = 512

Out = TypeVar("Out")

log = structlog.get_logger(__name__)


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
        self._turn = asyncio.Semaphore(1)

    async def read(self, path: Path) -> MediaFacts:
        """Return what a film is, after reading all of it and decoding enough to believe in the rest.

        Raises `NotAFilm`, `NoFfmpeg`.
        """
        async with self._turn:
            facts, pictures = await self._facts(path)
            await self._watch(path, facts, pictures)
        container = facts.container
        if container == "mkv" and await asyncio.to_thread(_is_webm, path):  # one word of ffmpeg's for both
            container = "webm"
        return replace(facts, container=container)

    async def _facts(self, path: Path) -> tuple[MediaFacts, int]:
        """Read every packet, and return what the film is and how many pictures it has."""
        size = (await asyncio.to_thread(path.stat)).st_size
        arguments = [*_input(path), "-map", "0:v:0", "-map", "0:a?", "-c", "copy", "-f", "framecrc", "pipe:1"]
        code, packets, said = await self._run(arguments, _packets_of, patience_s=LEAST_S + size / READS_PER_S)
        facts = facts_in(said)
        if facts is None:
            raise NotAFilm(f"ffmpeg finds no film in it: {_last(said)}")
        if code != 0 or packets.end_s <= 0:
            raise NotAFilm(f"ffmpeg cannot read it: {_last(said)}")
        if facts.duration_s and packets.end_s < SHORTEST_PART * facts.duration_s:
            raise NotAFilm(f"It ends after {packets.end_s:.0f} of {facts.duration_s:.0f} seconds.")
        holes = packets.holes()
        missing = sum(until - since for since, until in holes)
        if missing >= LONGEST_HOLES_S:
            first = clock_time(holes[0][0])
            raise DamagedFilm(f"{missing:.0f} seconds are missing in it, the first at {first}.")
        return replace(facts, duration_s=facts.duration_s or packets.end_s), packets.pictures

    async def _watch(self, path: Path, facts: MediaFacts, pictures: int) -> None:
        """Decode the key frames, and all of a few short stretches. Raises `DamagedFilm`."""
        keys = await self._decode(("-skip_frame", "nokey", *_input(path), "-map", "0:v:0"))
        if keys is not None and keys.is_broken(pictures):
            raise DamagedFilm(f"{keys.failed} of its {pictures} pictures cannot be decoded.")
        streams = {"picture": "0:v:0"} | ({"sound": "0:a:0"} if facts.has_sound else {})
        for at, seconds in windows_of(facts.duration_s):
            for what, stream in streams.items():
                window = ("-ss", f"{at:.3f}", *_input(path), "-t", f"{seconds:.3f}", "-map", stream)
                found = await self._decode(window)
                if found is not None and found.is_unbearable and (found.gave_up or what == "picture"):
                    raise DamagedFilm(f"Its {what} cannot be decoded at {clock_time(at)}.")

    async def _decode(self, arguments: Sequence[str]) -> Watched | None:
        """Decode on one core behind everybody else, as far as it gets in its time.

        What is too much for us says nothing about a film.
        """
        loud = ("-loglevel", "repeat+warning", "-hide_banner", "-progress", "pipe:1", "-threads", "1")
        lenient = ("-max_error_rate", str(SMALLEST_PART_WATCHED), "-fps_mode", "passthrough")
        try:
            code, progress, said = await self._run(
                (*loud, *arguments, *lenient, "-f", "null", "-"), _all_of, patience_s=LEAST_S, modest=True
            )
        except NotAFilm as error:
            log.warning("media.not_decoded", reason=error.message)
            return None
        return watched_in(code, progress, said)

    async def pack(self, picture: Path, sound: Path | None, output: Path) -> None:
        """Put what came in segments into one MP4. Raises `NotAFilm`, `NoFfmpeg`."""
        inputs = [*_input(picture), *(_input(sound) if sound is not None else [])]
        size = (await asyncio.to_thread(picture.stat)).st_size
        maps = ["-map", "0:v:0", "-map", "1:a:0" if sound is not None else "0:a?"]
        made = ["-c", "copy", "-movflags", "+faststart", "-f", "mp4", "-y", f"file:{output}"]
        patience_s = LEAST_S + 3 * size / READS_PER_S
        code, _, said = await self._run([*inputs, *maps, *made], _all_of, patience_s=patience_s)
        if code != 0:
            raise NotAFilm(f"ffmpeg cannot pack its segments: {_last(said)}")

    async def _run(
        self,
        arguments: Sequence[str],
        reader: Callable[[asyncio.StreamReader], Awaitable[Out]],
        *,
        patience_s: float,
        modest: bool = False,
    ) -> tuple[int, Out, str]:
        binary = self._binary or ffmpeg_binary()
        try:
            process = await asyncio.create_subprocess_exec(
                binary,
                *("-hide_banner", "-nostdin", "-nostats", *arguments),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env={},
            )
        except OSError as error:
            raise NoFfmpeg(f"{binary} cannot be started: {error.strerror}.") from error
        assert process.stdout is not None  # noqa: S101  (both are pipes)
        assert process.stderr is not None  # noqa: S101
        if modest:
            _fence(process.pid)
        try:
            async with asyncio.timeout(patience_s):
                out, said = await asyncio.gather(reader(process.stdout), _all_of(process.stderr))
                return await process.wait(), out, said
        except TimeoutError as error:
            raise NotAFilm(f"ffmpeg did not end within {patience_s:.0f} s.") from error
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()


def _fence(pid: int) -> None:
    """Cap a child's memory and time, and put it behind everybody else."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        resource.prlimit(pid, resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
        resource.prlimit(pid, resource.RLIMIT_CPU, (MOST_CPU_S, MOST_CPU_S))
        os.setpriority(os.PRIO_PROCESS, pid, _LAST_IN_LINE)
        Path(f"/proc/{pid}/oom_score_adj").write_text(_FIRST_TO_GO)


def _is_webm(path: Path) -> bool:
    with path.open("rb") as file:
        return container_of_bytes(file.read(_START)) is Container.WEBM


def _input(path: Path) -> list[str]:
    return ["-protocol_whitelist", "file", "-format_whitelist", FORMATS, "-i", f"file:{path}"]


async def _packets_of(stream: asyncio.StreamReader) -> Packets:
    """Return what a list of packets amounts to: a long film's is tens of megabytes."""
    packets, rest = Packets(), ""
    while chunk := await stream.read(_TAIL):
        *lines, rest = (rest + chunk.decode(errors="replace")).split("\n")
        packets.read(lines)
    return packets


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
