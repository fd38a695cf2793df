"""Open pages of an episode: a snapshot when they come, then what changed, encoded once for all of them."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from pydantic_core import to_json

from wellspring_common.errors import WellspringError

from .domain.carrying import Carrier
from .domain.delta import difference
from .listener import Listener
from .states import Answers, States

AT_ONCE = 8
"""Episodes that are read anew at the same time: after a reconnect, all that are open have to be."""
AGAIN_S = 2.0
"""How soon a page tries again whose state could not be read."""

log = structlog.get_logger(__name__)


def block(name: str, data: Mapping[str, Any]) -> bytes:
    """Return a server-sent event as it is sent."""
    return b"event: %b\ndata: %b\n\n" % (name.encode(), to_json(data))


class Channel:
    """The open pages of one episode that may play the same. Whoever came last waits for the snapshot."""

    def __init__(self, episode_id: int, carrier: Carrier, states: States, turns: asyncio.Semaphore) -> None:
        self.episode_id = episode_id
        self._carrier = carrier
        self._states = states
        self._turns = turns
        self._told: Mapping[str, Any] | None = None
        self._waiting: set[Listener] = set()
        self._following: set[Listener] = set()
        self._reading: asyncio.Task[None] | None = None
        self._again = False

    @property
    def listeners(self) -> set[Listener]:
        """Return everybody who listens."""
        return self._waiting | self._following

    def join(self, listener: Listener) -> None:
        """Give a page a snapshot as soon as there is one, and then what changes."""
        self._waiting.add(listener)
        self.read()

    def leave(self, listener: Listener) -> bool:
        """Forget a page. Return whether nobody is left."""
        self._waiting.discard(listener)
        self._following.discard(listener)
        if self._waiting or self._following:
            return False
        if self._reading is not None:
            self._reading.cancel()
        return True

    def tell(self, said: bytes) -> None:
        """Tell everybody who has a snapshot."""
        for listener in self._following:
            listener.hear(said)

    def read(self) -> None:
        """Read the state anew, once more if that is just being done, and tell what changed."""
        if self._reading is not None and not self._reading.done():
            self._again = True
            return
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        self._again = True
        while self._again:
            self._again = False
            try:
                async with self._turns:
                    answers, stale = await self._states.answers(self.episode_id, self._carrier)
            except WellspringError:
                answers, stale = None, True
            if answers is not None:
                self._show(answers, stale=stale)
            elif not stale:
                self._gone()
            if stale:
                await asyncio.sleep(AGAIN_S)
                self._again = True

    def _show(self, answers: Answers, *, stale: bool) -> None:
        snapshot = answers.shown(self._carrier).snapshot
        if stale:
            snapshot = {**snapshot, "stale": True}
        if self._told is not None and self._following:
            changed = difference(self._told, snapshot)
            if changed is not None:
                self.tell(block("delta", changed))
        self._told = snapshot
        if self._waiting:
            whole = block("snapshot", snapshot)
            for listener in self._waiting:
                listener.hear(whole)
            self._following |= self._waiting
            self._waiting.clear()

    def _gone(self) -> None:
        said = block("gone", {"episode_id": self.episode_id})
        for listener in self.listeners:
            listener.hear(said)
        # it may come back out of the trash: then they start over
        self._waiting |= self._following
        self._following.clear()
        self._told = None


class Channels:
    """The channels of all episodes that somebody looks at."""

    def __init__(self, states: States) -> None:
        self._states = states
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._open: dict[int, dict[Carrier, Channel]] = {}

    def join(self, episode_id: int, carrier: Carrier, listener: Listener) -> Callable[[], None]:
        """Open a page of an episode, and return what closes it."""
        channels = self._open.setdefault(episode_id, {})
        channel = channels.get(carrier)
        if channel is None:
            channel = channels[carrier] = Channel(episode_id, carrier, self._states, self._turns)
        channel.join(listener)

        def leave() -> None:
            if channel.leave(listener) and channels.get(carrier) is channel:
                del channels[carrier]
                if not channels:
                    del self._open[episode_id]

        return leave

    def tell(self, episode_id: int, said: Callable[[], bytes]) -> None:
        """Tell the pages of an episode something, which is encoded only if there is one."""
        if channels := self._open.get(episode_id):
            block_said = said()
            for channel in channels.values():
                channel.tell(block_said)

    def read(self, episode_id: int) -> None:
        """Read an episode anew for those who look at it."""
        for channel in self._open.get(episode_id, {}).values():
            channel.read()

    def read_all(self) -> None:
        """Read everything anew that somebody looks at."""
        for episode_id in self._open:
            self.read(episode_id)
