"""Where the output of processes goes: a rotated file each, and the terminal with a coloured name."""

import logging
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from logging.handlers import RotatingFileHandler
from pathlib import Path

from rich.text import Text

from .console import out

MAX_BYTES = 5_000_000
KEPT_FILES = 3
LONGEST_LINE = 64 * 1024
_COLOURS = {
    "gateway": "cyan",
    "scraper": "green",
    "refresher": "magenta",
    "health": "blue",
    "uploader": "yellow",
    "demo": "bright_magenta",
}
_WIDTH = 9

Show = Callable[[str, str], None]
"""Shows one line of one process, by its name."""


@dataclass
class Logbook:
    """Takes the lines of one process. `keep_quiet` decides which lines stay out of the terminal."""

    name: str
    file: Path
    show: Show | None = None
    keep_quiet: Callable[[str], bool] = lambda _: False
    listeners: list[Callable[[str], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._handler = RotatingFileHandler(
            self.file, maxBytes=MAX_BYTES, backupCount=KEPT_FILES, encoding="utf-8", delay=True
        )

    def take(self, line: str) -> None:
        """Write one line to the file, and to the terminal unless it is a quiet one."""
        self._handler.emit(logging.makeLogRecord({"msg": line}))
        for listener in self.listeners:
            listener(line)
        if self.show and not self.keep_quiet(line):
            self.show(self.name, line)

    def close(self) -> None:
        """Close the file."""
        self._handler.close()


class Lines:
    """Cuts a stream of bytes into lines, and cuts lines that never end."""

    def __init__(self, take: Callable[[str], None]) -> None:
        self._take = take
        self._rest = b""

    def feed(self, data: bytes) -> None:
        """Pass on every line that is complete."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._say(line)
        if len(self._rest) > LONGEST_LINE:
            self.flush()

    def flush(self) -> None:
        """Pass on what is left."""
        if self._rest:
            self._say(self._rest)
            self._rest = b""

    def _say(self, line: bytes) -> None:
        self._take(line.rstrip(b"\r").decode("utf-8", errors="replace"))


def show_in_terminal(name: str, line: str) -> None:
    """Print a line behind the coloured name of its process."""
    colour = _COLOURS.get(name, "white")
    out.print(Text(f"{name:>{_WIDTH}} │ ", style=colour), Text.from_ansi(line), sep="", soft_wrap=True)


def last_lines(file: Path, count: int) -> list[str]:
    """Return the last lines of a log file, oldest first. An absent file has none."""
    try:
        text = file.read_bytes()[-count * 1000 :]
    except FileNotFoundError:
        return []
    return text.decode("utf-8", errors="replace").splitlines()[-count:]


_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z")


def traced_lines(folder: Path, names: Iterable[str], trace_id: str) -> list[tuple[str, str]]:
    """Return what processes said in one trace, by name and in the order of time, rotated files included.

    The lines of a traceback belong to the line above them, which alone names its trace.
    """
    found: list[tuple[str, list[str]]] = []
    for name in names:
        rotated = [folder / f"{name}.log.{number}" for number in range(KEPT_FILES, 0, -1)]
        belongs = False
        for file in [*rotated, folder / f"{name}.log"]:
            with suppress(FileNotFoundError), file.open(encoding="utf-8", errors="replace") as lines:
                for line in lines:
                    if trace_id in line:
                        found.append((name, [line.rstrip("\n")]))
                        belongs = _TIME.match(line) is not None  # one of JSON is whole
                    elif belongs and not _TIME.match(line):
                        found[-1][1].append(line.rstrip("\n"))
                    else:
                        belongs = False
    found.sort(key=lambda said: _said_at(said[1][0]))
    return [(name, line) for name, said in found for line in said]


def _said_at(line: str) -> str:
    found = _TIME.search(line)
    return found.group() if found else ""
