"""Results that come in when their job has ended, or when a newer one was faster."""

from datetime import timedelta
from typing import Any, TypeAlias
from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.integration.common.deliveries import delivery_of
from tests.integration.common.library import Episode, add_episode, add_job
from tests.integration.refresher.happenings import failed, link, result, scraped
from wellspring_common.events.links import LinksUpdated
from wellspring_common.events.scrape import LinksScraped
from wellspring_common.events.topology import REFRESHER
from wellspring_common.ids import derived_id
from wellspring_common.testing.clock import FrozenClock
from wellspring_common.tunables import Tunables
from wellspring_refresher.adapters.postgres import PostgresStore

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
Admin: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


class Story:
    """What comes in about one episode, and what is stored after it."""

    def __init__(self, store: PostgresStore, admin: Admin, clock: FrozenClock, episode: Episode) -> None:
        self.store, self.admin, self.clock, self.episode = store, admin, clock, episode

    def success(self, job_id: UUID, url: str, *, began: timedelta, attempt: int = 1) -> LinksScraped:
        """Return what a job found whose run began so long after now."""
        found = result(self.episode.source_ids[1], link("pixel", url))
        started_at = self.clock.now() + began
        return scraped(job_id, self.episode.episode_id, [found], started_at=started_at, attempt=attempt)

    async def found(self, event: LinksScraped, event_id: UUID | None = None) -> int | None:
        delivery = delivery_of(event, event_id or derived_id(event.job_id, "links.scraped"))
        return await self.store.links_found(
            REFRESHER.name, delivery, event, now=self.clock.now(), tunables=Tunables()
        )

    async def failed(self, job_id: UUID, code: str = "internal_error") -> None:
        event = failed(job_id, self.episode.episode_id, started_at=self.clock.now(), code=code)
        await self.store.scrape_failed(
            REFRESHER.name, delivery_of(event), event, now=self.clock.now(), tunables=Tunables()
        )

    async def ask(self, state: str = "queued") -> UUID:
        return await add_job(self.admin, self.episode.episode_id, requested_at=self.clock.now(), state=state)

    async def url(self) -> str:
        return str(await self.admin.fetchval("select url from links.links"))

    async def state(self, job_id: UUID) -> str:
        return str(await self.admin.fetchval("select state from links.jobs where id = $1", job_id))

    async def schedule(self) -> dict[str, Any]:
        return dict(await self.admin.fetchrow("select * from links.refresh_schedule") or {})

    async def told(self) -> list[str]:
        rows = await self.admin.fetch(
            "select payload from links.outbox where subject = 'links.updated' order by id"
        )
        return [LinksUpdated.model_validate_json(row["payload"]).state for row in rows]


@pytest.fixture
async def story(store: PostgresStore, admin: Admin, clock: FrozenClock) -> Story:
    return Story(store, admin, clock, await add_episode(admin))


async def test_a_job_that_was_lost_and_then_succeeds_has_succeeded(story: Story) -> None:
    job_id = await story.ask("running")
    story.clock.advance(HOUR)
    lost = await story.store.end_lost_jobs(
        now=story.clock.now(), lease=10 * MINUTE, queue_patience=5 * HOUR, tunables=Tunables()
    )
    assert lost == [str(job_id)]
    await story.found(story.success(job_id, "https://late", began=-MINUTE))
    assert (await story.state(job_id), await story.url()) == ("succeeded", "https://late")
    assert await story.told() == ["failed", "succeeded"]
    assert (await story.schedule())["failures"] == 0


async def test_a_lost_job_whose_successor_was_faster_changes_no_link_and_no_turn(story: Story) -> None:
    first = await story.ask("running")
    story.clock.advance(HOUR)
    await story.store.end_lost_jobs(
        now=story.clock.now(), lease=10 * MINUTE, queue_patience=5 * HOUR, tunables=Tunables()
    )
    second = await story.ask()
    await story.found(story.success(second, "https://new", began=timedelta()))
    turn = await story.schedule()
    story.clock.advance(MINUTE)
    assert await story.found(story.success(first, "https://old", began=-HOUR)) == 0
    assert await story.url() == "https://new"
    assert await story.schedule() == turn
    assert [await story.state(each) for each in (first, second)] == ["succeeded", "succeeded"]


async def test_a_late_result_of_a_job_with_an_end_is_not_even_told(story: Story) -> None:
    job_id = await story.ask()
    await story.found(story.success(job_id, "https://new", began=timedelta()))
    again = story.success(job_id, "https://old", began=-MINUTE)
    assert await story.found(again, uuid4()) == 0
    assert (await story.url(), await story.told()) == ("https://new", ["succeeded"])


async def test_both_copies_of_a_promoted_job_give_one_result(story: Story) -> None:
    """Whoever ran it, and wherever: what is said has an id made of the job."""
    job_id = await story.ask()
    await story.found(story.success(job_id, "https://first", began=timedelta()))
    assert await story.found(story.success(job_id, "https://second", began=MINUTE)) is None
    assert (await story.url(), await story.told()) == ("https://first", ["succeeded"])


async def test_two_scrapers_on_one_job_leave_one_result_in_either_order(story: Story) -> None:
    """A scraper that was suspended comes back when another one has its job: both say the same id."""
    job_id = await story.ask()
    await story.found(story.success(job_id, "https://successor", began=MINUTE, attempt=2))
    await story.found(story.success(job_id, "https://suspended", began=timedelta(), attempt=1))
    assert (await story.url(), await story.told()) == ("https://successor", ["succeeded"])


async def test_a_cancelled_job_stays_cancelled_and_its_links_are_kept(story: Story) -> None:
    job_id = await story.ask("cancelled")
    assert await story.found(story.success(job_id, "https://true", began=timedelta())) == 1
    assert (await story.state(job_id), await story.told()) == ("cancelled", ["cancelled"])
    assert (await story.schedule())["why"] == "unwatched"


async def test_a_cancelled_job_does_not_overwrite_the_one_that_came_after_it(story: Story) -> None:
    cancelled = await story.ask("cancelled")
    newer = await story.ask()
    await story.found(story.success(newer, "https://new", began=timedelta()))
    await story.found(story.success(cancelled, "https://old", began=-MINUTE))
    assert (await story.url(), await story.told()) == ("https://new", ["succeeded"])


async def test_a_failure_that_comes_after_the_end_says_nothing(story: Story) -> None:
    cancelled, job_id = await story.ask("cancelled"), await story.ask()
    await story.found(story.success(job_id, "https://new", began=timedelta()))
    turn = await story.schedule()
    for each in (cancelled, job_id):
        await story.failed(each, "poison")
    assert [await story.state(each) for each in (cancelled, job_id)] == ["cancelled", "succeeded"]
    assert (await story.told(), await story.schedule()) == (["succeeded"], turn)


async def test_a_dead_letter_that_was_tried_again_turns_its_job_to_a_success(story: Story) -> None:
    job_id = await story.ask()
    await story.failed(job_id, "poison")
    story.clock.advance(HOUR)
    assert await story.found(story.success(job_id, "https://again", began=timedelta())) == 1
    row = await story.admin.fetchrow("select state, error_code, error_detail from links.jobs")
    assert row is not None
    assert tuple(row) == ("succeeded", None, None)
    assert await story.told() == ["failed", "succeeded"]
