"""What the scraper notes of a job between its tries: decisions without I/O."""

from dataclasses import dataclass, replace
from enum import StrEnum

from pydantic import TypeAdapter, ValidationError


class End(StrEnum):
    """How a job ended here."""

    DONE = "done"
    BURIED = "buried"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Note:
    """How often a job began without ending, failed and was buried, and what became of it."""

    unended: int = 0
    failures: int = 0
    burials: int = 0
    end: End | None = None

    def is_over(self, *, replayed: bool) -> bool:
        """Return whether a copy of the job's request has nothing left to do.

        A dead letter that is tried again finds its job buried, and is the one copy that must run.
        """
        return self.end is not None and not (replayed and self.end is End.BURIED)

    @property
    def attempts(self) -> int:
        """How often it was tried: the first run is not noted, and died as well where any did."""
        return self.failures + (self.unended + 1 if self.unended else 0)

    def begun(self) -> "Note":
        """Return the note of a job that is about to run again."""
        return replace(self, unended=self.unended + 1)

    def ended(self) -> "Note":
        """Return the note of a job whose run came to an orderly end, whatever its outcome."""
        return replace(self, unended=0)

    def failed(self) -> "Note":
        """Return the note of a job that failed once more."""
        return replace(self, failures=self.failures + 1)

    def done(self) -> "Note":
        """Return the note of a job whose result is stored. What was cancelled stays so."""
        return self if self.end is End.CANCELLED else replace(self, end=End.DONE)

    def cancelled(self) -> "Note":
        """Return the note of a job that nobody wants any more, unless it was over before."""
        return replace(self, end=self.end or End.CANCELLED)

    def buried(self) -> "Note":
        """Return the note of a job that was given up: tried again, it has its whole budget."""
        end = self.end or End.BURIED
        return Note(burials=self.burials + 1, end=end)

    def encoded(self) -> bytes:
        """Return the note as it is kept."""
        return _NOTE.dump_json(self, exclude_defaults=True)


_NOTE = TypeAdapter(Note)


def decoded(kept: bytes) -> Note:
    """Return a kept note. One that cannot be read says nothing."""
    try:
        return _NOTE.validate_json(kept)
    except ValidationError:
        return Note()
