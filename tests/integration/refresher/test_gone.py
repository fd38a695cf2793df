"""Sources whose page is gone for good: counted once a day, and forgotten at the first sign of life."""

from datetime import timedelta

import pytest

from tests.integration.common.library import Episode, add_episode
from tests.integration.refresher.happenings import link, result
from tests.integration.refresher.rig import Rig
from wellspring_common.events.scrape import Problem, SourceResult

HOUR = timedelta(hours=1)


@pytest.fixture
async def episode(rig: Rig) -> Episode:
    return await add_episode(rig.admin)


def gone(source_id: int, code: str = "not_found") -> SourceResult:
    problem = Problem(code=code, detail="404", url="https://pages.example/1")
    return result(source_id).model_copy(update={"problems": (problem,)})


async def times(rig: Rig) -> dict[int, int]:
    rows = await rig.admin.fetch("select source_id, times from links.source_gone")
    return {row["source_id"]: row["times"] for row in rows}


async def test_scrapes_that_are_a_day_apart_count(rig: Rig, episode: Episode) -> None:
    low, high = episode.source_ids
    for hours, expected in ((0, 1), (1, 1), (22, 1), (2, 2), (24, 3)):
        rig.clock.advance(hours * HOUR)
        await rig.fail(episode, code="not_found", results=(gone(low), gone(high)))
        assert await times(rig) == {low: expected, high: expected}


async def test_any_other_outcome_forgets(rig: Rig, episode: Episode) -> None:
    low, high = episode.source_ids
    for sign_of_life in (gone(high, "timeout"), gone(high, "blocked"), gone(high, "drift")):
        await rig.fail(episode, results=(gone(low), gone(high)))
        assert high in await times(rig)
        await rig.fail(episode, results=(gone(low), sign_of_life))
        assert await times(rig) == {low: 1}


async def test_a_source_among_others_that_gave_links_is_counted_too(rig: Rig, episode: Episode) -> None:
    low, high = episode.source_ids
    await rig.scrape(episode, results=(gone(low), result(high, link("pixel"))))
    assert await times(rig) == {low: 1}
    await rig.scrape(episode, results=(result(low, link("pixel", quality=480)), gone(high)))
    assert await times(rig) == {high: 1}


async def test_a_job_that_failed_before_it_saw_a_page_proves_nothing(rig: Rig, episode: Episode) -> None:
    await rig.fail(episode, results=(gone(episode.source_ids[0]),))
    await rig.fail(episode, code="interrupted")
    assert await times(rig) == {}


async def test_a_removed_source_takes_its_count_along(rig: Rig, episode: Episode) -> None:
    await rig.fail(episode, results=tuple(map(gone, episode.source_ids)))
    await rig.admin.execute("delete from catalog.sources where id = $1", episode.source_ids[0])
    assert await times(rig) == {episode.source_ids[1]: 1}
