"""A worker's target while it is open: signed in, its channel kept to itself, opened anew after a change."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

from wellspring_common.errors import Permanent, WellspringError

from ..domain.refusals import CredentialsRefused, Forbidden
from ..domain.upload import Channel
from ..ports.targets import Target, Targets
from ..ports.turns import Turnkeeping
from ..ports.uploads import Uploads

T = TypeVar("T")


@dataclass
class _Open:
    """A target that is open, and as what."""

    target: Target
    entered: object
    identity: str
    calls: int = 0

    def is_as(self, channel: Channel) -> bool:
        return self.entered == _entered(channel) and self.identity == channel.identity


@dataclass
class Opening:
    """Opens a target when it is needed first. Two loops of one worker share it.

    One that was changed meanwhile is left to whoever is asking it still: an hour of bytes is not broken off
    for a new limit. Its last caller closes it.
    """

    target_id: int
    turn: Turnkeeping
    uploads: Uploads
    targets: Targets
    makes_by_sending: bool = False
    """Whether the last byte makes the video. Of a target that was never open nothing is known."""
    _held: _Open | None = None
    _left: list[_Open] = field(default_factory=list)
    _is_opening: bool = False
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)

    def is_open(self, channel: Channel) -> bool:
        """Return whether the target is open as it is stored now, and signed in to the stored channel."""
        return self._held is not None and self._held.is_as(channel)

    async def ask(self, channel: Channel, call: Callable[[Target], Awaitable[T]]) -> T:
        """Return what a platform answers.

        Raises `CredentialsRefused` for a target that cannot be opened or is another's channel, and
        `ChannelBusy`.
        """
        async with self._one_at_a_time:
            held = self._held
            if held is None or not held.is_as(channel):
                held = await self._anew(channel)
            held.calls += 1
        try:
            return await call(held.target)
        finally:
            held.calls -= 1
            await self._clear_up()

    async def mind(self, channel: Channel) -> None:
        """Let go of a target that was changed meanwhile, unless it is being asked: others may wait for it."""
        held = self._held
        if held is None or held.calls or self._one_at_a_time.locked():
            return
        if held.entered != _entered(channel):
            await self.close()

    async def close(self) -> None:
        """Let go of the target and, once nobody asks it any more, of its channel."""
        if self._held is not None:
            self._left.append(self._held)
            self._held = None
        await self._clear_up()

    async def _anew(self, channel: Channel) -> _Open:
        # whoever was quicker has signed in meanwhile, and what was read before that is old
        channel = await self.uploads.channel(self.target_id) or channel
        if self._held is not None:
            if self._held.is_as(channel):
                return self._held
            self._left.append(self._held)
            self._held = None
        self._is_opening = True
        try:
            self._held = await self._opened(channel)
        finally:
            self._is_opening = False
            await self._clear_up()
        self.makes_by_sending = self._held.target.makes_by_sending
        return self._held

    async def _clear_up(self) -> None:
        """Close what was left and is asked no more. With the last of all the channel is let go of."""
        idle = [one for one in self._left if not one.calls]
        self._left = [one for one in self._left if one.calls]
        for one in idle:
            await one.target.close()
        if self._held is None and not self._left and not self._is_opening:
            with suppress(WellspringError):  # what cannot be let go of went with the turn
                await self.turn.hold(None)

    async def _opened(self, channel: Channel) -> _Open:
        try:
            target = await self.targets.open(channel)
        except CredentialsRefused:
            raise
        except Permanent as error:  # what is wrong with a target is no fault of a film
            raise CredentialsRefused(error.message, code=error.code) from error
        try:
            account = await target.test()
            await self.uploads.claim(self.turn.fence, self.target_id, account.identity)
            await self.turn.hold(account.identity)
        except BaseException as error:
            await target.close()
            if isinstance(error, Forbidden):  # who may not even look is kept out, and by no full day
                raise CredentialsRefused(error.message, code=error.code) from error
            raise
        return _Open(target, _entered(channel), account.identity)


def _entered(channel: Channel) -> object:
    return channel.kind, channel.settings
