"""The clock of the demo world, which can be moved and sped up."""

import time
from collections.abc import Callable


class WorldClock:
    """Tells Unix seconds of the demo world, derived from a real clock by an offset and a rate."""

    def __init__(self, real: Callable[[], float] = time.time) -> None:
        self._real = real
        self._real_anchor = real()
        self._world_anchor = self._real_anchor
        self.rate = 1.0

    def now(self) -> float:
        """The time in this world, in Unix seconds."""
        return self._world_anchor + (self._real() - self._real_anchor) * self.rate

    @property
    def offset_s(self) -> float:
        """How far this world is ahead of the real clock, in seconds."""
        return self.now() - self._real()

    def set_offset(self, seconds: float) -> None:
        """Put the world this many seconds ahead of the real clock, whatever was set before."""
        self._real_anchor = self._real()
        self._world_anchor = self._real_anchor + seconds

    def advance(self, seconds: float) -> None:
        """Move the world by this many seconds from where it is."""
        self.set_offset(self.offset_s + seconds)

    def set_rate(self, rate: float) -> None:
        """Let world seconds pass at this many per real second, without a jump; raises ValueError below 0."""
        if rate < 0:
            raise ValueError("rate must not be negative")
        self.set_offset(self.offset_s)
        self.rate = rate
