"""Waiting for a condition, never for a time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def eventually(ask: Callable[[], Awaitable[T]], holds: Callable[[T], bool], *, within: float = 10) -> T:
    """Return the first answer that holds, or fail with the last one."""
    answer: T | None = None
    try:
        async with asyncio.timeout(within):
            while True:
                answer = await ask()
                if holds(answer):
                    return answer
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"not within {within:g} s; the last answer was {answer!r}") from None
