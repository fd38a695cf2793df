"""A consumer's pause while what its handlers depend on is away."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from wellspring_common import metrics

ASK_EVERY_S = 1.0
ANSWER_S = 10.0
"""A question that hangs longer than this is asked again."""

log = structlog.get_logger(__name__)


async def _nothing() -> None:
    """Do nothing meanwhile."""


class Pause:
    """Begun by an event that met an absent dependency, and over when `ready` returns.

    `pace` multiplies every wait. Without `ready` there are no pauses.
    """

    def __init__(
        self, consumer: str, ready: Callable[[], Awaitable[None]] | None, *, pace: float = 1.0
    ) -> None:
        self._consumer = consumer
        self._ready = ready
        self._pace = pace
        self._shown = metrics.CONSUMER_PAUSED.labels(consumer)
        self._shown.set(0)
        self.is_on = False

    def begin(self) -> None:
        """Pull nothing from now on."""
        if self._ready is None or self.is_on:
            return
        self.is_on = True
        self._shown.set(1)
        log.warning("consumer.paused", consumer=self._consumer)

    async def over(self, meanwhile: Callable[[], Awaitable[None]] = _nothing) -> None:
        """Return when there is no pause. `meanwhile` is called before each question.

        The first question waits as well, because every event that fails is a delivery more.
        """
        while self.is_on:
            await meanwhile()
            await asyncio.sleep(ASK_EVERY_S * self._pace)
            if await self._is_ready():
                self.is_on = False
                self._shown.set(0)
                log.info("consumer.resumed", consumer=self._consumer)

    async def _is_ready(self) -> bool:
        if self._ready is None:
            return True
        try:
            async with asyncio.timeout(ANSWER_S):
                await self._ready()
        except Exception:  # noqa: BLE001  (whatever it says, it is not ready)
            return False
        return True
