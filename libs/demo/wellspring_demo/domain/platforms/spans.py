"""Which bytes of a file have arrived, when its pieces come in any order."""

import re
from collections.abc import Iterable

_RANGE = re.compile(r"bytes (\d{1,19})-(\d{1,19})/(\d{1,19})")
_QUESTION = re.compile(r"bytes \*/(\d{1,19}|\*)")


class Spans:
    """The spans that have arrived of a file of `total` bytes, in order and without overlaps."""

    def __init__(self, total: int, parts: Iterable[tuple[int, int]] = ()) -> None:
        self.total = total
        self._parts: list[tuple[int, int]] = []
        for start, stop in parts:
            self.add(start, stop)

    @property
    def parts(self) -> list[tuple[int, int]]:
        """First byte and the byte after the last, of each span."""
        return list(self._parts)

    @property
    def received(self) -> int:
        """How many bytes have arrived."""
        return sum(stop - start for start, stop in self._parts)

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return self.received == self.total

    def touches(self, start: int, stop: int) -> bool:
        """Whether any of these bytes has arrived."""
        return any(first < stop and start < last for first, last in self._parts)

    def add(self, start: int, stop: int) -> None:
        """Note that these bytes have arrived; raises ValueError for a span outside the file."""
        if not 0 <= start < stop <= self.total:
            raise ValueError(f"{start}-{stop} is no span of {self.total} bytes")
        merged = []
        for first, last in sorted(self._parts):
            if last < start or stop < first:
                merged.append((first, last))
            else:
                start, stop = min(start, first), max(stop, last)
        self._parts = sorted([*merged, (start, stop)])

    def header(self) -> str:
        """All spans as the `Range` header of an upload host tells them: `0-9,20-29/40`."""
        told = ",".join(f"{start}-{stop - 1}" for start, stop in self._parts)
        return f"{told}/{self.total}"


def content_range(text: str) -> tuple[int, int, int] | None:
    """First byte, byte after the last and size that a `Content-Range` names; None when it makes no sense."""
    found = _RANGE.fullmatch(text.strip())
    if found is None:
        return None
    first, last, total = (int(number) for number in found.groups())
    return (first, last + 1, total) if first <= last < total else None


def asks_position(text: str) -> bool:
    """Whether a `Content-Range` brings nothing and asks how much has arrived: `bytes */40`."""
    return _QUESTION.fullmatch(text.strip()) is not None
