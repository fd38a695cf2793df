"""Watches a running browser: its memory, its traffic, its life. The first trouble ends the page under way."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from wellspring_common import metrics
from wellspring_common.errors import Permanent, Transient, WellspringError

from .egress import Egress
from .processes import MOST_OF_A_PAGE, Memory, fence, is_page, memory, tree
from .room import MOST_OF_ALL

_EVERY_S = 0.1
_AT_THE_LIMIT = MOST_OF_A_PAGE * 9 // 10
# an honest heavy page has 250 MB of what counts, and what did not fit any more may have been large
_NEAR_THE_LIMIT = MOST_OF_A_PAGE - 40 * 1024 * 1024
# V8 ends a page whose heap is full long before the limit of its process
_HEAP_MAY_BE_FULL = 100 * 1024 * 1024

_T = TypeVar("_T")


class Watchman:
    """Knows why a page came to nothing when the browser itself does not say."""

    def __init__(
        self, egress: Egress, *, most: int = MOST_OF_ALL, kills: Callable[[], int] = lambda: 0
    ) -> None:
        """Watch with a limit for all processes. `kills` counts what the kernel has ended for memory."""
        self._egress = egress
        self._most, self._kills, self._kills_before = most, kills, kills()
        self._trouble: asyncio.Future[WellspringError] = asyncio.get_running_loop().create_future()
        self.gone = False
        self.peak = 0
        self._root: int | None = None
        self._fenced: set[int] = set()
        self._largest = Memory()

    async def walk(self, root: int) -> None:
        """Look at the processes below a driver, until they take too much or nobody cares any more."""
        self._root = root
        try:
            while not self.gone:
                self.look()
                await asyncio.sleep(_EVERY_S)
        finally:
            metrics.BROWSER_PROCESSES.set(0)

    def look(self) -> None:
        """Look at the processes once, and fence in those of new pages."""
        if self._root is None:
            return
        pids = tree(self._root)
        metrics.BROWSER_PROCESSES.set(len(pids) + 1)
        pages = {pid for pid in pids if is_page(pid)}
        fence([*(pages - self._fenced)], MOST_OF_A_PAGE)
        self._fenced |= pages
        found = {pid: memory(pid) for pid in pids}
        for pid in pages:
            seen = self._largest
            self._largest = Memory(max(seen.hard, found[pid].hard), max(seen.data, found[pid].data))
        hard = sum(one.hard for one in found.values())
        self.peak = max(self.peak, hard)
        if hard > self._most:
            self.give_up(_too_hungry())

    def crashed(self) -> None:
        """Hear that a page is dead."""
        full = self._largest.hard >= _HEAP_MAY_BE_FULL or self._largest.data >= _NEAR_THE_LIMIT
        self.trouble(_too_hungry() if full else self._killed() or _crashed())

    def disconnected(self) -> None:
        """Hear that the browser is dead."""
        self.gone = True
        self.crashed()

    def give_up(self, error: WellspringError) -> None:
        """End the page under way, and with it the browser."""
        self.gone = True
        self.trouble(error)

    def better_than(self, error: WellspringError) -> WellspringError:
        """Return why the browser is gone, where that is known, else the error that somebody met."""
        return self._trouble.result() if self.gone and self._trouble.done() else error

    def trouble(self, error: WellspringError) -> None:
        """End the page under way, unless something has ended it already."""
        if not self._trouble.done():
            self._trouble.set_result(error)

    def _killed(self) -> WellspringError | None:
        if self._kills() <= self._kills_before:
            return None
        return Permanent("The kernel ended the browser: all memory was taken.", code="browser_memory")

    async def unless_trouble(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Wait for work on one page, or raise the trouble that comes before it is done."""
        if not self.gone:
            self._trouble = asyncio.get_running_loop().create_future()
        self._largest = Memory()
        task = asyncio.ensure_future(work)
        heavy = asyncio.ensure_future(self._egress.exhausted.wait())
        try:
            await asyncio.wait({task, heavy, self._trouble}, return_when=asyncio.FIRST_COMPLETED)
            if heavy.done():
                raise Permanent("The page loads more than it may.", code="page_too_heavy")
            return await self._result(task)
        finally:
            for one in (task, heavy):
                one.cancel()
            await asyncio.gather(task, heavy, return_exceptions=True)

    async def _result(self, task: "asyncio.Task[_T]") -> _T:
        if self._trouble.done():
            raise self._trouble.result()
        try:
            return task.result()
        except WellspringError as error:
            if self._largest.data >= _AT_THE_LIMIT:
                raise _too_hungry() from None
            if error.code == "browser_crash":
                # the event that says more may be right behind
                with contextlib.suppress(TimeoutError):
                    raise await asyncio.wait_for(asyncio.shield(self._trouble), 0.5) from None
                raise self._killed() or error from None
            raise


def _too_hungry() -> Permanent:
    return Permanent("The page needs more memory than a browser may have.", code="browser_memory")


def _crashed() -> Transient:
    return Transient("The browser died while the page was open.", code="browser_crash")
