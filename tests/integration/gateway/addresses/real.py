"""Real films on the host, and real programs that read them."""

import asyncio
import json
from pathlib import Path
from typing import Any

from wellspring_demo.media.encoder import ffmpeg

SECONDS = 2
RATE = 25
"""Pictures a second."""


async def run(*command: str) -> tuple[int, str]:
    """Return a program's exit code and all that it said."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode(errors="replace")


async def filmed(film: Path) -> None:
    """Put a real film where the host has one at every path, with HLS and DASH of it beside."""
    picture = ("-f", "lavfi", "-i", f"testsrc=size=640x360:rate={RATE}:duration={SECONDS}")
    noise = ("-f", "lavfi", "-i", f"anoisesrc=duration={SECONDS}")
    packed = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "5", "-c:a", "aac", "-movflags", "+faststart")
    code, said = await run(ffmpeg(), "-v", "error", "-y", *picture, *noise, *packed, str(film))
    assert code == 0, said
    folder = film.parent / "real"
    folder.mkdir()
    hls = ("-f", "hls", "-hls_time", "1", "-hls_list_size", "0", str(folder / "list.m3u8"))
    dash = ("-f", "dash", "-seg_duration", "1", str(folder / "film.mpd"))
    code, said = await run(ffmpeg(), "-v", "error", "-i", str(film), "-c", "copy", *hls, "-c", "copy", *dash)
    assert code == 0, said


async def probed(ffprobe: str, url: str) -> Any:
    words = ("-v", "error", "-of", "json", "-show_format", "-show_streams", "-count_packets")
    code, said = await run(ffprobe, *words, url)
    assert code == 0, said
    return json.loads(said)


def is_the_film(found: Any) -> bool:
    kinds = {stream["codec_type"]: int(stream["nb_read_packets"]) for stream in found["streams"]}
    return float(found["format"]["duration"]) >= SECONDS - 0.1 and kinds["video"] == RATE * SECONDS
