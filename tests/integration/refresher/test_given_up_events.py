"""Cancellations and dead letters as the bus brings them: decoded, handled, counted."""

from pathlib import Path
from typing import TypeAlias

import asyncpg
import pytest

from tests.integration.common.databases import opened
from tests.integration.common.deliveries import delivery_of
from tests.integration.common.library import add_episode, add_job
from tests.integration.refresher.test_given_up import cancellation, letter
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common import metrics
from wellspring_common.bus.handling import Arrived, Handling
from wellspring_common.events.envelope import Event
from wellspring_common.events.topology import REFRESHER
from wellspring_common.ids import uuid7
from wellspring_common.inbox import Inbox
from wellspring_common.outbox import Outbox
from wellspring_common.testing.bus import MemoryBus
from wellspring_common.testing.clock import FrozenClock
from wellspring_common.testing.graveyard import MemoryGraveyard
from wellspring_common.testing.kv import MemoryValues
from wellspring_common.tunables_watch import TunablesWatch
from wellspring_refresher.adapters.crawls import PostgresCrawls
from wellspring_refresher.adapters.given_up import PostgresGivenUp
from wellspring_refresher.adapters.postgres import SCHEMA, PostgresStore
from wellspring_refresher.handlers import Handlers

Admin: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


def arrived(event: Event, subject: str | None = None) -> Arrived:
    delivery = delivery_of(event)
    headers = delivery.envelope.headers()
    return Arrived(subject or delivery.subject, delivery.payload, headers, 1, delivery.working)


def cancelled(kind: str) -> float:
    return float(metrics.JOBS_CANCELLED.labels(kind)._value.get())


@pytest.mark.parametrize("subject", [None, REFRESHER.replay], ids=["as it was said", "tried again"])
async def test_cancellations_and_dead_letters_are_handled(
    database: FreshDatabase, admin: Admin, clock: FrozenClock, tmp_path: Path, subject: str | None
) -> None:
    episode, before = await add_episode(admin), cancelled("scrape")
    job_id = await add_job(admin, episode.episode_id, requested_at=clock.now())
    graveyard = MemoryGraveyard()
    async with opened(database, "refresher") as held:
        outbox, inbox = Outbox(SCHEMA), Inbox(SCHEMA)
        handlers = Handlers(
            store=PostgresStore(held, outbox, inbox),
            crawls=PostgresCrawls(held, inbox),
            given_up=PostgresGivenUp(held, outbox, inbox),
            tunables=TunablesWatch(MemoryBus(), MemoryValues(), keep_in=tmp_path),
            clock=clock,
        )
        handling = Handling(handlers.subscription(), graveyard)
        event = cancellation(job_id, clock)
        for said in (event, event, letter(uuid7(), clock)):
            assert (await handling.handle(arrived(said, subject))).is_done
    assert (graveyard.failures, graveyard.buried) == ({}, [])
    assert cancelled("scrape") - before == 1
    assert await admin.fetchval("select count(*) from links.dead_letters") == 1
    assert await admin.fetchval("select state from links.jobs") == "cancelled"
