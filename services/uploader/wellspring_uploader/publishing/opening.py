"""A worker's target while it is open: signed in, its channel kept to itself, opened anew after a change."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

from wellspring_common.errors import Permanent, WellspringError

from ..domain.refusals import CredentialsRefused
from ..domain.upload import Channel
from ..ports.targets import Target, Targets
from ..ports.turns import Turnkeeping
from ..ports.uploads import Uploads

T = TypeVar("T")


@dataclass
class Opening:
    """Opens a target when it is needed first. Two loops of one worker share it."""

    target_id: int
    turn: Turnkeeping
    uploads: Uploads
    targets: Targets
    _held: Target | None = None
    _opened_as: object = None
    _calls: int = 0
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def makes_by_sending(self) -> bool:
        """Return whether the last byte makes the video. Of a target that is not open nothing is known."""
        return self._held is not None and self._held.makes_by_sending

    async def ask(self, channel: Channel, call: Callable[[Target], Awaitable[T]]) -> T:
        """Return what a platform answers.

        Raises `CredentialsRefused` for a target that cannot be opened or is another's channel, and
        `ChannelBusy`.
        """
        async with self._one_at_a_time:
            if self._held is None or _as(channel) != self._opened_as:
                await self.close()
                self._held, self._opened_as = await self._opened(channel), _as(channel)
            target = self._held
        self._calls += 1
        try:
            return await call(target)
        finally:
            self._calls -= 1

    async def mind(self, channel: Channel) -> None:
        """Let go of a target that was changed meanwhile, unless it is being asked: others may wait for it."""
        is_asked = self._calls > 0 or self._one_at_a_time.locked()
        if self._held is not None and not is_asked and _as(channel) != self._opened_as:
            await self.close()

    async def close(self) -> None:
        """Let go of the target and its channel."""
        held, self._held = self._held, None
        if held is not None:
            await held.close()
        with suppress(WellspringError):  # what cannot be let go of went with the turn
            await self.turn.hold(None)

    async def _opened(self, channel: Channel) -> Target:
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
        except BaseException:
            await target.close()
            raise
        return target


def _as(channel: Channel) -> object:
    return channel.kind, channel.settings
