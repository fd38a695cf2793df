"""The clean-up beside other replicas, beside people who add, and beside people who take back."""

import asyncio
from datetime import timedelta

from .conftest import DAY, NOW, RULES, Library

GRACE = RULES.grace


async def test_the_schedule_runs_once_an_interval_over_all_replicas(library: Library) -> None:
    runs = await asyncio.gather(*(library.cleaning.run_due(RULES, every_hours=6, now=NOW) for _ in range(4)))
    assert len([run for run in runs if run is not None]) == 1
    soon = NOW + timedelta(hours=5, minutes=59)
    assert await library.cleaning.run_due(RULES, every_hours=6, now=soon) is None
    later = await library.cleaning.run_due(RULES, every_hours=6, now=NOW + timedelta(hours=6))
    assert later is not None
    assert later.requested_by == "schedule"


async def test_a_source_that_is_added_meanwhile_saves_its_title(library: Library) -> None:
    """The run waits for whoever is adding, and decides on what they added."""
    episode = await library.add(qualities=())
    await library.clean()
    transaction = library.sql.transaction()
    await transaction.start()
    await library.sql.execute("select from catalog.titles where id = $1 for key share", episode.title_id)
    await library.sql.execute(
        "insert into catalog.sources (episode_id, quality, url, definition) "
        "values ($1, 480, 'https://pages.example/new', 'vcloud')",
        episode.episode_id,
    )
    running = asyncio.create_task(library.clean(GRACE))
    done, _ = await asyncio.wait({running}, timeout=0.3)
    assert not done
    await transaction.commit()
    assert (await running).counts["unmark"] == 1
    assert await library.in_trash() == []


async def test_people_and_runs_get_in_nobody_s_way(library: Library) -> None:
    """Moving, restoring, undoing and cleaning at once, with titles of one name: all of it ends well."""
    episodes = [await library.add() for _ in range(6)]
    await library.sql.execute("update catalog.titles set title = 'One name'")
    for episode in episodes:
        await library.gone(*episode.source_ids)
    await library.clean()
    run = await library.clean(GRACE)
    assert run.id is not None
    titles = [episode.title_id for episode in episodes]
    assert await library.in_trash() == titles
    later = NOW + 2 * DAY
    await asyncio.gather(
        library.cleaning.undo(run.id, by="ada", now=later),
        *(library.trash.restore(title, by="bea", now=later) for title in reversed(titles)),
        *(library.clean(2 * DAY) for _ in range(3)),
        *(library.trash.put(title, by="eve", because=None, now=later) for title in titles[:2]),
    )
    for title in titles:
        await library.trash.restore(title, by="ada", now=later)
    assert await library.in_trash() == []
