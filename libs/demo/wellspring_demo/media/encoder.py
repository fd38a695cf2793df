"""Turns the drawn picture of a clip into a small H.264 and AAC video that moves."""

import asyncio
import shutil
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import imageio_ffmpeg  # type: ignore[import-untyped]  # it ships no types

from ..domain.catalogue import Clip
from .card import (
    BAR_HEIGHT,
    DESIGN,
    RING,
    RIPPLES,
    clock_box,
    draw_bar,
    draw_card,
    draw_clock,
    draw_light,
    even,
    light_side,
)

FPS = 4
TONES = {"pixel": 196, "fsl": 220, "10gbps": 262}
"""A quiet tone for each server, in Hz."""
_BASE = ("-hide_banner", "-loglevel", "error", "-nostdin", "-y")


class EncodingFailed(Exception):
    """The encoder refused, and says why."""


@cache
def ffmpeg() -> str:
    """The path of the encoder that comes with `imageio-ffmpeg`."""
    return str(imageio_ffmpeg.get_ffmpeg_exe())


async def make_clip(clip: Clip, folder: Path, seconds: int, *, gently: bool) -> Path:
    """Draw and encode a clip in `folder`; gently means at the lowest priority. Raises EncodingFailed."""
    await asyncio.to_thread(_draw, clip, folder, seconds)
    made = folder / "clip.mp4"
    command = [ffmpeg(), *_BASE, *_inputs(folder, clip, seconds), *_output(clip, seconds), str(made)]
    if gently and (nice := shutil.which("nice")):
        command = [nice, "-n", "19", *command]
    await _run(command)
    return made


def _draw(clip: Clip, folder: Path, seconds: int) -> None:
    card = draw_card(clip)
    card.save(folder / "card.ppm")
    draw_bar(clip).save(folder / "bar.ppm")
    draw_light(clip).save(folder / "light.png")
    draw_clock(clip, card, seconds).save(folder / "clock.ppm")


def _inputs(folder: Path, clip: Clip, seconds: int) -> list[str]:
    arguments = []
    for name in ("card.ppm", "bar.ppm", "clock.ppm", "light.png"):
        arguments += ["-framerate", str(FPS), "-i", str(folder / name)]
    tone = f"sine=frequency={TONES[clip.server]}:sample_rate=24000:duration={seconds},volume=0.02"
    return [*arguments, "-f", "lavfi", "-i", tone]


def _output(clip: Clip, seconds: int) -> list[str]:
    threads = ("-threads", "1", "-filter_complex_threads", "1")
    video = (
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-tune",
        "stillimage",
        "-crf",
        "29",
        "-g",
        str(FPS * 15),
    )
    audio = ("-c:a", "aac", "-b:a", "16k", "-ac", "1")
    return [
        *("-filter_complex", _motion(clip.source.quality, seconds), "-map", "[v]", "-map", "4:a"),
        *("-t", str(seconds), *threads, *video, *audio, "-pix_fmt", "yuv420p", "-movflags", "+faststart"),
    ]


def _motion(quality: int, seconds: int) -> str:
    """The filter graph: the bar grows, the clock counts, the light travels round its ring."""
    scale = quality / DESIGN[1]
    again = f"loop=loop=-1:size=1,setpts=N/({FPS}*TB)"
    side = light_side(quality)
    x, y = RIPPLES[0] * scale - side / 2, RIPPLES[1] * scale - side / 2
    across, down = RING[0] * scale, RING[1] * scale
    left, top, _, bottom = clock_box(quality)
    row = bottom - top
    return ";".join(
        (
            f"[0:v]format=yuv420p,{again}[card]",
            f"[1:v]format=yuv420p,{again}[bar]",
            f"[2:v]format=yuv420p,{again},crop=h={row}:y='{row}*min(floor(t)\\,{seconds})'[clock]",
            f"[3:v]format=yuva420p,{again}[light]",
            f"[card][bar]overlay=x='-w+w*t/{seconds}':y=H-{even(BAR_HEIGHT * scale)}[a]",
            f"[a][clock]overlay=x={left}:y={top}[b]",
            f"[b][light]overlay=x='{x:.0f}+{across:.0f}*cos(t*0.7)':y='{y:.0f}+{down:.0f}*sin(t*0.7)'[v]",
        )
    )


async def _run(command: Sequence[str]) -> None:
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    try:
        _, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise EncodingFailed(errors.decode(errors="replace").strip())
