"""What is known of a file that is being written, and what may be added to it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

SAMPLE = 64 * 1024


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Sample(_Stored):
    """A range of the file and the SHA-256 of its bytes."""

    at: int = Field(ge=0)
    length: int = Field(ge=1)
    sha256: str


class Segments(_Stored):
    """How far a film that comes in segments is. Bytes end with a whole segment.

    `shape` stands for the number of the segments and their durations, `first` and `last` for the bytes of the
    first one and of the last one that is there, `seconds` for how long the playlist says that the film is.
    """

    shape: str
    seconds: float = 0
    done: int = 0
    first: str | None = None
    last: str | None = None
    sound_done: int = 0
    """The same of sound that comes apart from the picture."""
    sound_bytes: int = 0
    is_whole: bool = False


class Finish(_Stored):
    """A file that is whole and about to get its name: what a restart between the two has to know."""

    path: str
    sha256: str
    size: int
    duration_s: float
    container: str
    quality: int | None


class Part(_Stored):
    """The file so far. Nothing of it is believed beyond `done`, which has reached the disk."""

    kind: Literal["file", "stream"] = "file"
    done: int = Field(default=0, ge=0)
    size: int | None = None
    link: tuple[int, int] | None = None
    server: str | None = None
    quality: int | None = None
    validator: str | None = None
    """A strong ETag of that link."""
    samples: tuple[Sample, ...] = ()
    segments: Segments | None = None
    finish: Finish | None = None
    restarts: int = 0
    """How often the file was begun again because no other link had the same one."""
    asked_for_same: bool = False
    """Whether fresh links were waited for already before giving these bytes up."""
    bad: tuple[tuple[int, int], ...] = ()
    """Links whose whole file was no film."""
    waits: int = 0
    waiting_since: datetime | None = None

    @property
    def has_begun(self) -> bool:
        """Return whether there is anything that another link would have to match."""
        return self.done > 0

    def afresh(self, **changes: Any) -> "Part":
        """Return an empty part that remembers what it was through."""
        return Part(
            restarts=self.restarts,
            bad=self.bad,
            asked_for_same=self.asked_for_same,
            waits=self.waits,
            waiting_since=self.waiting_since,
        ).model_copy(update=changes)


def part_of(stored: Any) -> Part:
    """Return what a row knows of its part. What cannot be read is nothing: the file begins again."""
    try:
        return Part.model_validate(stored or {})
    except ValidationError:
        return Part()


def sampled_ranges(size: int) -> list[range]:
    """Return the first, the middle and the last 64 KiB of a file, without overlaps."""
    if size <= SAMPLE:
        return [range(size)] if size else []
    found = [range(SAMPLE)]
    middle = max(SAMPLE, (size - SAMPLE) // 2)
    last = max(SAMPLE, size - SAMPLE)
    if middle + SAMPLE <= last:
        found.append(range(middle, middle + SAMPLE))
    found.append(range(max(last, found[-1].stop), size))
    return [each for each in found if len(each)]


def local_ranges(done: int) -> list[range]:
    """Return what of the bytes that are there is compared: their beginning, middle and end."""
    return sampled_ranges(done)


def content_range(text: str) -> tuple[int, int, int] | None:
    """Return first, last and whole size of a `Content-Range`, or nothing where it leaves one out."""
    unit, _, rest = text.strip().partition(" ")
    span, _, total = rest.partition("/")
    first, _, last = span.partition("-")
    numbers = [first.strip(), last.strip(), total.strip()]
    if unit.lower() != "bytes" or not all(one.isascii() and one.isdigit() for one in numbers):
        return None
    if max(map(len, numbers)) > 18:  # noqa: PLR2004  (what fits 63 bits)
        return None
    start, end, size = map(int, numbers)
    return (start, end, size) if start <= end < size else None


def strong(etag: str | None) -> str | None:
    """Return an ETag that promises the same bytes, if it is one."""
    text = (etag or "").strip()
    return text if text.startswith('"') and text.endswith('"') and len(text) > 2 else None  # noqa: PLR2004


def matches(samples: Sequence[Sample], found: Sequence[Sample]) -> bool:
    """Return whether every sample was found again."""
    known = {(one.at, one.length): one.sha256 for one in found}
    return all(known.get((one.at, one.length)) == one.sha256 for one in samples)
