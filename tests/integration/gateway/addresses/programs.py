"""The players that people use, without a screen, a sound, or settings of their own."""

import asyncio
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from .real import RATE, run

_SEEN = re.compile(r"at ([0-9.]+) of")
_PATIENCE_S = 60


@dataclass(frozen=True)
class Watched:
    """From which second to which a player showed a film. `said` is what it had to say."""

    first: float
    last: float
    said: str

    @property
    def seconds(self) -> float:
        """Return how much was shown."""
        return self.last - self.first


class Mpv:
    """mpv. It says where it is in the film."""

    def __init__(self) -> None:
        self._path = _found("mpv", "mpv")

    async def watch(self, url: str, *, start: float = 0) -> Watched:
        """Play to the end."""
        quiet = ("--no-config", "--vo=null", "--ao=null", "--audio=no", "--untimed", "--keep-open=no")
        said_at = "--term-status-msg=at ${=time-pos} of ${=duration}"
        code, said = await run(self._path, *quiet, said_at, f"--start={start or 'none'}", url)
        seen = [float(text) for text in _SEEN.findall(said)]
        if code or not seen:
            return Watched(0, 0, said)
        return Watched(seen[0], seen[-1], said)


class Vlc:
    """VLC. What it plays goes into a file, whose pictures are counted: it ends with 0 whatever happens."""

    def __init__(self, ffprobe: str, folder: Path) -> None:
        self._path = _found("cvlc", "vlc-bin vlc-plugin-base")
        self._ffprobe, self._copy = ffprobe, folder / "played.ts"

    async def watch(self, url: str, *, start: float = 0) -> Watched:
        """Play to the end."""
        words = ("-I", "dummy", "--play-and-exit", "--no-one-instance", f"--start-time={start}")
        with self._copy.open("wb") as file:
            process = await asyncio.create_subprocess_exec(
                *(self._path, *words, "--sout", "#std{access=file,mux=ts,dst=-}", url, "vlc://quit"),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=file,
                stderr=asyncio.subprocess.PIPE,
                user="nobody" if os.geteuid() == 0 else None,  # it refuses to be root
                cwd="/",
                env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"},
            )
            async with asyncio.timeout(_PATIENCE_S):
                _, said = await process.communicate()
        count = ("-v", "error", "-select_streams", "v", "-count_packets", "-of", "csv=p=0")
        _, packets = await run(
            self._ffprobe, *count, "-show_entries", "stream=nb_read_packets", str(self._copy)
        )
        pictures = next((int(line) for line in packets.split() if line.isdigit()), 0)
        return Watched(start, start + pictures / RATE, said.decode(errors="replace"))


def _found(program: str, package: str) -> str:
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"no {program} here: apt-get install --no-install-recommends {package}")
    return path
