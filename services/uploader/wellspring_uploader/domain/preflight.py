"""What speaks against a film, before one byte of it is sent."""

from dataclasses import dataclass

from wellspring_common.account_limits import Limits

_MIB = 1024**2


@dataclass(frozen=True)
class Problem:
    """Why a film cannot go out as it is, by a code and in words that say what to do."""

    code: str
    detail: str


@dataclass(frozen=True)
class FileFacts:
    """A film's file as its disk has it, beside what is stored of it."""

    size_bytes: int | None
    """Nothing where there is no file."""
    is_readable: bool
    stored_bytes: int
    duration_s: float


def problems(file: FileFacts, limits: Limits) -> list[Problem]:
    """Return everything that speaks against a film."""
    if file.size_bytes is None:
        return [Problem("file_missing", "The film's file is gone from the disk: download it again.")]
    if not file.is_readable:
        return [Problem("file_unreadable", "The film's file cannot be read: check its rights on the disk.")]
    found = []
    if file.size_bytes != file.stored_bytes:
        said = f"The film's file has {file.size_bytes} bytes instead of {file.stored_bytes}"
        found.append(Problem("file_changed", f"{said}: download it again."))
    minutes = file.duration_s / 60
    if limits.longest_minutes is not None and minutes > limits.longest_minutes:
        said = f"The film lasts {minutes:.0f} min, and the target takes {limits.longest_minutes:.0f} min"
        found.append(Problem("too_long", f"{said}: cut it, or use an account that may publish longer films."))
    if limits.minutes_per_day is not None and minutes > limits.minutes_per_day:
        said = f"The film lasts {minutes:.0f} min, more than the target takes in a day"
        found.append(Problem("too_long", f"{said} ({limits.minutes_per_day:.0f} min)."))
    if limits.largest_bytes is not None and file.size_bytes > limits.largest_bytes:
        said = (
            f"The film has {file.size_bytes // _MIB} MiB, the target takes {limits.largest_bytes // _MIB} MiB"
        )
        found.append(Problem("too_large", f"{said}: use a smaller quality."))
    return found
