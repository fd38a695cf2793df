"""Looks at films that came in: what is in the container, and whether it is one at all."""

import asyncio
import hashlib
import re
from pathlib import Path

from ..domain.platforms.boxes import FilmFacts, film_facts
from ..media.encoder import ffmpeg

HASH_BLOCK = 4 * 1024 * 1024
_DURATION = re.compile(r"Duration: (\d+):(\d\d):(\d\d)\.(\d\d)")
_PICTURE = re.compile(r"Video: .*?(\d{2,5})x(\d{2,5})")
_PATIENCE_S = 30.0


async def facts_of(path: Path) -> FilmFacts | None:
    """What a file says about its film; None for one that is none."""
    found = await asyncio.to_thread(_of_boxes, path)
    return found if found is not None else await _of_any_container(path)


def sha256_of(path: Path) -> str:
    """The hash of a file, read block by block."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(HASH_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _of_boxes(path: Path) -> FilmFacts | None:
    with path.open("rb") as file:
        return film_facts(file, path.stat().st_size)


async def _of_any_container(path: Path) -> FilmFacts | None:
    process = await asyncio.create_subprocess_exec(
        *(ffmpeg(), "-hide_banner", "-nostdin", "-i", str(path)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, said = await asyncio.wait_for(process.communicate(), _PATIENCE_S)
    except TimeoutError:
        process.kill()
        await process.wait()
        return None
    text = said.decode(errors="replace")
    duration, picture = _DURATION.search(text), _PICTURE.search(text)
    if duration is None or picture is None:
        return None
    hours, minutes, seconds, hundredths = (int(number) for number in duration.groups())
    milliseconds = ((hours * 60 + minutes) * 60 + seconds) * 1_000 + hundredths * 10
    return FilmFacts(milliseconds, int(picture[1]), int(picture[2]))
