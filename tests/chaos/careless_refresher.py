"""A refresher that acknowledges what it has not done yet, to see that the ledger of a storm sees it."""

import asyncio
import sys

from nats.aio.msg import Msg

from wellspring_common.bus.nats.bus import NatsBus
from wellspring_common.bus.nats.consumer import Consumer
from wellspring_common.runtime import run
from wellspring_refresher.wiring import wire

LATER_S = 0.3


class Hasty(Consumer):
    """Acknowledges first and handles later."""

    async def _handle(self, message: Msg) -> None:
        await message.ack()
        await asyncio.sleep(LATER_S)
        await super()._handle(message)


if __name__ == "__main__":
    vars(sys.modules[NatsBus.__module__])["Consumer"] = Hasty
    run("refresher", wire)
