"""What ffmpeg says about a file, read from what it prints for people."""

import re
from dataclasses import dataclass

_INPUT = re.compile(r"^Input #0, (?P<names>[\w,]+), from ", re.MULTILINE)
_DURATION = re.compile(r"^\s*Duration: (?:(\d+):(\d\d):(\d\d(?:\.\d+)?)|N/A)", re.MULTILINE)
_VIDEO = re.compile(r"^\s*Stream #0:\d+.*?: Video: (?P<rest>.*)$", re.MULTILINE)
_SOUND = re.compile(r"^\s*Stream #0:\d+.*?: Audio: ", re.MULTILINE)
_SIZE = re.compile(r"\b(?P<width>\d{2,5})x(?P<height>\d{2,5})\b")
_CONTAINERS = {
    "mov": "mp4",
    "mp4": "mp4",
    "webm": "webm",
    "matroska": "mkv",
    "mpegts": "mpegts",
}
_STEPS = (240, 360, 480, 540, 720, 1080, 1440, 2160, 4320)
_NEAR = 0.03
SHORTEST_PART = 0.9
"""So much of what the container promises has to be readable."""
SHORTEST_STREAM = 0.75
"""So much of what a playlist promises has to be there: older ones tell whole seconds."""


@dataclass(frozen=True)
class MediaFacts:
    """What a film is."""

    container: str
    duration_s: float
    width: int | None
    height: int | None
    has_sound: bool = False


def facts_in(text: str) -> MediaFacts | None:
    """Return what `ffmpeg -i` printed about its input, or nothing where that is no film."""
    named, duration, video = _INPUT.search(text), _DURATION.search(text), _VIDEO.search(text)
    if named is None or video is None or "attached pic" in video["rest"]:
        return None
    names = named["names"].split(",")
    container = next((_CONTAINERS[name] for name in names if name in _CONTAINERS), "other")
    size = _SIZE.search(video["rest"])
    seconds = 0.0
    if duration is not None and duration[1] is not None:
        seconds = int(duration[1]) * 3600 + int(duration[2]) * 60 + float(duration[3])
    width, height = (int(size["width"]), int(size["height"])) if size else (None, None)
    return MediaFacts(container, seconds, width, height, has_sound=_SOUND.search(text) is not None)


def lines_of(height: int | None, width: int | None) -> int | None:
    """Return the quality that a picture's size stands for: of films wider than 16:9 the width tells."""
    if not height:
        return None
    for tall in (max(height, round((width or 0) * 9 / 16)), height):
        near = [step for step in _STEPS if abs(step - tall) <= step * _NEAR]
        if near:
            return near[0]
    return height
