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


class _GaveUpError(Exception):
    """Who asked for everybody has left before the answer came: another one has to."""


Ask = Callable[[], Awaitable[Found[Value] | None]]


class Keeping(Generic[Key, Value]):
    """The last answers to one question, those that nobody asked for lately forgotten first.

    What is no longer good is kept as well, for when nobody can be asked: only then is it given.
    """

    def __init__(self, of: str, *, most_bytes: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._most = most_bytes
        self._monotonic = monotonic
        self._kept: OrderedDict[Key, _Kept[Value]] = OrderedDict()
        self._asking: dict[Key, asyncio.Future[Value | None]] = {}
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
        try:
            return await self._found(key, ask), False
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

    async def _found(self, key: Key, ask: Ask[Value]) -> Value | None:
        while (asking := self._asking.get(key)) is not None:
            try:
                # one who gives up does not take the answer from the others
                return await asyncio.shield(asking)
            except _GaveUpError:
                continue
        asking = self._asking[key] = asyncio.get_running_loop().create_future()
        try:
            value = await self._find(key, ask, asking)
        except asyncio.CancelledError:
            asking.set_exception(_GaveUpError())
            raise
        except BaseException as error:
            asking.set_exception(error)
            raise
        else:
            asking.set_result(value)
            return value
        finally:
            if self._asking.get(key) is asking:
                del self._asking[key]
            asking.exception()  # perhaps nobody else waits for it

    async def _find(self, key: Key, ask: Ask[Value], asking: "asyncio.Future[Value | None]") -> Value | None:
        began = self._monotonic()
        found = await ask()
        if self._asking.get(key) is asking:
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
