"""A refresher that runs obeys the settings as they change, and says so where a person would wonder."""

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from tests.integration.common.library import add_episode, add_series
from tests.integration.refresher.happenings import link, result
from tests.integration.refresher.rig import Rig
from wellspring_common import metrics
from wellspring_common.events.catalog import CatalogChange, CatalogChanged

HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)


async def wait(rig: Rig, episode_id: int) -> timedelta:
    due: timedelta = (await rig.turn(episode_id))["due_at"] - rig.now
    return due


async def test_nothing_is_refreshed_while_refreshing_is_paused(rig: Rig) -> None:
    episode = await add_episode(rig.admin)
    await rig.scrape(episode)
    rig.clock.advance(8 * DAY)
    await rig.tune(refresh_paused=True)
    with capture_logs() as lines:
        for _ in range(3):
            assert await rig.sweeps.sweep_once() == []
    assert [line["event"] for line in lines if line["event"].startswith("refresh.")] == ["refresh.paused"]
    assert metrics.LINK_REFRESH_PAUSED._value.get() == 1
    assert metrics.LINKS_OVERDUE._value.get() == 1
    await rig.tune(refresh_paused=False)
    with capture_logs() as lines:
        assert await rig.sweeps.sweep_once() == [episode.episode_id]
    assert "refresh.resumed" in [line["event"] for line in lines]
    assert metrics.LINK_REFRESH_PAUSED._value.get() == 0


async def test_the_check_interval_is_a_setting(rig: Rig) -> None:
    class EnoughError(Exception):
        """Ends the timer."""

    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            raise EnoughError
        await rig.tune(sweep_interval_seconds=600 * len(pauses))

    rig.sweeps.pause = pause
    with pytest.raises(EnoughError):
        await rig.sweeps.refresh_due()
    assert pauses == [5, 600, 1200]


async def test_a_pause_does_not_keep_lost_jobs_alive(rig: Rig) -> None:
    episode = await add_episode(rig.admin)
    await rig.scrape(episode)
    rig.clock.advance(8 * DAY)
    assert await rig.sweeps.sweep_once() == [episode.episode_id]
    await rig.admin.execute("update links.jobs set state = 'running', updated_at = $1", rig.now)
    await rig.tune(refresh_paused=True)
    rig.clock.advance(HOUR)
    assert await rig.sweeps.sweep_once() == []
    assert await rig.admin.fetchval("select state from links.jobs") == "failed"


async def test_a_change_of_policy_plans_the_whole_schedule_again(rig: Rig) -> None:
    episodes = [each.episode_id for each in await add_series(rig.admin, episodes=3)]
    for episode in await add_series(rig.admin, episodes=2):
        await rig.scrape(episode)
        episodes.append(episode.episode_id)
    await rig.plan_all()
    known = episodes[3:]
    assert [await wait(rig, number) > 6 * DAY for number in known] == [True, True]
    await rig.tune(refresh_policy="always")
    await rig.plan_all()
    assert [5 * HOUR < await wait(rig, number) < 6 * HOUR for number in known] == [True, True]
    assert {(await rig.turn(number))["why"] for number in known} == {"always"}
    await rig.tune(refresh_policy="smart", unwatched_refresh_days=2)
    await rig.plan_all()
    assert [1.7 * DAY < await wait(rig, number) <= 2 * DAY for number in known] == [True, True]


async def test_a_plan_goes_on_where_another_process_left_it(rig: Rig) -> None:
    for _ in range(5):
        await rig.scrape(await add_episode(rig.admin))
    await rig.tune(refresh_policy="always")
    rules, planning = rig.handlers.rules, rig.sweeps.planning
    planned = [await planning.plan_on(rules, most=2, now=rig.now) for _ in range(5)]
    assert planned == [2, 2, 1, None, None]
    assert await rig.admin.fetchval("select count(*) from links.refresh_schedule where why = 'always'") == 5
    assert await rig.sweeps.plan_once() is False


async def test_what_is_not_to_be_refreshed_unwatched_has_no_turn(rig: Rig) -> None:
    episode = await add_episode(rig.admin)
    await rig.tune(unwatched_refresh_days=0)
    await rig.scrape(episode)
    assert await rig.sweeps.sweep_once() == []
    rig.clock.advance(400 * DAY)
    assert await rig.sweeps.sweep_once() == []


async def test_the_life_of_links_that_say_nothing_is_a_setting(rig: Rig) -> None:
    episode = await add_episode(rig.admin)
    await rig.tune(refresh_policy="always", link_ttl_hours=2, refresh_ahead_minutes=0)
    await rig.scrape(episode)
    assert 1.8 * HOUR <= await wait(rig, episode.episode_id) <= 2 * HOUR
    await rig.tune(refresh_policy="always", link_ttl_hours=4, refresh_ahead_minutes=60)
    await rig.plan_all()
    assert 2.7 * HOUR <= await wait(rig, episode.episode_id) <= 3 * HOUR


async def test_what_plays_are_worth_is_a_setting(rig: Rig) -> None:
    (episode,) = await add_series(rig.admin, episodes=1)
    await rig.scrape(episode, link("pixel", expires_at=rig.now + 4 * HOUR))
    await rig.play(episode.episode_id)
    assert (await rig.turn(episode.episode_id))["why"] == "unwatched"
    await rig.tune(plays_worth_a_refresh=0.01)
    await rig.plan_all()
    assert (await rig.turn(episode.episode_id))["why"] == "watched"
    await rig.tune(plays_worth_a_refresh=0.01, popularity_half_life_days=0.1)
    await rig.plan_all()
    assert (await rig.turn(episode.episode_id))["why"] == "watched"
    await rig.tune(plays_worth_a_refresh=3, popularity_half_life_days=0.1)
    await rig.plan_all()
    assert (await rig.turn(episode.episode_id))["why"] == "unwatched"


async def test_the_minimum_of_a_source_says_when_links_run_short(rig: Rig) -> None:
    (episode,) = await add_series(rig.admin, episodes=1)
    three = [link(name, expires_at=rig.now + hours * HOUR) for name, hours in (("a", 2), ("b", 4), ("c", 6))]
    await rig.scrape(episode, *three)
    for _ in range(9):
        await rig.play(episode.episode_id)
    waits = []
    for minimum in (1, 2, 3):
        await rig.tune(min_servers_per_source=minimum)
        await rig.plan_all()
        waits.append(round(await wait(rig, episode.episode_id) / (2 * HOUR)))
    assert waits == [3, 2, 1]


async def test_titles_in_the_trash_are_not_refreshed_and_come_back_as_they_were(rig: Rig) -> None:
    (episode,) = await add_series(rig.admin, episodes=1)
    await rig.scrape(episode)
    before = await rig.turn(episode.episode_id)
    changed = CatalogChanged(
        title_id=episode.title_id, episode_ids=(episode.episode_id,), change=CatalogChange.CHANGED
    )
    await rig.admin.execute("update catalog.titles set deleted_at = now() where id = $1", episode.title_id)
    rig.clock.advance(8 * DAY)
    assert await rig.sweeps.sweep_once() == []
    assert (await rig.turn(episode.episode_id))["why"] == "in_trash"
    await rig.admin.execute("update catalog.titles set deleted_at = null where id = $1", episode.title_id)
    await rig.say(changed)
    after = await rig.turn(episode.episode_id)
    assert after["why"] == before["why"]
    assert await rig.sweeps.sweep_once() == [episode.episode_id]
    await rig.admin.execute("update catalog.titles set deleted_at = now() where id = $1", episode.title_id)
    await rig.say(changed.model_copy(update={"change": CatalogChange.REMOVED}))
    assert (await rig.turn(episode.episode_id))["why"] == "in_trash"


async def test_an_episode_whose_sources_come_later_has_its_turn_then(rig: Rig) -> None:
    episode = await add_episode(rig.admin)
    await rig.scrape(episode)
    await rig.admin.execute("delete from catalog.sources where episode_id = $1", episode.episode_id)
    changed = CatalogChanged(
        title_id=episode.title_id, episode_ids=(episode.episode_id,), change=CatalogChange.CHANGED
    )
    await rig.say(changed)
    assert (await rig.turn(episode.episode_id))["why"] == "no_source"
    await rig.admin.execute(
        "insert into catalog.sources (episode_id, quality, url, definition) "
        "values ($1, 720, 'https://x.example/1', 'vcloud')",
        episode.episode_id,
    )
    await rig.say(changed)
    assert (await rig.turn(episode.episode_id))["why"] == "unwatched"


async def test_one_quality_of_three_keeps_the_old_links_of_the_others(rig: Rig) -> None:
    episode = await add_episode(rig.admin, qualities=(480, 720, 1080))
    low, mid, high = episode.source_ids
    given = {480: low, 720: mid, 1080: high}
    await rig.scrape(
        episode,
        results=tuple(
            result(source, link("pixel", f"https://old/{quality}", quality=quality), quality=quality)
            for quality, source in given.items()
        ),
    )
    await rig.scrape(
        episode,
        results=(result(low), result(mid, link("pixel", "https://new/720")), result(high)),
    )
    rows = await rig.admin.fetch("select quality, url from links.links order by quality")
    assert [tuple(row) for row in rows] == [
        (480, "https://old/480"),
        (720, "https://new/720"),
        (1080, "https://old/1080"),
    ]
    assert (await rig.turn(episode.episode_id))["failures"] == 1
