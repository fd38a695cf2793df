"""Questions that are asked together: who comes while others are being answered goes into the next one."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

AT_ONCE = 2
"""Questions under way: while the answer to one is taken apart, Postgres has the next."""
MOST = 16
"""The keys of one question, so that nobody waits for many others."""

AskForMany = Callable[[Sequence[Key]], Awaitable[Mapping[Key, Value]]]


class Gathering(Generic[Key, Value]):
    """Answers by key, of which several are asked for at a time where several are wanted at a time.

    A question begins after everybody in it has asked, so that no answer is older than its asking. Who comes
    alone is not kept waiting.
    """

    def __init__(self, ask: AskForMany[Key, Value]) -> None:
        self._ask = ask
        self._wanted: list[tuple[Key, asyncio.Future[Value | None]]] = []
        self._asking: set[asyncio.Task[None]] = set()

    async def answer(self, key: Key) -> Value | None:
        """Return the answer, or nothing where there is none. Raises what the question raised."""
        answer: asyncio.Future[Value | None] = asyncio.get_running_loop().create_future()
        self._wanted.append((key, answer))
        if len(self._asking) < AT_ONCE:
            task = asyncio.create_task(self._ask_all())
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)
        return await answer

    async def _ask_all(self) -> None:
        while self._wanted:
            wanted, self._wanted = self._wanted[:MOST], self._wanted[MOST:]
            # who has left meanwhile is not asked for
            keys = tuple({key: None for key, answer in wanted if not answer.done()})
            if not keys:
                continue
            try:
                found = await self._ask(keys)
                for key, answer in wanted:
                    if not answer.done():
                        answer.set_result(found.get(key))
            except Exception as error:  # noqa: BLE001  (it is for whoever asked)
                for _, answer in wanted:
                    if not answer.done():
                        answer.set_exception(error)
                        answer.exception()  # perhaps nobody is left to hear of it
            finally:
                for _, answer in wanted:
                    answer.cancel()  # only where the question itself was given up: all others are answered
