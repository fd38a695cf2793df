"""How fast a film goes, from what was acknowledged in the last seconds."""

from collections import deque
from datetime import datetime, timedelta

WINDOW = timedelta(seconds=10)
TWICE_A_SECOND = timedelta(seconds=0.5)


class Meter:
    """Remembers acknowledged bytes for a while. A figure that goes back is no progress, and is not taken."""

    def __init__(self, began_with: int, total: int, *, now: datetime) -> None:
        self.total = total
        self.bytes = began_with
        self.moved_at = now
        self._told_at: datetime | None = None
        self._seen: deque[tuple[datetime, int]] = deque([(now, began_with)])

    def took(self, acknowledged: int, *, now: datetime) -> int:
        """Take a figure, and return by how many bytes it is more than before."""
        more = max(min(acknowledged, self.total) - self.bytes, 0)
        if more:
            self.bytes += more
            self.moved_at = now
            self._seen.append((now, self.bytes))
        while len(self._seen) > 2 and self._seen[0][0] < now - WINDOW:  # noqa: PLR2004  (two make a rate)
            self._seen.popleft()
        return more

    def may_tell(self, *, now: datetime) -> bool:
        """Return whether it is time to say something again, and take it for said: at most twice a second."""
        if self._told_at is not None and now - self._told_at < TWICE_A_SECOND:
            return False
        self._told_at = now
        return True

    def rate(self) -> float | None:
        """Return bytes a second, where it can be known."""
        (began, first), (ended, last) = self._seen[0], self._seen[-1]
        seconds = (ended - began).total_seconds()
        return (last - first) / seconds if seconds > 0 else None

    def eta_s(self) -> float | None:
        """Return the seconds that are left at this rate."""
        rate = self.rate()
        return (self.total - self.bytes) / rate if rate else None


def percent(done: int, total: int | None) -> int:
    """Return how much of a film the platform has, in full percents."""
    return 0 if not total else min(100 * done // total, 100)
