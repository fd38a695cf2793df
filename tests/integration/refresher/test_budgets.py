"""No host of source pages is asked more than its share, whatever is due."""

from datetime import timedelta

from tests.integration.common.library import add_job, add_series
from tests.integration.refresher.rig import Rig

HOUR = timedelta(hours=1)


async def make_due(rig: Rig, *episodes: int) -> None:
    await rig.admin.executemany(
        "insert into links.refresh_schedule (episode_id, due_at, why, last_scraped_at) "
        "values ($1, $2, 'watched', $2)",
        [(number, rig.now - HOUR) for number in episodes],
    )


async def test_what_is_over_the_budget_has_its_turn_in_a_later_hour(rig: Rig) -> None:
    await rig.tune(scrapes_per_host_hour=3)
    numbers = [each.episode_id for each in await add_series(rig.admin, episodes=8)]
    await make_due(rig, *numbers)
    assert len(await rig.sweeps.sweep_once()) == 3
    assert await rig.sweeps.sweep_once() == []
    turns = [await rig.turn(number) for number in numbers]
    waiting = sorted(turn["due_at"] for turn in turns if turn["why"] == "watched")
    next_hour = rig.now.replace(minute=0, second=0) + HOUR
    assert [due < next_hour + HOUR for due in waiting] == [True] * 3 + [False] * 2
    assert len(set(waiting)) == 5
    await rig.admin.execute("update links.jobs set state = 'succeeded'")
    rig.clock.advance(next_hour + HOUR - rig.now - timedelta(seconds=1))
    await rig.admin.execute("delete from links.refresh_schedule where why = 'requested'")
    assert len(await rig.sweeps.sweep_once()) == 3


async def test_a_change_of_the_budget_is_obeyed_at_once(rig: Rig) -> None:
    await rig.tune(scrapes_per_host_hour=1)
    one, two = [each.episode_id for each in await add_series(rig.admin, episodes=2)]
    await make_due(rig, one)
    assert await rig.sweeps.sweep_once() == [one]
    await make_due(rig, two)
    await rig.tune(scrapes_per_host_hour=2)
    assert await rig.sweeps.sweep_once() == [two]


async def test_each_host_has_a_budget_of_its_own(rig: Rig) -> None:
    await rig.tune(scrapes_per_host_hour=1)
    here = [each.episode_id for each in await add_series(rig.admin, episodes=2, host="here.example")]
    there = [each.episode_id for each in await add_series(rig.admin, episodes=2, host="there.example")]
    await make_due(rig, *here, *there)
    asked = await rig.sweeps.sweep_once()
    assert len(set(asked) & set(here)) == len(set(asked) & set(there)) == 1


async def test_what_a_person_asked_for_is_neither_refused_nor_counted(rig: Rig) -> None:
    await rig.tune(scrapes_per_host_hour=1)
    one, two = [each.episode_id for each in await add_series(rig.admin, episodes=2)]
    await add_job(rig.admin, one, requested_at=rig.now)
    await make_due(rig, one, two)
    assert await rig.sweeps.sweep_once() == [two]
    assert await rig.admin.fetchval("select asked from links.host_hours") == 1


async def test_the_hours_of_hosts_are_forgotten(rig: Rig) -> None:
    await rig.admin.execute(
        "insert into links.host_hours (host, hour) values "
        "('old.example', now() - interval '49 hours'), ('new.example', now())"
    )
    assert await rig.sweeps.store.purge() == 1
    assert await rig.admin.fetchval("select host from links.host_hours") == "new.example"
