"""What every bus promises about questions, and about taking on no more than wanted."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress

import pytest

from tests.contract.delivering import Script, publish, started, until
from tests.contract.worlds import World
from wellspring_common.bus.port import Reply, Subscription
from wellspring_common.errors import DependencyDown
from wellspring_common.events.scrape import ScrapeStarted
from wellspring_common.events.topology import REFRESHER
from wellspring_common.testing.graveyard import MemoryGraveyard

SUBJECT = "ask.scraper.check"
PATIENCE_S = 5.0


async def shouts(question: bytes) -> bytes:
    return question.upper()


@asynccontextmanager
async def answering(world: World, replies: Mapping[str, Reply]) -> AsyncGenerator[None]:
    task = asyncio.create_task(world.bus.answer(replies))
    try:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                with suppress(DependencyDown):
                    await world.bus.ask("ask.scraper.there", b"", patience_s=0.2)
                    break
                await asyncio.sleep(0.01)
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def here(_: bytes) -> bytes:
    return b"here"


class TestQuestions:
    """The promises of `ask`, `answer` and `admit`."""

    async def test_a_question_gets_its_answer(self, world: World) -> None:
        async with answering(world, {SUBJECT: shouts, "ask.scraper.there": here}):
            assert await world.bus.ask(SUBJECT, b"loud", patience_s=PATIENCE_S) == b"LOUD"

    async def test_where_nobody_listens_that_is_said_at_once(self, world: World) -> None:
        async with asyncio.timeout(PATIENCE_S):
            with pytest.raises(DependencyDown) as caught:
                await world.bus.ask(SUBJECT, b"", patience_s=60)
        assert caught.value.code == "no_responders"

    async def test_who_has_stopped_answers_no_more(self, world: World) -> None:
        async with answering(world, {SUBJECT: shouts, "ask.scraper.there": here}):
            pass
        with pytest.raises(DependencyDown):
            await world.bus.ask(SUBJECT, b"", patience_s=0.5)

    async def test_an_answer_that_takes_too_long_is_not_waited_for(self, world: World) -> None:
        async def thinks(_: bytes) -> bytes:
            await asyncio.Event().wait()
            return b""

        async with answering(world, {SUBJECT: thinks, "ask.scraper.there": here}):
            with pytest.raises(DependencyDown) as caught:
                await world.bus.ask(SUBJECT, b"", patience_s=0.05)
        assert caught.value.code == "no_answer"

    async def test_a_long_answer_holds_up_no_other(self, world: World) -> None:
        go_on = asyncio.Event()

        async def waits(_: bytes) -> bytes:
            await go_on.wait()
            return b"at last"

        async with answering(world, {SUBJECT: waits, "ask.scraper.there": here}):
            long = asyncio.create_task(world.bus.ask(SUBJECT, b"", patience_s=PATIENCE_S))
            assert await world.bus.ask("ask.scraper.there", b"", patience_s=PATIENCE_S) == b"here"
            go_on.set()
            assert await long == b"at last"

    async def test_nothing_is_taken_while_work_is_not_wanted(self, world: World) -> None:
        handler, asked, wanted = Script(), 0, False

        def admit() -> bool:
            nonlocal asked
            asked += 1
            return wanted

        await publish(world, started())
        subscription = Subscription(REFRESHER, {ScrapeStarted: handler}, admit)
        task = asyncio.create_task(world.bus.consume(subscription, MemoryGraveyard()))
        try:
            await until(lambda: asked > 3)
            assert handler.seen == []
            wanted = True
            await until(lambda: len(handler.seen) == 1)
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
