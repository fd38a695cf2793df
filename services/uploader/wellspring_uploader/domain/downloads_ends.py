"""What becomes of a download whose run did not bring the file."""

from dataclasses import dataclass
from datetime import timedelta

from wellspring_common.errors import DependencyDown, Permanent, Throttled, Transient

WAITING = "waiting_for_links"
DISK_FULL = "disk_full"
NO_LINKS = "no_links"
NO_SOURCES = "no_sources"
EPISODE_GONE = "episode_gone"
NOT_A_FILM = "not_a_film"
FILM_DAMAGED = "film_damaged"
MOST_TRIES = 8
"""Runs in a row that brought not a single byte further."""
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=30)
DISK_WAIT = timedelta(minutes=2)
AWAY_WAIT = timedelta(seconds=10)
OWN_WAIT = timedelta(seconds=15)
LINK_WAITS = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 60, 180))
LONGEST_FOR_LINKS = timedelta(days=3)
"""So long fresh links are waited for."""
UNCOUNTED = frozenset({"part_busy", "disk_error", "no_ffmpeg", "database_busy"})
"""What is wrong here and not with the links: such runs are no tries."""
MOST_RESTARTS = 4
MOST_BAD = 3


class NoLinks(Transient):
    """No link is left that could be tried. Fresh ones are to be found."""

    code = WAITING


class DiskFull(Transient):
    """The disk has no room for the file beside what is kept free."""

    code = DISK_FULL


class NotAFilm(Transient):
    """What came, whole, is no film that can be read: another link may have one."""

    code = NOT_A_FILM


class DamagedFilm(NotAFilm):
    """The film can be opened, and parts of it cannot be decoded: a person would notice."""

    code = FILM_DAMAGED


class OtherFile(Transient):
    """A link leads to another file than the one that is being written."""

    code = "other_file"


@dataclass(frozen=True)
class End:
    """What is written of a run that failed: another one at `again_after`, or none at all."""

    code: str
    detail: str
    attempts: int
    again_after: timedelta | None
    wishes: bool = False
    """Whether fresh links are to be asked for."""


def end_of(  # noqa: PLR0911  (a table)
    error: Exception,
    *,
    attempts: int,
    progressed: bool,
    waits: int = 0,
    waited: timedelta = timedelta(0),
) -> End:
    """Return what follows from a run that ended in `error`.

    `attempts` counts the runs before that brought nothing. One that got further is none of them, and neither
    is waiting for links or for room.
    """
    detail = str(error)[:500] or type(error).__name__
    if isinstance(error, NoLinks):
        if waited >= LONGEST_FOR_LINKS:
            return End(NO_LINKS, detail, attempts, None)
        return End(WAITING, detail, attempts, LINK_WAITS[min(waits, len(LINK_WAITS) - 1)], wishes=True)
    if isinstance(error, DiskFull):
        return End(DISK_FULL, detail, attempts, DISK_WAIT)
    if isinstance(error, DependencyDown):
        return End(error.code, detail, attempts, AWAY_WAIT)
    if isinstance(error, Throttled):
        wait = max(FIRST_WAIT, min(LONGEST_WAIT, timedelta(seconds=error.retry_after)))
        return End(error.code, detail, attempts, wait)
    if isinstance(error, Transient) and error.code in UNCOUNTED:
        return End(error.code, detail, attempts, OWN_WAIT)
    tries = 1 if progressed else attempts + 1
    code = error.code if isinstance(error, (Transient, Permanent)) else "bug"
    if isinstance(error, Permanent) or tries >= MOST_TRIES:
        return End(code, detail, tries, None)
    return End(code, detail, tries, min(LONGEST_WAIT, FIRST_WAIT * 2 ** (tries - 1)))
