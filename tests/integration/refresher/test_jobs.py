"""How scrape jobs begin, and how those end that nobody ends."""

from datetime import timedelta
from typing import Any

from tests.integration.common.deliveries import delivery_of
from tests.integration.common.library import add_episode, add_job
from tests.integration.refresher.happenings import link, result, scraped
from tests.integration.refresher.turns import ALWAYS, HOUR, LEASE, PATIENCE, make_due
from wellspring_common.events.links import LinksUpdated
from wellspring_common.events.scrape import ScrapeStarted
from wellspring_common.events.topology import REFRESHER
from wellspring_common.testing.clock import FrozenClock
from wellspring_common.tunables import Tunables
from wellspring_refresher.adapters.postgres import PostgresStore


async def test_a_job_may_wait_its_turn_for_hours_before_it_counts_as_lost(
    store: PostgresStore, admin: Any, clock: FrozenClock
) -> None:
    episode = await add_episode(admin)
    waiting = await add_job(admin, episode.episode_id, requested_at=clock.now(), state="queued")
    clock.advance(PATIENCE - timedelta(seconds=1))
    assert (
        await store.end_lost_jobs(now=clock.now(), lease=LEASE, queue_patience=PATIENCE, tunables=ALWAYS)
        == []
    )
    clock.advance(timedelta(seconds=2))
    assert await store.end_lost_jobs(
        now=clock.now(), lease=LEASE, queue_patience=PATIENCE, tunables=ALWAYS
    ) == [str(waiting)]


async def test_a_job_that_lost_its_scraper_is_ended_told_and_tried_again(
    store: PostgresStore, admin: Any, clock: FrozenClock
) -> None:
    episode, fresh = await add_episode(admin), await add_episode(admin)
    await make_due(admin, clock, episode, ago=9 * HOUR)
    lost = await add_job(admin, episode.episode_id, requested_at=clock.now(), state="running")
    clock.advance(LEASE + timedelta(seconds=1))
    alive = await add_job(admin, fresh.episode_id, requested_at=clock.now(), state="running")
    assert await store.end_lost_jobs(
        now=clock.now(), lease=LEASE, queue_patience=PATIENCE, tunables=ALWAYS
    ) == [str(lost)]
    assert (
        await store.end_lost_jobs(now=clock.now(), lease=LEASE, queue_patience=PATIENCE, tunables=ALWAYS)
        == []
    )
    states = {row["id"]: row for row in await admin.fetch("select * from links.jobs")}
    assert (states[lost]["state"], states[lost]["error_code"]) == ("failed", "job_timeout")
    assert states[alive]["state"] == "running"
    (payload,) = [row["payload"] for row in await admin.fetch("select payload from links.outbox")]
    told = LinksUpdated.decode(payload)
    assert told == LinksUpdated(
        episode_id=episode.episode_id, job_id=lost, state="failed", error_code="job_timeout", changed=()
    )
    due_at = await admin.fetchval(
        "select due_at from links.refresh_schedule where episode_id = $1", episode.episode_id
    )
    assert due_at == clock.now() + timedelta(minutes=1)


async def test_a_started_job_runs_and_a_late_word_of_it_does_not_reopen_it(
    store: PostgresStore, admin: Any, clock: FrozenClock
) -> None:
    episode = await add_episode(admin)
    job_id = await add_job(admin, episode.episode_id, requested_at=clock.now())
    first = ScrapeStarted(job_id=job_id, episode_id=episode.episode_id, attempt=1, started_at=clock.now())
    again = ScrapeStarted(
        job_id=job_id, episode_id=episode.episode_id, attempt=2, started_at=clock.now() + LEASE
    )
    await store.job_started(REFRESHER.name, delivery_of(first), first)
    await store.job_started(REFRESHER.name, delivery_of(again), again)
    job = await admin.fetchrow("select * from links.jobs")
    assert (job["state"], job["attempts"], job["started_at"]) == ("running", 2, clock.now())
    done = scraped(
        job_id,
        episode.episode_id,
        [result(episode.source_ids[0], link("pixel"))],
        started_at=clock.now(),
        attempt=2,
    )
    await store.links_found(REFRESHER.name, delivery_of(done), done, now=clock.now(), tunables=Tunables())
    late = delivery_of(again)
    await store.job_started(REFRESHER.name, late, again)
    assert await admin.fetchval("select state from links.jobs") == "succeeded"
