"""Which bytes of a film a platform has, as the headers of its answers say it."""

import re
from collections.abc import Iterable

_SPAN = re.compile(r"(\d{1,18})-(\d{1,18})")


def spans_of(text: str) -> list[tuple[int, int]]:
    """Return first byte and the byte after the last of each span: `0-9,20-29/40`, `bytes=0-9`."""
    told = text.strip().removeprefix("bytes").lstrip(" =").partition("/")[0]
    found = []
    for part in filter(None, (one.strip() for one in told.split(","))):
        match = _SPAN.fullmatch(part)
        if match is None:
            return []
        first, last = int(match[1]), int(match[2])
        if first <= last:
            found.append((first, last + 1))
    return sorted(found)


def received(spans: Iterable[tuple[int, int]]) -> int:
    """Return how many bytes there are in spans, which may overlap."""
    count = reached = 0
    for first, stop in sorted(spans):
        count += max(0, stop - max(first, reached))
        reached = max(reached, stop)
    return count


def next_piece(spans: Iterable[tuple[int, int]], size: int, longest: int) -> tuple[int, int] | None:
    """Return the first bytes that are missing, or nothing where all are there."""
    at = 0
    for first, stop in sorted(spans):
        if first > at:
            return at, min(first, at + longest)
        at = max(at, stop)
    return (at, min(size, at + longest)) if at < size else None
