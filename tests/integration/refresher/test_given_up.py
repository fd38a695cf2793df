"""Jobs that people cancelled, and dead letters of the scraper."""

import base64
import json
from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any, TypeAlias
from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.integration.common.databases import opened
from tests.integration.common.deliveries import delivery_of
from tests.integration.common.library import Episode, add_episode, add_job
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common.events.dead import DeadLettered
from wellspring_common.events.jobs import JobCancelled
from wellspring_common.events.links import LinksUpdated
from wellspring_common.events.scrape import ScrapeStarted
from wellspring_common.events.topology import REFRESHER
from wellspring_common.ids import uuid7
from wellspring_common.inbox import Inbox
from wellspring_common.outbox import Outbox
from wellspring_common.testing.clock import FrozenClock
from wellspring_refresher.adapters.given_up import PostgresGivenUp
from wellspring_refresher.adapters.postgres import SCHEMA, PostgresStore

Admin: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


@pytest.fixture
async def given_up(database: FreshDatabase) -> AsyncGenerator[PostgresGivenUp]:
    async with opened(database, "refresher") as held:
        yield PostgresGivenUp(held, Outbox(SCHEMA), Inbox(SCHEMA))


@pytest.fixture
async def episode(admin: Admin) -> Episode:
    return await add_episode(admin)


def cancellation(job_id: UUID, clock: FrozenClock) -> JobCancelled:
    return JobCancelled(job_id=job_id, cancelled_by="ada", cancelled_at=clock.now())


async def job(admin: Admin, job_id: UUID) -> dict[str, Any]:
    return dict(await admin.fetchrow("select * from links.jobs where id = $1", job_id) or {})


async def told(admin: Admin) -> list[LinksUpdated]:
    rows = await admin.fetch("select payload from links.outbox where subject = 'links.updated' order by id")
    return [LinksUpdated.model_validate_json(row["payload"]) for row in rows]


@pytest.mark.parametrize("state", ["queued", "running"])
async def test_a_cancelled_job_ends_and_everybody_hears_of_it_once(
    given_up: PostgresGivenUp, admin: Admin, episode: Episode, clock: FrozenClock, state: str
) -> None:
    job_id = await add_job(admin, episode.episode_id, requested_at=clock.now(), state=state)
    event = cancellation(job_id, clock)
    delivery = delivery_of(event)
    kinds = [await given_up.job_cancelled(REFRESHER.name, delivery, event, now=clock.now()) for _ in range(3)]
    assert kinds == ["scrape", None, None]
    ended = await job(admin, job_id)
    assert (ended["state"], ended["finished_at"], ended["cancelled_by"], ended["error_code"]) == (
        "cancelled",
        clock.now(),
        "ada",
        None,
    )
    (update,) = await told(admin)
    assert (update.episode_id, update.job_id, update.state, update.error_code, update.changed) == (
        episode.episode_id,
        job_id,
        "cancelled",
        None,
        (),
    )


@pytest.mark.parametrize("state", ["succeeded", "partial", "failed", "cancelled"])
async def test_a_job_that_had_ended_stays_as_it_ended(
    given_up: PostgresGivenUp, admin: Admin, episode: Episode, clock: FrozenClock, state: str
) -> None:
    job_id = await add_job(admin, episode.episode_id, requested_at=clock.now(), state=state)
    event = cancellation(job_id, clock)
    assert await given_up.job_cancelled(REFRESHER.name, delivery_of(event), event, now=clock.now()) is None
    assert (await job(admin, job_id))["state"] == state
    assert await told(admin) == []


async def test_a_start_that_is_heard_after_the_cancellation_does_not_reopen_the_job(
    given_up: PostgresGivenUp, store: PostgresStore, admin: Admin, episode: Episode, clock: FrozenClock
) -> None:
    job_id = await add_job(admin, episode.episode_id, requested_at=clock.now())
    event = cancellation(job_id, clock)
    await given_up.job_cancelled(REFRESHER.name, delivery_of(event), event, now=clock.now())
    start = ScrapeStarted(job_id=job_id, episode_id=episode.episode_id, attempt=1, started_at=clock.now())
    await store.job_started(REFRESHER.name, delivery_of(start), start)
    assert (await job(admin, job_id))["state"] == "cancelled"


async def test_the_episode_may_be_asked_for_again_at_once(
    given_up: PostgresGivenUp, admin: Admin, episode: Episode, clock: FrozenClock
) -> None:
    job_id = await add_job(admin, episode.episode_id, requested_at=clock.now())
    with pytest.raises(asyncpg.UniqueViolationError):
        await add_job(admin, episode.episode_id, requested_at=clock.now())
    event = cancellation(job_id, clock)
    await given_up.job_cancelled(REFRESHER.name, delivery_of(event), event, now=clock.now())
    assert await add_job(admin, episode.episode_id, requested_at=clock.now()) != job_id


@pytest.mark.parametrize(
    ("turn", "expected"),
    [
        (("requested", timedelta(minutes=4)), ("cancelled", timedelta(minutes=15))),
        (("expiry", timedelta(hours=3)), ("expiry", timedelta(hours=3))),
    ],
    ids=["its own turn comes again", "another turn stays"],
)
async def test_the_schedule_goes_on(
    given_up: PostgresGivenUp,
    admin: Admin,
    clock: FrozenClock,
    turn: tuple[str, timedelta],
    expected: tuple[str, timedelta],
) -> None:
    episode = await add_episode(admin)
    await admin.execute(
        "insert into links.refresh_schedule (episode_id, due_at, why) values ($1, $2, $3)",
        episode.episode_id,
        clock.now() + turn[1],
        turn[0],
    )
    job_id = await add_job(admin, episode.episode_id, requested_at=clock.now())
    event = cancellation(job_id, clock)
    await given_up.job_cancelled(REFRESHER.name, delivery_of(event), event, now=clock.now())
    row = await admin.fetchrow("select why, due_at, failures from links.refresh_schedule")
    assert row is not None
    assert ((row["why"], row["due_at"] - clock.now()), row["failures"]) == (expected, 0)


async def test_a_crawl_is_cancelled_too(given_up: PostgresGivenUp, admin: Admin, clock: FrozenClock) -> None:
    job_id = uuid4()
    await admin.execute(
        "insert into links.jobs (id, kind, lane, reason, state) "
        "values ($1, 'crawl', 'interactive', 'force', 'running')",
        job_id,
    )
    event = cancellation(job_id, clock)
    kind = await given_up.job_cancelled(REFRESHER.name, delivery_of(event), event, now=clock.now())
    assert (kind, (await job(admin, job_id))["state"]) == ("crawl", "cancelled")
    assert await told(admin) == []


def letter(event_id: UUID, clock: FrozenClock, **changed: Any) -> DeadLettered:
    fields = {
        "consumer": "scraper_interactive",
        "event_id": str(event_id),
        "event_subject": "scrape.requested.interactive.default",
        "payload": base64.b64encode(b"\x00\xffwhole"),
        "headers": {"ws-event-id": str(event_id), "odd": "a\x00b"},
        "code": "poison",
        "detail": "It never\x00 ends.",
        "fingerprint": "f00d",
        "attempts": 3,
        "died_at": clock.now(),
    }
    made = DeadLettered(**(fields | changed))
    return DeadLettered.model_validate_json(made.model_dump_json())


async def test_a_dead_letter_is_kept_whole_and_once(
    given_up: PostgresGivenUp, admin: Admin, clock: FrozenClock
) -> None:
    event_id = uuid7()
    event = letter(event_id, clock)
    delivery = delivery_of(event)
    kept = [await given_up.dead_lettered(REFRESHER.name, delivery, event) for _ in range(2)]
    assert kept == [True, False]
    (row,) = await admin.fetch("select * from links.dead_letters")
    assert (row["consumer"], row["event_id"], row["payload"]) == (
        "scraper_interactive",
        event_id,
        b"\x00\xffwhole",
    )
    assert (row["subject"], row["code"], row["attempts"], row["state"], row["created_at"]) == (
        "scrape.requested.interactive.default",
        "poison",
        3,
        "open",
        clock.now(),
    )
    assert row["fingerprint"] == "f00d"
    assert json.loads(row["headers"]) == {"ws-event-id": str(event_id), "odd": "a\ufffdb"}
    assert row["detail"] == "It never\ufffd ends."


async def test_one_that_was_dug_out_and_died_again_is_a_letter_of_its_own(
    given_up: PostgresGivenUp, admin: Admin, clock: FrozenClock
) -> None:
    event = letter(uuid7(), clock)
    assert await given_up.dead_lettered(REFRESHER.name, delivery_of(event), event)
    assert not await given_up.dead_lettered(REFRESHER.name, delivery_of(event), event), "it is still open"
    await admin.execute("update links.dead_letters set state = 'replayed'")
    assert await given_up.dead_lettered(REFRESHER.name, delivery_of(event), event)
    states = await admin.fetch("select state from links.dead_letters order by id")
    assert [row["state"] for row in states] == ["replayed", "open"]
