"""Answers kept for a while: each asked for once at a time, forgotten by facts, bounded by size."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from wellspring_common import metrics
from wellspring_common.errors import DependencyDown

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


@dataclass(frozen=True)
class Found(Generic[Value]):
    """An answer that was found, its size in bytes, and for how many seconds it may be given unasked."""

    value: Value
    size: int
    good_for_s: float


@dataclass
class _Kept(Generic[Value]):
    found: Found[Value]
    good_until: float


Ask = Callable[[], Awaitable[Found[Value] | None]]


class Keeping(Generic[Key, Value]):
    """The last answers to one question, those that nobody asked for lately forgotten first.

    What is no longer good is kept as well, for when nobody can be asked: only then is it given.
    """

    def __init__(self, of: str, *, most_bytes: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._most = most_bytes
        self._monotonic = monotonic
        self._kept: OrderedDict[Key, _Kept[Value]] = OrderedDict()
        self._asking: dict[Key, asyncio.Task[Value | None]] = {}
        self._size = 0
        self._hits = metrics.CACHE_READS.labels(of, "hit")
        self._misses = metrics.CACHE_READS.labels(of, "miss")
        self._stale = metrics.CACHE_READS.labels(of, "stale")

    @property
    def size(self) -> int:
        """Return the bytes of all that is kept."""
        return self._size

    def fresh(self, key: Key) -> Value | None:
        """Return an answer that is still good."""
        kept = self._kept.get(key)
        if kept is None or self._monotonic() >= kept.good_until:
            return None
        self._kept.move_to_end(key)
        self._hits.inc()
        return kept.found.value

    async def ask(self, key: Key, ask: Ask[Value]) -> tuple[Value | None, bool]:
        """Return the answer, and whether it is only what was known before.

        Of many who ask at once one really does. Raises `DependencyDown` when nobody answers and nothing is
        known.
        """
        known = self.fresh(key)
        if known is not None:
            return known, False
        self._misses.inc()
        asking = self._asking.get(key)
        if asking is None:
            asking = asyncio.create_task(self._find(key, ask))
            self._asking[key] = asking
            asking.add_done_callback(lambda done: self._asked(key, done))
        try:
            # one who gives up does not take the answer from the others
            return await asyncio.shield(asking), False
        except DependencyDown:
            kept = self._kept.get(key)
            if kept is None:
                raise
            self._stale.inc()
            return kept.found.value, True

    def forget(self, key: Key) -> None:
        """Give an answer no more: something changed. One that is just being looked for is older than that."""
        self._asking.pop(key, None)
        if (kept := self._kept.get(key)) is not None:
            kept.good_until = 0.0

    def forget_all(self) -> None:
        """Give none of the answers any more."""
        self._asking.clear()
        for kept in self._kept.values():
            kept.good_until = 0.0

    async def _find(self, key: Key, ask: Ask[Value]) -> Value | None:
        here = asyncio.current_task()
        began = self._monotonic()
        found = await ask()
        if self._asking.get(key) is here:
            self._drop(key)
            if found is not None:
                self._keep(key, _Kept(found, began + found.good_for_s))
        return found.value if found is not None else None

    def _keep(self, key: Key, kept: _Kept[Value]) -> None:
        self._kept[key] = kept
        self._size += kept.found.size
        while self._size > self._most:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: Key) -> None:
        if (kept := self._kept.pop(key, None)) is not None:
            self._size -= kept.found.size

    def _asked(self, key: Key, done: "asyncio.Task[Value | None]") -> None:
        if self._asking.get(key) is done:
            del self._asking[key]
        if not done.cancelled():
            done.exception()  # whoever waits hears it, and perhaps nobody waits any more
