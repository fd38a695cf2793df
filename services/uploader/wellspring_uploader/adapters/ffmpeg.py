"""Looking into films and packing streams, by an ffmpeg that sees files of our own folder and nothing else."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import structlog

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
from .ffmpeg_child import PIECE, all_of, ffmpeg_binary, run

# A file that says it is a list of others would make ffmpeg open those: only containers of films are read.
FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,mpeg,avi,flv,ogg,asf,aac,mp3"
READS_PER_S = 20 * 1024 * 1024
"""A disk that is slower than this is broken."""
LEAST_S = 60.0
WATCH_S = 600.0
"""So long a film is watched in all, however busy the machine is: the rest of it is believed."""
_START = 512

log = structlog.get_logger(__name__)


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
        code, packets, said = await run(
            self._binary or ffmpeg_binary(), arguments, _packets_of, patience_s=LEAST_S + size / READS_PER_S
        )
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
        """Decode a few short stretches, and then the key frames. Raises `DamagedFilm`."""
        until = asyncio.get_running_loop().time() + WATCH_S
        streams = {"picture": "0:v:0"} | ({"sound": "0:a:0"} if facts.has_sound else {})
        for at, seconds in windows_of(facts.duration_s):
            for what, stream in streams.items():
                window = ("-ss", f"{at:.3f}", *_input(path), "-t", f"{seconds:.3f}", "-map", stream)
                found = await self._decode(window, until)
                if found is not None and found.is_unbearable and (found.gave_up or what == "picture"):
                    raise DamagedFilm(f"Its {what} cannot be decoded at {clock_time(at)}.")
        keys = await self._decode(("-skip_frame", "nokey", *_input(path), "-map", "0:v:0"), until)
        if keys is not None and keys.is_broken(pictures):
            raise DamagedFilm(f"{keys.failed} of its {pictures} pictures cannot be decoded.")

    async def _decode(self, arguments: Sequence[str], until: float) -> Watched | None:
        """Decode on one core behind everybody else, as far as it gets until then.

        What is too much for us says nothing about a film.
        """
        patience_s = until - asyncio.get_running_loop().time()
        if patience_s <= 0:
            log.warning("media.not_decoded", reason="The machine is too busy.")
            return None
        loud = ("-loglevel", "repeat+warning", "-hide_banner", "-progress", "pipe:1", "-threads", "1")
        lenient = ("-max_error_rate", str(SMALLEST_PART_WATCHED), "-f", "null", "-")
        command = (*loud, *arguments, *lenient)
        code, progress, said = await run(
            self._binary or ffmpeg_binary(), command, all_of, patience_s=patience_s, modest=True
        )
        found = watched_in(code, progress, said)
        if found is None:
            log.warning("media.not_decoded", reason=_last(said))
        return found

    async def pack(self, picture: Path, sound: Path | None, output: Path) -> None:
        """Put what came in segments into one MP4. Raises `NotAFilm`, `NoFfmpeg`."""
        inputs = [*_input(picture), *(_input(sound) if sound is not None else [])]
        size = (await asyncio.to_thread(picture.stat)).st_size
        maps = ["-map", "0:v:0", "-map", "1:a:0" if sound is not None else "0:a?"]
        made = ["-c", "copy", "-movflags", "+faststart", "-f", "mp4", "-y", f"file:{output}"]
        patience_s = LEAST_S + 3 * size / READS_PER_S
        code, _, said = await run(
            self._binary or ffmpeg_binary(), [*inputs, *maps, *made], all_of, patience_s=patience_s
        )
        if code != 0:
            raise NotAFilm(f"ffmpeg cannot pack its segments: {_last(said)}")


def _is_webm(path: Path) -> bool:
    with path.open("rb") as file:
        return container_of_bytes(file.read(_START)) is Container.WEBM


def _input(path: Path) -> list[str]:
    return ["-protocol_whitelist", "file", "-format_whitelist", FORMATS, "-i", f"file:{path}"]


async def _packets_of(stream: asyncio.StreamReader) -> Packets:
    """Return what a list of packets amounts to: a long film's is tens of megabytes."""
    packets, rest = Packets(), ""
    while chunk := await stream.read(PIECE):
        *lines, rest = (rest + chunk.decode(errors="replace")).split("\n")
        packets.read(lines)
    return packets


def _last(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "it says nothing"
