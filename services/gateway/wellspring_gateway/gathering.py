"""Questions that are asked together: who comes while others are being answered goes into the next one."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Generic, TypeAlias, TypeVar, cast

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

AT_ONCE = 2
"""Questions under way: while the answer to one is taken apart, Postgres has the next."""
MOST = 4
"""The keys of one question. Another begins beside it only if it is full: a question costs both sides as much
as three of its keys, and many small ones keep us busier than they keep Postgres."""

_Wanted: TypeAlias = tuple[Key, asyncio.Future[Value | None]]
AskForMany = Callable[[Sequence[Key]], Awaitable[Mapping[Key, Value]]]
Turn = Callable[[], AbstractAsyncContextManager[AskForMany[Key, Value]]]


class Gathering(Generic[Key, Value]):
    """Answers by key, of which several are asked for at a time where several are wanted at a time.

    A question begins after everybody in it has asked, so that no answer is older than its asking. Who comes
    alone is not kept waiting. `turn` is entered for as many questions as follow one another: it lends what
    they are asked with.
    """

    def __init__(self, turn: Turn[Key, Value]) -> None:
        self._turn = turn
        self._wanted: list[_Wanted[Key, Value]] = []
        self._asking: set[asyncio.Task[None]] = set()
        self._under_way = 0

    async def answer(self, key: Key) -> Value | None:
        """Return the answer, or nothing where there is none. Raises what the question raised."""
        answer: asyncio.Future[Value | None] = asyncio.get_running_loop().create_future()
        self._wanted.append((key, answer))
        if not self._asking or (len(self._asking) < AT_ONCE and self._is_another_full()):
            self._asking.add(asyncio.create_task(self._ask_all()))
        return await answer

    async def _ask_all(self) -> None:
        try:
            await self._ask_in_turn()
            while self._wanted and len(self._asking) == 1:
                await self._ask_in_turn()
        finally:
            # not by a callback, which runs later: who comes in between would wait for nobody
            self._asking.discard(cast("asyncio.Task[None]", asyncio.current_task()))

    async def _ask_in_turn(self) -> None:
        asked: list[_Wanted[Key, Value]] = []
        try:
            async with self._turn() as ask:
                asked = self._next()
                while asked:
                    found = await self._found(ask, asked)
                    for key, answer in asked:
                        if not answer.done():
                            answer.set_result(found.get(key))
                    asked = self._next() if len(self._asking) == 1 or len(self._wanted) >= MOST else []
        except Exception as error:  # noqa: BLE001  (it is for whoever asked)
            for _, answer in asked or self._next():
                if not answer.done():
                    answer.set_exception(error)
                    answer.exception()  # perhaps nobody is left to hear of it
        except asyncio.CancelledError:
            for _, answer in asked or self._next():
                answer.cancel()
            raise

    async def _found(
        self, ask: AskForMany[Key, Value], asked: "list[_Wanted[Key, Value]]"
    ) -> Mapping[Key, Value]:
        self._under_way += 1
        try:
            return await ask(tuple({key: None for key, _ in asked}))
        finally:
            self._under_way -= 1

    def _is_another_full(self) -> bool:
        """Return whether so many wait that a question more is full, after those that are about to begin."""
        about_to_begin = len(self._asking) - self._under_way
        return len(self._wanted) >= MOST * (1 + about_to_begin)

    def _next(self) -> "list[_Wanted[Key, Value]]":
        """Take those who are asked for next: who has left meanwhile is not."""
        self._wanted = [wanted for wanted in self._wanted if not wanted[1].done()]
        taken, self._wanted = self._wanted[:MOST], self._wanted[MOST:]
        return taken
