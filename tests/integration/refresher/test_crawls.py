"""A crawl's job runs, ends with what it did, and ends too when its scraper is lost."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from tests.integration.common.deliveries import delivery_of
from wellspring_common.events.crawl import CrawlCounts, CrawlFinished, CrawlStarted
from wellspring_common.events.scrape import Problem
from wellspring_common.events.topology import REFRESHER
from wellspring_common.ids import uuid7
from wellspring_common.testing.clock import FrozenClock
from wellspring_refresher.adapters.crawls import PostgresCrawls
from wellspring_refresher.domain.crawls import MOST_PROBLEMS

LEASE = timedelta(hours=3)
PATIENCE = timedelta(hours=24)
NAME = REFRESHER.name


async def add_crawl(admin: Any, clock: FrozenClock, *, state: str = "queued", scope: str = "all") -> UUID:
    catalogue = await admin.fetchval(
        "insert into catalog.catalogues (name, definition, base_urls) "
        "values ('C', 'otakudesu', '{https://a.example}') "
        "on conflict (lower(name)) do update set updated_at = now() returning id"
    )
    job_id: UUID = await admin.fetchval(
        "insert into links.jobs "
        "(id, kind, catalogue_id, scope, query, lane, reason, state, requested_at, updated_at) "
        "values ($1, 'crawl', $2, $3, '', 'background', 'schedule', $4, $5, $5) returning id",
        uuid7(),
        catalogue,
        scope,
        state,
        clock.now(),
    )
    return job_id


async def job(admin: Any, job_id: UUID) -> dict[str, Any]:
    return dict(await admin.fetchrow("select * from links.jobs where id = $1", job_id))


def started(job_id: UUID, clock: FrozenClock) -> CrawlStarted:
    return CrawlStarted(job_id=job_id, catalogue_id=1, attempt=1, started_at=clock.now())


def finished(job_id: UUID, clock: FrozenClock, **changes: Any) -> CrawlFinished:
    values = {
        "job_id": job_id,
        "catalogue_id": 1,
        "attempt": 1,
        "started_at": clock.now(),
        "finished_at": clock.now() + timedelta(minutes=20),
        "counts": CrawlCounts(lists=3, titles=12, unchanged=9, pages=15),
    } | changes
    return CrawlFinished(**values)


async def test_a_crawl_runs_and_succeeds_with_its_counts(
    crawls: PostgresCrawls, admin: Any, clock: FrozenClock
) -> None:
    job_id = await add_crawl(admin, clock)
    begun = started(job_id, clock)
    await crawls.started(NAME, delivery_of(begun), begun)
    assert (await job(admin, job_id))["state"] == "running"
    ended = finished(job_id, clock)
    delivery = delivery_of(ended)
    await crawls.finished(NAME, delivery, ended)
    await crawls.finished(NAME, delivery, ended)
    row = await job(admin, job_id)
    assert (row["state"], row["finished_at"]) == ("succeeded", ended.finished_at)
    assert '"titles": 12' in row["counts"]


async def test_a_crawl_with_problems_is_partial_and_keeps_some_of_them(
    crawls: PostgresCrawls, admin: Any, clock: FrozenClock
) -> None:
    job_id = await add_crawl(admin, clock)
    many = tuple(Problem(code="drift", detail=f"page {number}") for number in range(MOST_PROBLEMS + 50))
    ended = finished(job_id, clock, problems=many)
    await crawls.finished(NAME, delivery_of(ended), ended)
    row = await job(admin, job_id)
    assert row["state"] == "partial"
    assert row["problems"].count('"drift"') == MOST_PROBLEMS


async def test_a_crawl_with_a_code_failed(crawls: PostgresCrawls, admin: Any, clock: FrozenClock) -> None:
    job_id = await add_crawl(admin, clock)
    ended = finished(
        job_id, clock, code="drift", detail="The list held no title.", counts=CrawlCounts(lists=1)
    )
    await crawls.finished(NAME, delivery_of(ended), ended)
    row = await job(admin, job_id)
    assert (row["state"], row["error_code"]) == ("failed", "drift")


async def test_a_crawl_may_run_for_hours_but_not_for_ever(
    crawls: PostgresCrawls, admin: Any, clock: FrozenClock
) -> None:
    running = await add_crawl(admin, clock, state="running")
    waiting = await add_crawl(admin, clock, scope="ongoing")
    clock.advance(timedelta(hours=1))
    assert await crawls.end_lost(now=clock.now(), lease=LEASE, patience=PATIENCE) == []
    clock.advance(timedelta(hours=3))
    assert await crawls.end_lost(now=clock.now(), lease=LEASE, patience=PATIENCE) == [str(running)]
    assert (await job(admin, running))["error_code"] == "job_timeout"
    assert (await job(admin, waiting))["state"] == "queued"
    clock.advance(PATIENCE)
    assert await crawls.end_lost(now=clock.now(), lease=LEASE, patience=PATIENCE) == [str(waiting)]


async def test_a_lost_crawl_that_ends_well_after_all_counts(
    crawls: PostgresCrawls, admin: Any, clock: FrozenClock
) -> None:
    job_id = await add_crawl(admin, clock, state="running")
    clock.advance(timedelta(hours=4))
    await crawls.end_lost(now=clock.now(), lease=LEASE, patience=PATIENCE)
    ended = finished(job_id, clock)
    await crawls.finished(NAME, delivery_of(ended), ended)
    assert (await job(admin, job_id))["state"] == "succeeded"


async def test_what_no_column_can_hold_is_left_out_of_what_a_site_said(
    admin: Any, crawls: PostgresCrawls, clock: FrozenClock
) -> None:
    job_id = await add_crawl(admin, clock)
    event = finished(
        job_id,
        clock,
        problems=(Problem(code="drift", detail="No row in 'a\x00b'.", url="https://a.example/\x00"),),
        code="drift",
        detail="a\x00b",
    )
    await crawls.finished(NAME, delivery_of(event), event)
    ended = await job(admin, job_id)
    assert (ended["state"], ended["error_detail"]) == ("failed", "a\ufffdb")
