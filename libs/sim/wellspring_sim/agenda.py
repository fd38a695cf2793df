"""What is due when: one heap for a whole month."""

from collections.abc import Callable
from heapq import heappop, heappush
from math import inf

Deed = Callable[[float], None]


class Agenda:
    """Deeds in the order of their time. Nothing is ever taken out: a deed sees by itself that it is void."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Deed]] = []
        self._count = 0

    def at(self, when: float, deed: Deed) -> None:
        """Let something happen at a moment. What is to happen at infinity never does."""
        if when < inf:
            self._count += 1
            heappush(self._heap, (when, self._count, deed))

    def run(self, until: float) -> None:
        """Let everything happen that is due by `until`."""
        heap = self._heap
        while heap and heap[0][0] <= until:
            when, _, deed = heappop(heap)
            deed(when)
