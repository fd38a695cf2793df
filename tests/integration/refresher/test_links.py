"""What a scrape's result does to the stored links."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

from tests.integration.common.deliveries import delivery_of
from tests.integration.common.library import Episode, add_job
from tests.integration.refresher.happenings import failed, link, result, scraped
from tests.integration.refresher.story import ALWAYS, HOUR, Story
from wellspring_common.events.scrape import Problem
from wellspring_common.events.topology import REFRESHER


async def test_links_are_stored_and_told(story: Story, episode: Episode) -> None:
    now, (low, high) = story.clock.now(), episode.source_ids
    job_id = await add_job(story.admin, episode.episode_id, requested_at=now)
    event = scraped(
        job_id,
        episode.episode_id,
        [
            result(low, link("pixel", expires_at=now + 3 * HOUR, quality=480), link("fsl", quality=480)),
            result(high, link("10gbps", verified=False)),
        ],
        started_at=now,
    )
    assert await story.found(event) == 3
    links = await story.links()
    assert {server: held["generation"] for server, held in links.items()} == {
        "pixel": 1,
        "fsl": 1,
        "10gbps": 1,
    }
    pixel = links["pixel"]
    assert (pixel["source_id"], pixel["quality"], pixel["expires_at"]) == (low, 480, now + 3 * HOUR)
    assert (pixel["size_bytes"], pixel["expiry_basis"], pixel["job_id"]) == (3 * 1024**3, "parameter", job_id)
    (told,) = await story.told()
    assert (told.episode_id, told.job_id, told.state) == (episode.episode_id, job_id, "succeeded")
    assert {(ref.link_id, ref.generation, ref.server, ref.verified) for ref in told.changed} == {
        (held["id"], 1, server, held["verified"]) for server, held in links.items()
    }
    job = await story.job(job_id)
    assert (job["state"], job["started_at"], job["attempts"]) == ("succeeded", now, 1)


async def test_the_same_url_keeps_its_generation_and_a_new_one_makes_the_next(
    story: Story, episode: Episode
) -> None:
    now, source = story.clock.now(), episode.source_ids[1]

    async def again(url: str) -> dict[str, Any]:
        story.clock.advance(HOUR)
        event = scraped(
            uuid4(), episode.episode_id, [result(source, link("pixel", url))], started_at=story.clock.now()
        )
        await story.found(event)
        return (await story.links())["pixel"]

    first = await again("https://pixel.example/a")
    second = await again("https://pixel.example/a")
    third = await again("https://pixel.example/b")
    assert [each["generation"] for each in (first, second, third)] == [1, 1, 2]
    assert {each["id"] for each in (first, second, third)} == {first["id"]}
    assert second["scraped_at"] > first["scraped_at"] > now
    assert [update.changed[0].generation for update in await story.told()] == [1, 1, 2]


async def test_a_result_of_an_older_job_that_comes_late_changes_nothing(
    story: Story, episode: Episode
) -> None:
    now, source = story.clock.now(), episode.source_ids[1]
    newer = scraped(
        uuid4(), episode.episode_id, [result(source, link("pixel", "https://new"))], started_at=now
    )
    older = scraped(
        uuid4(),
        episode.episode_id,
        [result(source, link("pixel", "https://old"), link("fsl"))],
        started_at=now - timedelta(minutes=1),
    )
    await story.found(newer)
    assert await story.found(older) == 0
    links = await story.links()
    assert {server: held["url"] for server, held in links.items()} == {"pixel": "https://new"}


async def test_a_partial_result_leaves_the_other_sources_links(story: Story, episode: Episode) -> None:
    now, (low, high) = story.clock.now(), episode.source_ids
    first = scraped(
        uuid4(),
        episode.episode_id,
        [result(low, link("pixel", quality=480)), result(high, link("fsl"))],
        started_at=now,
    )
    await story.found(first)
    job_id = await add_job(story.admin, episode.episode_id, requested_at=now)
    second = scraped(
        job_id,
        episode.episode_id,
        [
            result(low),
            result(high, link("fsl", "https://fsl.example/2")).model_copy(
                update={"escalated_because": "few_servers: 1 of 2 servers without a browser"}
            ),
        ],
        started_at=now + HOUR,
    )
    await story.found(second)
    links = await story.links()
    assert {server: held["generation"] for server, held in links.items()} == {"pixel": 1, "fsl": 2}
    job = await story.job(job_id)
    assert job["state"] == "partial"
    assert "drift" in job["problems"]
    assert [(one["code"], one["links"]) for one in json.loads(job["browser"])] == [("few_servers", 1)]


async def test_a_failed_refresh_never_empties_an_episode(story: Story, episode: Episode) -> None:
    now, source = story.clock.now(), episode.source_ids[1]
    await story.found(
        scraped(uuid4(), episode.episode_id, [result(source, link("pixel"), link("fsl"))], started_at=now)
    )
    before = await story.links()
    for number in range(1, 4):
        job_id = await add_job(story.admin, episode.episode_id, requested_at=now)
        await story.failed(failed(job_id, episode.episode_id, started_at=now + number * HOUR))
        job = await story.job(job_id)
        assert (job["state"], job["error_code"]) == ("failed", "drift")
    assert await story.links() == before
    assert [(each.state, each.error_code) for each in await story.told()][1:] == [("failed", "drift")] * 3


async def test_failures_in_a_row_wait_longer_and_a_success_forgets_them(
    story: Story, episode: Episode
) -> None:
    now, source = story.clock.now(), episode.source_ids[1]

    async def succeed() -> None:
        event = scraped(
            uuid4(), episode.episode_id, [result(source, link("pixel"))], started_at=story.clock.now()
        )
        await story.found(event)

    await succeed()
    waits = []
    for _ in range(3):
        job_id = await add_job(story.admin, episode.episode_id, requested_at=now)
        await story.failed(failed(job_id, episode.episode_id, started_at=now))
        waits.append((await story.schedule())["due_at"] - now)
    assert waits == [timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15)]
    await succeed()
    schedule = await story.schedule()
    assert (schedule["failures"], schedule["why"], schedule["last_scraped_at"]) == (0, "always", now)
    assert timedelta(hours=5) < schedule["due_at"] - now < timedelta(hours=6)


async def test_the_next_refresh_comes_ahead_of_the_first_expiry(story: Story, episode: Episode) -> None:
    now, source = story.clock.now(), episode.source_ids[1]
    event = scraped(
        uuid4(),
        episode.episode_id,
        [result(source, link("pixel", expires_at=now + 2 * HOUR), link("fsl", expires_at=now + 9 * HOUR))],
        started_at=now,
    )
    await story.found(event)
    due = (await story.schedule())["due_at"] - now
    assert timedelta(hours=1, minutes=39) <= due <= timedelta(hours=1, minutes=50)


async def test_the_same_delivery_twice_has_its_effect_once(story: Story, episode: Episode) -> None:
    now, source = story.clock.now(), episode.source_ids[1]
    success = scraped(uuid4(), episode.episode_id, [result(source, link("pixel"))], started_at=now)
    job_id = await add_job(story.admin, episode.episode_id, requested_at=now)
    failure = failed(job_id, episode.episode_id, started_at=now)
    found, given_up = delivery_of(success), delivery_of(failure)
    assert [
        await story.store.links_found(REFRESHER.name, found, success, now=now, tunables=ALWAYS)
        for _ in range(3)
    ] == [1, None, None]
    assert [
        await story.store.scrape_failed(REFRESHER.name, given_up, failure, now=now, tunables=ALWAYS)
        for _ in range(3)
    ] == [True, False, False]
    assert len(await story.told()) == 2
    assert (await story.schedule())["failures"] == 1
    assert (await story.links())["pixel"]["generation"] == 1
    assert await story.admin.fetchval("select count(*) from links.inbox") == 2


async def test_what_no_column_can_hold_does_not_keep_a_job_from_its_end(
    story: Story, episode: Episode
) -> None:
    job_id = await add_job(story.admin, episode.episode_id, requested_at=story.clock.now())
    event = failed(job_id, episode.episode_id, started_at=story.clock.now())
    said = Problem(code="drift", detail="a\x00b")
    given = result(episode.source_ids[0]).model_copy(
        update={"problems": (said,), "escalated_because": "drift: \x00"}
    )
    await story.failed(event.model_copy(update={"detail": "a\x00b", "results": (given,)}))
    ended = await story.job(job_id)
    assert (ended["state"], ended["error_detail"]) == ("failed", "a\ufffdb")
