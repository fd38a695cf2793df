"""What comes in about sources, episodes and titles that are gone by then."""

from uuid import uuid4

from tests.integration.common.library import Episode, add_job
from tests.integration.refresher.happenings import failed, link, result, scraped
from tests.integration.refresher.story import Story


async def test_a_source_that_was_removed_meanwhile_is_passed_over(story: Story, episode: Episode) -> None:
    now, (low, high) = story.clock.now(), episode.source_ids
    await story.admin.execute("delete from catalog.sources where id = $1", low)
    event = scraped(
        uuid4(),
        episode.episode_id,
        [result(low, link("pixel", quality=480)), result(high, link("fsl"))],
        started_at=now,
    )
    assert await story.found(event) == 1
    assert set(await story.links()) == {"fsl"}


async def test_an_episode_that_was_removed_meanwhile_is_no_bug(story: Story, episode: Episode) -> None:
    now = story.clock.now()
    await story.admin.execute("delete from catalog.titles where id = $1", episode.title_id)
    event = scraped(
        uuid4(), episode.episode_id, [result(episode.source_ids[0], link("pixel"))], started_at=now
    )
    assert await story.found(event) == 0
    await story.failed(failed(uuid4(), episode.episode_id, started_at=now))
    assert await story.schedule() == {}


async def test_a_removed_title_takes_its_links_jobs_and_schedule_along(
    story: Story, episode: Episode
) -> None:
    now = story.clock.now()
    job_id = await add_job(story.admin, episode.episode_id, requested_at=now)
    await story.found(
        scraped(job_id, episode.episode_id, [result(episode.source_ids[0], link("pixel"))], started_at=now)
    )
    await story.admin.execute("delete from catalog.titles where id = $1", episode.title_id)
    for table in ("jobs", "links", "source_scrapes", "refresh_schedule"):
        assert await story.admin.fetchval(f"select count(*) from links.{table}") == 0, table
