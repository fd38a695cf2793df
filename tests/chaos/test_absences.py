"""Servers that are away, full or tampered with, under a small service done well and under careless ones."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TypeAlias

import pytest
from nats.js.api import DeliverPolicy, DiscardPolicy

from tests.chaos.small import DUAL, HASTY, WELL, Small, administrator
from tests.chaos.small_process import CONSUMER
from tests.support.outage import server_away
from wellspring_common.bus.nats.topology_config import consumer_config

pytestmark = [pytest.mark.chaos, pytest.mark.long]

AWAY_S = 6.0
"""Longer than the bus waits for a broker to say that it has stored something."""

Tell = Callable[[object], None]
Smalls: TypeAlias = Callable[[str], AbstractAsyncContextManager[Small]]


@pytest.mark.parametrize(("how", "wrong"), [WELL, DUAL])
async def test_while_the_broker_is_away_the_outbox_holds_what_was_committed(
    small: Smalls, tell: Tell, how: str, wrong: set[str]
) -> None:
    async with small(how) as stack:
        await stack.grows()
        async with server_away(stack.servers, "nats"):
            before = len(stack.told)
            await asyncio.sleep(AWAY_S)
            accepted = len(stack.told) - before
        await stack.grows()
        await stack.judged(tell, wrong)
    assert accepted > 0 or wrong, "who only commits does not wait for the broker"


@pytest.mark.parametrize(("how", "wrong"), [WELL, HASTY])
async def test_while_the_database_is_away_nothing_is_acknowledged(
    small: Smalls, tell: Tell, how: str, wrong: set[str]
) -> None:
    async with small(how) as stack:
        await stack.grows()
        async with server_away(stack.servers, "postgres"):
            await asyncio.sleep(AWAY_S)
        await stack.grows()
        await stack.judged(tell, wrong)
        assert await stack.rows("select id from health.dead_letters") == []
        assert await stack.rows("select failures from health.attempts where failures > 0") == []


@pytest.mark.parametrize(("how", "wrong"), [WELL, DUAL])
async def test_while_the_broker_is_full_the_outbox_holds_what_was_committed(
    small: Smalls, tell: Tell, how: str, wrong: set[str]
) -> None:
    async with small(how) as stack:
        await stack.grows()
        async with administrator(stack.servers) as context:
            info = await context.stream_info(stack.stream)
            await context.update_stream(
                info.config.evolve(max_msgs=info.state.messages, discard=DiscardPolicy.NEW)
            )
            await asyncio.sleep(AWAY_S)
            full = (await context.stream_info(stack.stream)).state.messages
            await context.update_stream(info.config)
        await stack.grows()
        await stack.judged(tell, wrong)
    assert full <= info.state.messages + 1


@pytest.mark.parametrize(
    ("policy", "wrong"),
    [
        pytest.param(DeliverPolicy.ALL, set(), id="made again as declared"),
        pytest.param(DeliverPolicy.NEW, {"lost"}, id="made again from now on", marks=pytest.mark.control),
    ],
)
async def test_a_consumer_that_somebody_deleted_and_made_again_goes_on_where_nothing_is_left_out(
    small: Smalls, tell: Tell, policy: DeliverPolicy, wrong: set[str]
) -> None:
    async with small("well") as stack:
        await stack.grows()
        async with administrator(stack.servers) as context:
            await context.delete_consumer(stack.stream, CONSUMER.name)
            await asyncio.sleep(AWAY_S)
            config = consumer_config(CONSUMER, stack.prefix).evolve(deliver_policy=policy)
            await context.add_consumer(stack.stream, config)
        await stack.grows()
        await stack.judged(tell, wrong)
