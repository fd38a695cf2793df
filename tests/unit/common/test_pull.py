"""What was pulled reaches a handler or goes back, whatever comes between."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, cast

import pytest
from nats.errors import OutboundBufferLimitError
from nats.js.errors import APIError

from wellspring_common.bus.nats.consumer import Consumer
from wellspring_common.bus.nats.pull import Pull
from wellspring_common.bus.port import Delivery, Subscription
from wellspring_common.events.scrape import ScrapeStarted
from wellspring_common.events.topology import REFRESHER
from wellspring_common.testing.graveyard import MemoryGraveyard

ACK = "$JS.ACK.WS_EVENTS.refresher.1.1.1.1.0"


class Broker:
    """Stands for nats-py: keeps what is asked for, and brings what a test says."""

    def __init__(self) -> None:
        self.stats = {"reconnects": 0}
        self.asked: list[int] = []
        self.asking = asyncio.Event()
        self.bring: Callable[[Any], Awaitable[None]]
        self.on_leave: list[Any] = []
        self.left = asyncio.Event()
        self.away = False

    def new_inbox(self) -> str:
        return "_INBOX.1"

    async def subscribe(self, inbox: str, cb: Callable[[Any], Awaitable[None]]) -> SimpleNamespace:
        self.bring = cb

        async def drain() -> None:
            self.left.set()
            for message in self.on_leave:
                await cb(message)

        return SimpleNamespace(drain=drain)

    async def publish(self, subject: str, payload: bytes, reply: str) -> None:
        if self.away:
            raise OutboundBufferLimitError
        if subject == ACK:
            assert payload.startswith(b"+NXT ")
            payload = payload.removeprefix(b"+NXT ")
        else:
            assert subject == "$JS.API.CONSUMER.MSG.NEXT.WS_EVENTS.refresher"
        assert reply == self.new_inbox()
        self.asked.append(json.loads(payload)["batch"])
        self.asking.set()


class Message:
    def __init__(self, data: bytes = b"{}", **headers: str) -> None:
        self.data = data
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.reply = ACK
        self.naks: list[float] = []
        self.acks = 0

    async def ack(self) -> None:
        self.acks += 1

    async def nak(self, delay: float) -> None:
        self.naks.append(delay)


def end(rest: int, status: str = "408") -> Message:
    return Message(b"", Status=status, Nats_Pending_Messages=str(rest))


@pytest.fixture
def broker() -> Broker:
    return Broker()


@asynccontextmanager
async def pulling(broker: Broker) -> AsyncGenerator[Pull]:
    async def late(message: Any) -> None:
        await message.nak(delay=1.0)

    pull = Pull(cast("Any", broker), "WS_EVENTS", "refresher")
    async with pull.bound(late):
        yield pull


async def coming(pull: Pull, broker: Broker, most: int, *brought: Message) -> int:
    """Return how many messages a wait for `most` yields when the broker brings some."""
    waiting = asyncio.create_task(pull.come(most, within_s=0.05))
    await asyncio.sleep(0)
    for message in brought:
        await broker.bring(message)
    await waiting
    taken = 0
    while pull.take() is not None:
        taken += 1
    return taken


async def test_one_message_is_enough_and_the_others_stay_asked_for(broker: Broker) -> None:
    async with pulling(broker) as pull:
        assert await coming(pull, broker, 4, Message()) == 1
        assert await coming(pull, broker, 3, Message(), Message()) == 2
        assert broker.asked == [4]
        assert await coming(pull, broker, 2, Message()) == 1
        assert broker.asked == [4, 1]


async def test_what_the_server_ends_is_asked_for_again(broker: Broker) -> None:
    async with pulling(broker) as pull:
        assert await coming(pull, broker, 4, Message(), end(3)) == 1
        assert await coming(pull, broker, 4, Message()) == 1
    assert broker.asked == [4, 4]


async def test_a_request_that_died_with_its_server_is_not_waited_for(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """nats.py#504: nobody says that a request died."""
    monkeypatch.setattr("wellspring_common.bus.nats.pull._LATE_S", -0.01)
    async with pulling(broker) as pull:
        assert await coming(pull, broker, 4) == 0
        assert await coming(pull, broker, 4) == 0
    assert broker.asked == [4, 4]


async def test_a_new_connection_forgets_what_was_asked_of_the_old_one(broker: Broker) -> None:
    async with pulling(broker) as pull:
        await coming(pull, broker, 2, Message())
        broker.stats["reconnects"] += 1
        await coming(pull, broker, 2, Message())
    assert broker.asked == [2, 2]


async def test_a_consumer_that_is_gone_is_an_error(broker: Broker) -> None:
    async with pulling(broker) as pull:
        with pytest.raises(APIError, match="503"):
            await coming(pull, broker, 1, end(0, status="503"))
        assert await coming(pull, broker, 1, Message()) == 1
    assert broker.asked == [1, 1]


async def test_a_request_that_a_limit_forbids_is_an_error_and_no_silence(broker: Broker) -> None:
    """nats-py calls every 409 temporary: a consumer that allows one message at once would never get any."""
    async with pulling(broker) as pull:
        refusal = Message(b"", Status="409", Description="Exceeded MaxRequestBatch of 1")
        with pytest.raises(APIError, match="MaxRequestBatch"):
            await coming(pull, broker, 4, refusal)
        assert await coming(pull, broker, 4, end(4, status="409")) == 0


async def test_a_wait_ends_when_more_may_be_asked_for(broker: Broker) -> None:
    async with pulling(broker) as pull:
        waiting = asyncio.create_task(pull.come(1, within_s=60))
        await asyncio.sleep(0)
        pull.look_up()
        await asyncio.wait_for(waiting, 1)
        await coming(pull, broker, 3, Message())
    assert broker.asked == [1, 2]


async def test_the_next_one_is_asked_for_together_with_the_acknowledgement(broker: Broker) -> None:
    async with pulling(broker) as pull:
        done = Message()
        await coming(pull, broker, 2, done)
        await pull.acknowledge(cast("Any", done), 2, within_s=60)
        assert (broker.asked, done.acks) == ([2, 1], 0)
        assert await coming(pull, broker, 2, Message(), Message()) == 2


async def test_an_acknowledgement_asks_for_nothing_that_is_asked_for_or_there(broker: Broker) -> None:
    async with pulling(broker) as pull:
        asked, held = Message(), Message()
        await coming(pull, broker, 2, asked)
        await pull.acknowledge(cast("Any", asked), 1, within_s=60)
        await broker.bring(Message())
        await pull.acknowledge(cast("Any", held), 1, within_s=60)
        assert (broker.asked, asked.acks, held.acks) == ([2], 1, 1)


async def test_an_acknowledgement_that_failed_has_asked_for_nothing(broker: Broker) -> None:
    async with pulling(broker) as pull:
        done = Message()
        await coming(pull, broker, 1, done)
        broker.away = True
        with pytest.raises(OutboundBufferLimitError):
            await pull.acknowledge(cast("Any", done), 1, within_s=60)
        broker.away = False
        assert await coming(pull, broker, 1, Message()) == 1
    assert broker.asked == [1, 1]


async def test_who_leaves_acknowledges_and_asks_for_nothing(broker: Broker) -> None:
    async with pulling(broker) as pull:
        await coming(pull, broker, 1, done := Message())
    await pull.acknowledge(cast("Any", done), 1, within_s=60)
    assert (broker.asked, done.acks) == ([1], 1)


async def test_a_cancelled_wait_loses_nothing(broker: Broker) -> None:
    async with pulling(broker) as pull:
        waiting = asyncio.create_task(pull.come(2, within_s=60))
        await broker.asking.wait()
        waiting.cancel()
        await broker.bring(Message())
        await asyncio.wait({waiting})
        assert waiting.cancelled()
        assert pull.take() is not None


async def test_what_comes_together_with_the_stop_goes_to_the_next_consumer(broker: Broker) -> None:
    """All of it: what came, and what was on its way."""
    seen: list[Delivery] = []

    async def handler(delivery: Delivery) -> None:
        seen.append(delivery)

    subscription = Subscription(REFRESHER, {ScrapeStarted: handler})
    consumer = Consumer(cast("Any", broker), "ws", subscription, MemoryGraveyard(), pace=0.5)
    consuming = asyncio.create_task(consumer.run())
    await asyncio.wait_for(broker.asking.wait(), 2)
    messages = [Message() for _ in range(REFRESHER.working)]
    broker.on_leave = messages[2:]
    consuming.cancel()
    for message in messages[:2]:
        await broker.bring(message)
    await asyncio.wait({consuming}, timeout=2)
    assert consuming.cancelled()
    assert seen == []
    assert [message.naks for message in messages] == [[0.5]] * REFRESHER.working


async def test_a_stop_waits_for_the_rest_of_what_was_asked_for(broker: Broker) -> None:
    """The server counts as delivered what it sends to somebody who has just left."""
    stopped = asyncio.Event()

    async def pulled() -> int:
        async with pulling(broker) as pull:
            assert await coming(pull, broker, 3, Message()) == 1
            stopped.set()
        taken = 0
        while pull.take() is not None:
            taken += 1
        return taken

    stopping = asyncio.create_task(pulled())
    await stopped.wait()
    for _ in range(2):
        await asyncio.sleep(0)
        assert not broker.left.is_set()
        await broker.bring(Message())
    assert await asyncio.wait_for(stopping, 2) == 2
    assert broker.left.is_set()


async def test_a_stop_waits_for_nobody_who_says_nothing(broker: Broker) -> None:
    async with pulling(broker) as pull:
        assert await coming(pull, broker, 3) == 0
    assert broker.left.is_set()


async def test_what_comes_after_the_stop_goes_back(broker: Broker) -> None:
    async with pulling(broker) as pull:
        assert await coming(pull, broker, 1) == 0
    message = Message()
    await broker.bring(message)
    assert pull.take() is None
    assert message.naks == [1.0]
