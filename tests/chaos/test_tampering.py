"""Somebody deletes consumers and changes limits under load: `topology apply` brings everything back."""

import asyncio
import operator
import random
from collections.abc import Callable
from functools import partial

import pytest

from tests.chaos.ledger import streams
from tests.chaos.load import Load, Pace
from tests.chaos.weather import weathered
from tests.support.gateway import eventually
from tests.support.running import Running
from wellspring_cli.console import Failure
from wellspring_cli.programs import answers_ready
from wellspring_cli.stack import DEFAULT_PREFIX, Stack
from wellspring_cli.streams import apply_topology
from wellspring_common.bus.nats.topology_config import consumer_config, stream_config
from wellspring_common.events.specs import stream_name
from wellspring_common.events.topology import EVENTS, HEALTH, REFRESHER, SCRAPER_INTERACTIVE

pytestmark = [pytest.mark.chaos, pytest.mark.long, pytest.mark.asyncio(loop_scope="session")]

DELETED = (REFRESHER, SCRAPER_INTERACTIVE)
ALARMED = ("refresher", "scraper", "health")

Tell = Callable[[object], None]


async def tamper(stack: Stack) -> None:
    """Delete consumers, narrow another one, and let a stream forget soon."""
    async with streams(stack) as context:
        for spec in DELETED:
            await context.delete_consumer(stream_name(DEFAULT_PREFIX, spec.stream), spec.name)
        narrow = consumer_config(HEALTH, DEFAULT_PREFIX).evolve(max_ack_pending=1, ack_wait=90)
        await context.add_consumer(stream_name(DEFAULT_PREFIX, HEALTH.stream), narrow)
        await context.update_stream(stream_config(EVENTS, DEFAULT_PREFIX).evolve(max_age=3600))


async def test_what_somebody_deleted_or_changed_is_as_declared_again_and_nothing_was_lost(
    running: Running, tell: Tell
) -> None:
    load = Load(running, "Tampered", random.Random(11), Pace(wish_s=0.5))
    stack, refused, done = running.stack, [], []

    async def tampered() -> int:
        await asyncio.sleep(3)
        await tamper(stack)
        for name in ALARMED:
            # nobody stands still in silence: who is not served as declared says so
            await eventually(partial(answers_ready, f"{stack.ops_url(name)}/readyz"), operator.not_)
        try:
            await apply_topology(stack.nats_url(), DEFAULT_PREFIX)
        except Failure as failure:
            refused.append(failure.what)
        done.extend(await apply_topology(stack.nats_url(), DEFAULT_PREFIX, mend=True))
        await asyncio.sleep(3)
        return 0

    await weathered(load, tampered, tell)
    assert len(refused) == 1, "what is missing is made, and what differs never mended unasked"
    assert "max_age" in refused[0]
    assert "max_ack_pending" in refused[0]
    assert {spec.name for spec in (HEALTH, EVENTS) if any(spec.name in line for line in done)} == {
        HEALTH.name,
        EVENTS.name,
    }
    assert await apply_topology(stack.nats_url(), DEFAULT_PREFIX) == []
