"""Whose turn a target is: one worker at a time, and each writes under its fence."""

from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol


class FenceLostError(Exception):
    """Another worker serves the target now: whoever hears this ends, and writes nothing more."""


class TurnLostError(Exception):
    """The connection that held a worker's turn is gone, and the turn with it."""


@dataclass(frozen=True)
class Turnkeeping:
    """A turn that was taken: the fence of its holder."""

    fence: int
    woken: Callable[[float], Awaitable[None]]
    """Waits for so many seconds, or until somebody has changed something."""
    lost: Callable[[], Coroutine[Any, Any, None]]
    """Never returns, and raises `TurnLostError` when the turn is gone."""


class Turns(Protocol):
    """Sees to it that only one worker at a time serves a target."""

    def take(self, target_id: int) -> "AbstractAsyncContextManager[Turnkeeping | None]":
        """Hold a target's turn inside the block, or find it taken: then there is nothing."""
        ...
