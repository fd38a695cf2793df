"""Work that only one process of a service may do: whoever has the lease is on duty, the others stand by."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Protocol

import structlog

from .errors import DependencyDown

RENEWALS_PER_LEASE = 4
STANDBY_S = 0.5
"""How often who stands by asks: a holder that was killed is replaced that soon after its lease has ended."""
HANDOVER_S = 7.0
"""So long the lease is kept while work ends: consumers let a running handler finish."""

log = structlog.get_logger(__name__)

Work = Callable[[], Awaitable[None]]


class Lease(Protocol):
    """What one holder has at a time."""

    @property
    def lasts_s(self) -> float:
        """How long it is held without being renewed."""
        ...

    async def take(self) -> bool:
        """Take or renew it, and return whether it is ours. Raises `DependencyDown`."""
        ...

    async def give_back(self) -> None:
        """Let the next one take it at once. Raises `DependencyDown`."""
        ...


class Duty:
    """Takes a lease, renews it in time, and says whether this process is on duty.

    A lease that cannot be renewed ends here before it ends at the broker, so that two are never on duty: each
    counts its time from before it asked.
    """

    def __init__(self, lease: Lease, *, name: str, tell: Callable[[bool], None]) -> None:
        self._lease = lease
        self._name = name
        self._tell = tell
        self._on = asyncio.Event()
        self._off = asyncio.Event()
        self._off.set()
        self._until = float("-inf")
        self._waited = False
        self._working = 0
        self._idle = asyncio.Event()
        self._idle.set()
        tell(False)  # noqa: FBT003  (a metric's 0)

    @property
    def is_on(self) -> bool:
        """Whether this process is on duty."""
        return self._on.is_set()

    async def run(self) -> None:
        """Keep the lease until cancelled, then give it back once the work has ended."""
        try:
            while True:
                await self._renew()
                await asyncio.sleep(min(self._step, max(self._left, 0) if self.is_on else STANDBY_S))
        finally:
            self._set(on=False)
            with suppress(TimeoutError):
                async with asyncio.timeout(HANDOVER_S):
                    await self._idle.wait()
            with suppress(DependencyDown, TimeoutError):
                async with asyncio.timeout(1):
                    await self._lease.give_back()

    async def only_on_duty(self, work: Work) -> None:
        """Do work that never ends by itself while on duty, and end it when the duty ends."""
        while True:
            await self._on.wait()
            self._working += 1
            self._idle.clear()
            doing = asyncio.ensure_future(work())
            ending = asyncio.ensure_future(self._off.wait())
            try:
                await asyncio.wait({doing, ending}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                ending.cancel()
                doing.cancel()
                await asyncio.wait({doing})
                self._working -= 1
                if not self._working:
                    self._idle.set()
            if not doing.cancelled():
                doing.result()

    @property
    def _step(self) -> float:
        return self._lease.lasts_s / RENEWALS_PER_LEASE

    @property
    def _left(self) -> float:
        return self._until - asyncio.get_running_loop().time()

    async def _renew(self) -> None:
        asked = asyncio.get_running_loop().time()
        # A broker that never answers must not hold up the end of what was ours.
        patience = min(self._step, max(self._left, self._step / 4)) if self.is_on else self._step
        try:
            async with asyncio.timeout(patience):
                ours = await self._lease.take()
        except (DependencyDown, TimeoutError):
            # The broker is away: what was ours stays so until its time is over.
            ours = self.is_on and self._left > 0
        else:
            self._until = asked + self._step * (RENEWALS_PER_LEASE - 1)
            if not ours and not self.is_on and not self._waited:
                log.warning("lease.awaited", lease=self._name)
                self._waited = True
        self._set(on=ours)

    def _set(self, *, on: bool) -> None:
        if on == self.is_on:
            return
        log.info("lease.taken" if on else "lease.ended", lease=self._name)
        self._waited = self._waited and not on
        self._tell(on)
        (self._on if on else self._off).set()
        (self._off if on else self._on).clear()
