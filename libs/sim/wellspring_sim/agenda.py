"""What is due when: a heap of the next minutes, and what comes later unsorted by its slot of time."""

from collections import defaultdict
from collections.abc import Callable
from heapq import heapify, heappop, heappush
from math import inf

Deed = Callable[[float], None]

SLOT_S = 256.0
"""A power of two, so that a moment is on the same side of a slot's end by division and by comparison."""


class Agenda:
    """Deeds in the order of their time. Nothing is ever taken out: a deed sees by itself that it is void."""

    def __init__(self) -> None:
        self._near: list[tuple[float, int, Deed]] = []
        self._far: defaultdict[int, list[tuple[float, int, Deed]]] = defaultdict(list)
        self._next_slot = 0
        self._near_until = 0.0
        self._count = 0

    def at(self, when: float, deed: Deed) -> None:
        """Let something happen at a moment. What is to happen at infinity never does."""
        if when < inf:
            self._count += 1
            if when < self._near_until:
                heappush(self._near, (when, self._count, deed))
            else:
                self._far[int(when // SLOT_S)].append((when, self._count, deed))

    def run(self, until: float) -> None:
        """Let everything happen that is due by `until`."""
        near = self._near
        while True:
            while near and near[0][0] <= until:
                when, _, deed = heappop(near)
                deed(when)
            if until < self._near_until:
                return
            near = self._near = self._far.pop(self._next_slot, [])
            heapify(near)
            self._next_slot += 1
            self._near_until = self._next_slot * SLOT_S
