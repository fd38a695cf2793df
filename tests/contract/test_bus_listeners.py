"""What every bus promises to those who only listen: in memory and over NATS."""

import asyncio

import pytest

from tests.contract.delivering import (
    NOW,
    PATIENCE_S,
    answers,
    publish,
    started,
)
from tests.contract.worlds import World
from wellspring_common.bus.port import RECONNECTED
from wellspring_common.errors import DependencyDown
from wellspring_common.events.links import LinksDied
from wellspring_common.events.live import ScrapeStep, Step
from wellspring_common.events.scrape import ScrapeStarted
from wellspring_common.ids import uuid7


class TestBusListeners:
    """What is heard without a consumer, and whether the broker is there."""

    async def test_a_listener_hears_facts_and_live_words_but_nothing_else(self, world: World) -> None:
        fact, step = started(), ScrapeStep(job_id=uuid7(), episode_id=7, at=NOW, step=Step.FETCHING)
        async with world.bus.listen("scrape.started", "live.>") as heard:
            await world.bus.ping()
            await publish(world, LinksDied(episode_id=1, links=(), reason="not_found", checked_at=NOW))
            await publish(world, fact)
            await world.bus.tell(step)
            async with asyncio.timeout(PATIENCE_S):
                got = [await anext(heard), await anext(heard)]
        assert got == [
            ("scrape.started", fact.model_dump_json().encode()),
            ("live.scrape.7", step.model_dump_json().encode()),
        ]

    async def test_a_listener_that_waited_in_vain_still_hears_what_comes_later(self, world: World) -> None:
        fact = started()
        async with world.bus.listen("scrape.started") as heard:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(heard), 0.05)
            await publish(world, fact)
            subject, payload = await asyncio.wait_for(anext(heard), PATIENCE_S)
        assert (subject, ScrapeStarted.decode(payload)) == ("scrape.started", fact)

    async def test_a_listener_hears_nothing_of_before(self, world: World) -> None:
        await publish(world, started(1))
        later = started(2)
        async with world.bus.listen("scrape.started") as heard:
            await world.bus.ping()
            await publish(world, later)
            _, payload = await asyncio.wait_for(anext(heard), PATIENCE_S)
        assert ScrapeStarted.decode(payload) == later

    async def test_ping_answers_while_the_broker_does(self, world: World) -> None:
        await world.bus.ping()
        await world.stop()
        with pytest.raises(DependencyDown):
            await world.bus.ping()
        await world.start()
        await answers(world.bus.ping)

    async def test_telling_never_fails(self, world: World) -> None:
        step = ScrapeStep(job_id=uuid7(), episode_id=7, at=NOW, step=Step.FETCHING)
        await world.stop()
        for _ in range(3):
            await world.bus.tell(step)
        await world.start()
        await answers(world.bus.ping)
        await world.bus.tell(step)

    async def test_a_listener_learns_that_it_may_have_missed_something(self, world: World) -> None:
        async with world.bus.listen("scrape.started") as heard:
            await world.stop()
            await world.start()
            subject, payload = await asyncio.wait_for(anext(heard), PATIENCE_S)
        assert (subject, payload) == (RECONNECTED, b"")
