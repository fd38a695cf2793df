"""Handling the events of one durable consumer: the only code that acknowledges."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg

from wellspring_common.bus.handling import STOPPED_DELAY_S, Arrived, Handling
from wellspring_common.bus.isolation import Isolation
from wellspring_common.bus.pause import Pause
from wellspring_common.bus.port import Graveyard, Subscription
from wellspring_common.events.specs import stream_name

from .cancellation import within
from .errors import AWAY
from .pull import Pull

FETCH_S = 1.5
"""A pull request dies with its server: a short one is back soon (nats.py#504)."""
ANSWER_S = 2.0
FINISH_S = 6.0
ADMIT_S = 0.5
"""How long to wait before asking again whether work may be taken on."""
RETRY_S = 0.5

log = structlog.get_logger(__name__)


class Consumer:
    """Pulls no more than can start at once, so that another replica gets what we could not.

    `pace` multiplies every wait of the retry table and of the end: 1 except where a test cannot wait.
    """

    def __init__(
        self,
        client: Client,
        prefix: str,
        subscription: Subscription,
        graveyard: Graveyard,
        *,
        isolation: Isolation | None = None,
        pace: float = 1.0,
    ) -> None:
        self._prefix = prefix
        self._spec = subscription.consumer
        self._admit = subscription.admit
        self._handling = Handling(subscription, graveyard, isolation)
        self._pause = Pause(self._spec.name, subscription.ready, pace=pace)
        self._pull = Pull(client, stream_name(prefix, self._spec.stream), self._spec.name)
        self._pace = pace
        self._working: set[asyncio.Task[None]] = set()
        self._freed = asyncio.Event()

    async def run(self) -> None:
        """Handle events until cancelled, then let running handlers finish for a while."""
        try:
            async with self._pull.bound(late=self._return):
                while True:
                    await self._round()
        finally:
            await self._give_back()
            await self._finish()

    async def _round(self) -> None:
        """Wait until something may be taken on, and start as much of it as came."""
        while not self._free:
            self._freed.clear()
            await self._freed.wait()
        await self._pause.over(meanwhile=self._give_back)
        while not self._admit():
            await self._give_back()
            await asyncio.sleep(ADMIT_S * self._pace)
        try:
            await self._pull.come(self._free, within_s=FETCH_S)
        except AWAY as error:
            log.warning("consumer.delayed", consumer=self._spec.name, reason=str(error))
            await asyncio.sleep(RETRY_S)
            return
        while self._free and not self._pause.is_on and self._admit():
            message = self._pull.take()
            if message is None:
                return
            task = asyncio.create_task(self._handle(message))
            self._working.add(task)
            task.add_done_callback(self._finished)

    @property
    def _free(self) -> int:
        return self._spec.working - len(self._working)

    async def _give_back(self) -> None:
        """Let others have what came and was not begun."""
        while (message := self._pull.take()) is not None:
            await self._return(message)

    async def _return(self, message: Msg) -> None:
        await self._send(message.nak(delay=STOPPED_DELAY_S * self._pace))

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._working.discard(task)
        self._freed.set()
        self._pull.look_up()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("consumer.broken", consumer=self._spec.name, exc_info=error)

    async def _finish(self) -> None:
        if not self._working:
            return
        _, late = await asyncio.wait(self._working, timeout=FINISH_S * self._pace)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _handle(self, message: Msg) -> None:
        try:
            answer = await self._handling.handle(self._arrived(message))
        except asyncio.CancelledError:
            await self._return(message)
            raise
        if answer.away:
            self._pause.begin()
        if answer.again_after_s is not None:
            await self._send(message.nak(delay=answer.again_after_s * self._pace))
        elif self._pause.is_on or not self._admit():
            await self._send(message.ack())
        else:  # the place of this one is free in a moment
            await self._send(self._pull.acknowledge(message, self._free + 1, within_s=FETCH_S))

    def _arrived(self, message: Msg) -> Arrived:
        async def working() -> None:
            await self._send(message.in_progress())

        metadata = message.metadata
        return Arrived(
            subject=message.subject.removeprefix(f"{self._prefix}."),
            payload=message.data,
            headers=message.headers or {},
            attempt=metadata.num_delivered or 1,
            working=working,
            stored_at=metadata.timestamp,
        )

    async def _send(self, answer: Awaitable[None]) -> None:
        # A lost answer only means one redelivery, which the inbox absorbs.
        with suppress(*AWAY):
            async with within(ANSWER_S):
                await answer
