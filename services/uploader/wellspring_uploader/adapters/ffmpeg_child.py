"""ffmpeg as a child process."""

import asyncio
import contextlib
import os
import resource
import shutil
from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TypeVar

from wellspring_common.errors import Transient

from ..domain.downloads_ends import NotAFilm

MOST_MEMORY = 224 * 1024 * 1024
"""Decoding fits in beside the rest of a container of 384 MB up to 4K of 8 bits."""
MOST_CPU_S = 20
"""Enough for the key frames of 3 GB in 1080p."""
_LAST_IN_LINE = 10
_FIRST_TO_GO = "1000"
PIECE = 64 * 1024

Out = TypeVar("Out")


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


async def run(
    binary: str,
    arguments: Sequence[str],
    reader: Callable[[asyncio.StreamReader], Awaitable[Out]],
    *,
    patience_s: float,
    modest: bool = False,
) -> tuple[int, Out, str]:
    """Return how ffmpeg ended, what a reader made of its output, and what it said.

    A modest one has its memory and its time capped, lets everybody else go first, and is ended in silence
    when its time is up. Raises `NotAFilm` where another takes longer, and `NoFfmpeg`.
    """
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
    ending = asyncio.get_running_loop().call_later(patience_s, _end, process) if modest else None
    if modest:
        _fence(process.pid)
    try:
        async with asyncio.timeout(None if modest else patience_s):
            out, said = await asyncio.gather(reader(process.stdout), all_of(process.stderr))
            return await process.wait(), out, said
    except TimeoutError as error:
        raise NotAFilm(f"ffmpeg did not end within {patience_s:.0f} s.") from error
    finally:
        if ending is not None:
            ending.cancel()
        if process.returncode is None:
            _end(process)
            await process.wait()


async def all_of(stream: asyncio.StreamReader) -> str:
    """Return the beginning and the end of what a child says: a broken film makes it say a lot."""
    head, tail = b"", b""
    while chunk := await stream.read(PIECE):
        if len(head) < PIECE:
            head += chunk
        else:
            tail = (tail + chunk)[-PIECE:]
    return (head + tail).decode(errors="replace")


def _end(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()


def _fence(pid: int) -> None:
    """Cap a child's memory and time, and put it behind everybody else."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        resource.prlimit(pid, resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
        resource.prlimit(pid, resource.RLIMIT_CPU, (MOST_CPU_S, MOST_CPU_S))
        os.setpriority(os.PRIO_PROCESS, pid, _LAST_IN_LINE)
        Path(f"/proc/{pid}/oom_score_adj").write_text(_FIRST_TO_GO)
