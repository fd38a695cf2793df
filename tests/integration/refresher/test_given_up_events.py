"""Results, cancellations and dead letters as the bus brings them: decoded, handled, counted."""

from collections.abc import AsyncGenerator
from functools import partial
from pathlib import Path
from typing import TypeAlias

import asyncpg
import pytest
from prometheus_client import Counter

from tests.integration.common.databases import opened
from tests.integration.common.deliveries import delivery_of
from tests.integration.common.library import add_episode, add_job
from tests.integration.refresher.happenings import failed, link, result, scraped
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
from wellspring_refresher.adapters.viewing import PostgresViewing
from wellspring_refresher.handlers import Handlers

Admin: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


def arrived(event: Event, subject: str | None = None) -> Arrived:
    delivery = delivery_of(event)
    headers = delivery.envelope.headers()
    return Arrived(subject or delivery.subject, delivery.payload, headers, 1, delivery.working)


def count_of(counter: Counter, label: str) -> float:
    return float(counter.labels(label)._value.get())


@pytest.fixture
def graveyard() -> MemoryGraveyard:
    return MemoryGraveyard()


@pytest.fixture
async def handling(
    database: FreshDatabase, clock: FrozenClock, tmp_path: Path, graveyard: MemoryGraveyard
) -> AsyncGenerator[Handling]:
    async with opened(database, "refresher") as held:
        outbox, inbox = Outbox(SCHEMA), Inbox(SCHEMA)
        handlers = Handlers(
            store=PostgresStore(held, outbox, inbox),
            viewing=PostgresViewing(held, inbox),
            crawls=PostgresCrawls(held, inbox),
            given_up=PostgresGivenUp(held, outbox, inbox),
            tunables=TunablesWatch(MemoryBus(), MemoryValues(), keep_in=tmp_path),
            clock=clock,
        )
        yield Handling(handlers.subscription(), graveyard)


@pytest.mark.parametrize("subject", [None, REFRESHER.replay], ids=["as it was said", "tried again"])
async def test_cancellations_and_dead_letters_are_handled(
    handling: Handling, graveyard: MemoryGraveyard, admin: Admin, clock: FrozenClock, subject: str | None
) -> None:
    episode, before = await add_episode(admin), count_of(metrics.JOBS_CANCELLED, "scrape")
    job_id = await add_job(admin, episode.episode_id, requested_at=clock.now())
    event = cancellation(job_id, clock)
    for said in (event, event, letter(uuid7(), clock)):
        assert (await handling.handle(arrived(said, subject))).is_done
    assert (graveyard.failures, graveyard.buried) == ({}, [])
    assert count_of(metrics.JOBS_CANCELLED, "scrape") - before == 1
    assert await admin.fetchval("select count(*) from links.dead_letters") == 1
    assert await admin.fetchval("select state from links.jobs") == "cancelled"


async def test_a_result_that_comes_again_is_counted_once(
    handling: Handling, graveyard: MemoryGraveyard, admin: Admin, clock: FrozenClock
) -> None:
    episode, now = await add_episode(admin), clock.now()
    job_id = await add_job(admin, episode.episode_id, requested_at=now)
    found = scraped(
        uuid7(), episode.episode_id, [result(episode.source_ids[1], link("pixel"))], started_at=now
    )
    counts = [partial(count_of, metrics.LINK_REFRESHES, outcome) for outcome in ("found", "failed")]
    before = [count() for count in counts]
    for said in (found, failed(job_id, episode.episode_id, started_at=now)):
        message = arrived(said)
        for _ in range(3):
            assert (await handling.handle(message)).is_done
    assert (graveyard.failures, graveyard.buried) == ({}, [])
    assert [count() - earlier for count, earlier in zip(counts, before, strict=True)] == [1, 1]
