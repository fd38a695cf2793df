"""Whose turn a target is: one worker at a time, and each writes under its fence."""

from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from wellspring_common.errors import DependencyDown


class FenceLostError(Exception):
    """Another worker serves the target now: whoever hears this ends, and writes nothing more."""


class TurnLostError(Exception):
    """The connection that held a worker's turn is gone, and the turn with it."""


class ChannelBusy(DependencyDown):
    """The worker of another target has not let go of this channel yet: nothing is wrong with either."""

    code = "channel_busy"


@dataclass(frozen=True)
class Turnkeeping:
    """A turn that was taken: the fence of its holder."""

    fence: int
    woken: Callable[[float], Awaitable[None]]
    """Waits for so many seconds, or until somebody has changed something."""
    lost: Callable[[], Coroutine[Any, Any, None]]
    """Never returns, and raises `TurnLostError` when the turn is gone."""
    hold: Callable[[str | None], Awaitable[None]]
    """Keeps the channel of this identity to itself, in place of the one before, or only lets go of that.

    Raises `ChannelBusy`.
    """


class Turns(Protocol):
    """Sees to it that only one worker at a time serves a target, and one a channel."""

    def take(self, target_id: int) -> "AbstractAsyncContextManager[Turnkeeping | None]":
        """Hold a target's turn inside the block, or find it taken: then there is nothing."""
        ...
