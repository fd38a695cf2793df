"""What a look into a film shows: pictures that cannot be decoded, and stretches that are not there at all."""

import re
import signal
from collections.abc import Iterable
from dataclasses import dataclass, field

WINDOW_S = 4.0
"""So much of a film is watched in one place."""
_WHOLE_S = 3 * WINDOW_S
SILENCE_S = 2.0
"""Packets of picture and of sound that both stay away for so long are a hole."""
LONGEST_HOLES_S = 5.0
FEWEST_FAILED = 2
MOST_FAILED = 24
"""A second of most films: a recording off the air has a broken picture here and there, and plays."""
SMALLEST_PART = 0.01
SMALLEST_PART_WATCHED = 0.25
TOO_MANY_FAILED = 69
"""What ffmpeg exits with where more cannot be decoded than `-max_error_rate` lets pass."""
_PICTURE = "0"
_OUR_END = (-signal.SIGXCPU, -signal.SIGKILL)
"""Its time was up: what it told by then counts."""
_FRAMES = re.compile(r"^frame=\s*(\d+)\s*$", re.MULTILINE)
# Older ones say it in the first way, newer ones in the others.
_FAILED = re.compile(
    r"(?:Error while decoding stream .*|Error submitting packet to decoder|Decoding error)"
    r": Invalid data found when processing input"
)
_HIDDEN = re.compile(r"corrupt decoded frame")
_TOO_MUCH = re.compile(
    r"Cannot allocate memory|get_buffer\(\) failed|Resource temporarily unavailable|Function not implemented"
)


@dataclass(frozen=True)
class Watched:
    """What ffmpeg made of a stretch: pictures that it showed, and those that came out broken or not."""

    shown: int
    failed: int
    gave_up: bool = False

    @property
    def is_unbearable(self) -> bool:
        """Return whether a person would leave, of a stretch that was watched as a person does."""
        return self.gave_up or self.failed > SMALLEST_PART_WATCHED * (self.shown + self.failed)

    def is_broken(self, pictures: int) -> bool:
        """Return whether a person would notice, of a whole film with so many pictures.

        One that cannot be decoded spoils what follows up to the next key frame.
        """
        if self.failed and not self.shown:
            return True
        return self.failed >= FEWEST_FAILED and self.failed >= min(MOST_FAILED, SMALLEST_PART * pictures)


def watched_in(code: int, progress: str, said: str) -> Watched | None:
    """Return what ffmpeg tells after decoding, or nothing where that says nothing about the film.

    A codec that this ffmpeg lacks and a picture that is too large for our memory are no fault of the film's.
    """
    if _TOO_MUCH.search(said):
        return None
    refused, hidden = len(_FAILED.findall(said)), len(_HIDDEN.findall(said))
    if code not in {0, TOO_MANY_FAILED, *_OUR_END} and not refused:
        return None
    frames = _FRAMES.findall(progress)
    shown = int(frames[-1]) if frames else 0
    gave_up = code == TOO_MANY_FAILED and refused > 0
    return Watched(max(0, shown - hidden), refused + hidden, gave_up)


def windows_of(duration_s: float) -> list[tuple[float, float]]:
    """Return where a film is watched and for how long: at its beginning, in its middle and at its end."""
    if duration_s <= _WHOLE_S:
        return [(0.0, _WHOLE_S)]
    return [(at, WINDOW_S) for at in (0.0, (duration_s - WINDOW_S) / 2, duration_s - 1.5 * WINDOW_S)]


def clock_time(seconds: float) -> str:
    """Return a place in a film as players show it."""
    whole = int(seconds)
    return f"{whole // 3600}:{whole % 3600 // 60:02}:{whole % 60:02}"


@dataclass
class Packets:
    """The packets of a film as ffmpeg lists them with `-f framecrc`, one line each."""

    end_s: float = 0.0
    pictures: int = 0
    _ticks: dict[str, float] = field(default_factory=dict)
    _last: dict[str, float] = field(default_factory=dict)
    _silences: dict[str, list[tuple[float, float]]] = field(default_factory=dict)

    def read(self, lines: Iterable[str]) -> None:
        """Take note of more lines."""
        for line in lines:
            if line.startswith("#tb "):
                stream, _, base = line.removeprefix("#tb ").partition(": ")
                over, _, under = base.partition("/")
                self._ticks[stream] = int(over) / int(under)
            elif not line.startswith("#"):
                self._packet(*line.split(",", 4)[:4])

    def _packet(self, stream: str, dts: str = "", pts: str = "", duration: str = "") -> None:
        tick = self._ticks.get(stream)
        try:
            begin = int(dts) * (tick or 0.0)
            end = max(begin, int(pts) * (tick or 0.0)) + int(duration) * (tick or 0.0)
        except ValueError:
            return
        last = self._last.get(stream, begin)
        if begin - last > SILENCE_S:
            self._silences.setdefault(stream, []).append((last, begin))
        self._last[stream] = begin
        self.end_s = max(self.end_s, end)
        self.pictures += stream == _PICTURE

    def holes(self) -> list[tuple[float, float]]:
        """Return from when to when neither picture nor sound is there. A film without sound tells nothing."""
        if len(self._last) < 2:  # noqa: PLR2004  (a picture may stand still for long)
            return []
        found = self._silences.get(_PICTURE, [])
        for stream in self._last:
            found = [
                (max(begin, since), min(end, until))
                for begin, end in found
                for since, until in self._silences.get(stream, [])
                if min(end, until) - max(begin, since) > SILENCE_S / 2
            ]
        return found
