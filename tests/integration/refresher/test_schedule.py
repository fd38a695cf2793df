"""What is due is asked for once, whoever looks, and what was never asked for is not due."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from tests.integration.common.databases import opened
from tests.integration.common.deliveries import delivery_of
from tests.integration.common.library import add_episode, add_job
from tests.integration.refresher.happenings import link, result, scraped
from tests.integration.refresher.rig import Rig
from tests.integration.refresher.turns import HOUR, LEASE, make_due
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common.events.catalog import CatalogChange, CatalogChanged
from wellspring_common.events.scrape import Lane, ScrapeRequested
from wellspring_common.events.topology import REFRESHER
from wellspring_common.ids import uuid7
from wellspring_common.outbox import Outbox
from wellspring_common.testing.clock import FrozenClock
from wellspring_common.tunables import Tunables
from wellspring_refresher.adapters.due import PostgresDue
from wellspring_refresher.adapters.postgres import SCHEMA, PostgresStore
from wellspring_refresher.domain.rules import Rules
from wellspring_refresher.ports import Limits

LIMITS = Limits(most=10, most_waiting=100, lease=LEASE, per_host_hour=1000)


async def sweep(due: PostgresDue, clock: FrozenClock, **limits: Any) -> list[int]:
    return await due.request_due(Rules(), replace(LIMITS, **limits), now=clock.now())


async def requests(admin: Any) -> list[ScrapeRequested]:
    rows = await admin.fetch(
        "select payload from links.outbox where subject like 'scrape.requested%' order by id"
    )
    events = [ScrapeRequested.decode(row["payload"]) for row in rows]
    return [event for event in events if isinstance(event, ScrapeRequested)]


async def test_a_due_episode_is_asked_for_with_all_its_sources(
    due: PostgresDue, admin: Any, clock: FrozenClock
) -> None:
    episode = await add_episode(admin, qualities=(480, 720, 1080))
    await make_due(admin, clock, episode)
    overdue, oldest = await due.overdue(now=clock.now() + timedelta(seconds=90))
    assert overdue == 1
    assert oldest >= timedelta(seconds=90)
    assert await sweep(due, clock) == [episode.episode_id]
    (request,) = await requests(admin)
    assert (request.episode_id, request.lane, request.reason) == (
        episode.episode_id,
        Lane.BACKGROUND,
        "expiry",
    )
    assert [(each.source_id, each.quality) for each in request.sources] == list(
        zip(episode.source_ids, (480, 720, 1080), strict=True)
    )
    job = await admin.fetchrow("select * from links.jobs")
    assert (job["id"], job["state"], job["lane"], job["requested_by"]) == (
        request.job_id,
        "queued",
        "background",
        "refresher",
    )
    assert await due.overdue(now=clock.now()) == (0, timedelta(0))


async def test_what_is_not_due_yet_is_left_alone(due: PostgresDue, admin: Any, clock: FrozenClock) -> None:
    await make_due(admin, clock, await add_episode(admin), ago=timedelta(seconds=-1))
    assert await sweep(due, clock) == []
    clock.advance(timedelta(seconds=1))
    assert len(await sweep(due, clock)) == 1


async def test_two_sweeps_at_once_ask_for_each_episode_once(
    database: FreshDatabase, admin: Any, clock: FrozenClock
) -> None:
    episodes = [await add_episode(admin) for _ in range(12)]
    await make_due(admin, clock, *episodes)
    async with opened(database, "refresher") as one, opened(database, "refresher") as two:
        both = [PostgresDue(held, Outbox(SCHEMA)) for held in (one, two)]
        answers = await asyncio.gather(*(sweep(each, clock, most=8) for each in both * 2))
    asked = [number for answer in answers for number in answer]
    assert sorted(asked) == sorted(episode.episode_id for episode in episodes)
    assert len(await requests(admin)) == 12


async def test_the_oldest_come_first_and_no_more_than_the_limit(
    due: PostgresDue, admin: Any, clock: FrozenClock
) -> None:
    episodes = [await add_episode(admin) for _ in range(5)]
    for hours, episode in enumerate(episodes, start=1):
        await make_due(admin, clock, episode, ago=hours * HOUR)
    asked = await sweep(due, clock, most=2)
    assert set(asked) == {episodes[4].episode_id, episodes[3].episode_id}


async def test_an_episode_that_is_being_scraped_is_not_asked_for_again(
    due: PostgresDue, admin: Any, clock: FrozenClock
) -> None:
    episode = await add_episode(admin)
    await make_due(admin, clock, episode)
    await add_job(admin, episode.episode_id, requested_at=clock.now())
    assert await sweep(due, clock) == []
    assert await requests(admin) == []
    due_at = await admin.fetchval("select due_at from links.refresh_schedule")
    assert due_at == clock.now() + LEASE


async def test_an_episode_that_nobody_ever_asked_for_is_not_due(
    store: PostgresStore, due: PostgresDue, admin: Any, clock: FrozenClock
) -> None:
    episodes = [await add_episode(admin) for _ in range(3)]
    numbers = tuple(episode.episode_id for episode in episodes)
    added = CatalogChanged(title_id=1, episode_ids=numbers, change=CatalogChange.ADDED)
    delivery = delivery_of(added)
    for _ in range(2):
        await store.catalog_changed(REFRESHER.name, delivery, added, now=clock.now(), tunables=Tunables())
    assert await admin.fetchval("select count(*) from links.refresh_schedule") == 3
    far = clock.now() + timedelta(days=3650)
    assert await due.request_due(Rules(), LIMITS, now=far) == []
    assert await due.overdue(now=far) == (0, timedelta(0))


async def test_a_changed_catalogue_keeps_what_was_scheduled(
    store: PostgresStore, due: PostgresDue, admin: Any, clock: FrozenClock
) -> None:
    episode = await add_episode(admin)
    await make_due(admin, clock, episode)
    change = CatalogChanged(
        title_id=episode.title_id,
        episode_ids=(episode.episode_id, 987654321),
        change=CatalogChange.CHANGED,
    )
    await store.catalog_changed(
        REFRESHER.name, delivery_of(change), change, now=clock.now(), tunables=Tunables()
    )
    assert (await due.overdue(now=clock.now()))[0] == 1
    assert await admin.fetchval("select count(*) from links.refresh_schedule") == 1


async def test_an_episode_without_sources_is_not_asked_for(
    due: PostgresDue, admin: Any, clock: FrozenClock
) -> None:
    episode = await add_episode(admin, qualities=())
    await make_due(admin, clock, episode)
    assert await sweep(due, clock) == []
    assert await admin.fetchval("select count(*) from links.jobs") == 0


async def test_no_more_is_asked_for_while_enough_jobs_wait(
    due: PostgresDue, admin: Any, clock: FrozenClock
) -> None:
    for _ in range(4):
        await make_due(admin, clock, await add_episode(admin))
    assert len(await sweep(due, clock, most_waiting=3)) == 3
    assert await sweep(due, clock, most_waiting=3) == []
    await admin.execute("update links.jobs set state = 'succeeded'")
    assert len(await sweep(due, clock, most_waiting=3)) == 1


async def test_one_live_scrape_an_episode_is_kept_by_the_index(admin: Any, clock: FrozenClock) -> None:
    episode = await add_episode(admin)
    await add_job(admin, episode.episode_id, requested_at=clock.now())
    with pytest.raises(asyncpg.UniqueViolationError):
        await add_job(admin, episode.episode_id, requested_at=clock.now(), state="running")


async def test_a_sweep_ends_what_is_lost_and_asks_for_what_is_due(rig: Rig) -> None:
    await rig.tune(refresh_policy="always")
    episode = await add_episode(rig.admin)
    await make_due(rig.admin, rig.clock, episode, ago=9 * HOUR)
    await add_job(rig.admin, episode.episode_id, requested_at=rig.now - 2 * LEASE, state="running")
    assert await rig.sweeps.sweep_once() == []
    rig.clock.advance(timedelta(minutes=1))
    assert await rig.sweeps.sweep_once() == [episode.episode_id]
    assert await rig.sweeps.sweep_once() == []


async def test_old_jobs_and_long_expired_links_are_purged_and_all_else_stays(
    store: PostgresStore, admin: Any, clock: FrozenClock
) -> None:
    episode = await add_episode(admin)
    event = scraped(
        uuid7(),
        episode.episode_id,
        [result(episode.source_ids[0], *(link(name) for name in ("gone", "expired", "renewed", "timeless")))],
        started_at=clock.now(),
    )
    await store.links_found(REFRESHER.name, delivery_of(event), event, now=clock.now(), tunables=Tunables())
    for server, expired, updated in [("gone", 31, 31), ("expired", 29, 31), ("renewed", 31, 1)]:
        await admin.execute(
            "update links.links set expires_at = now() - make_interval(days => $2), "
            "updated_at = now() - make_interval(days => $3) where server = $1",
            server,
            expired,
            updated,
        )
    for state, days in [("failed", 91), ("succeeded", 91), ("failed", 89)]:
        job_id = await add_job(admin, episode.episode_id, requested_at=clock.now(), state=state)
        await admin.execute(
            "update links.jobs set finished_at = now() - make_interval(days => $2) where id = $1",
            job_id,
            days,
        )
    await add_job(admin, episode.episode_id, requested_at=clock.now())
    assert await store.purge() == 3
    assert await store.purge() == 0
    assert {row["server"] for row in await admin.fetch("select server from links.links")} == {
        "expired",
        "renewed",
        "timeless",
    }
    assert await admin.fetchval("select count(*) from links.jobs") == 2
