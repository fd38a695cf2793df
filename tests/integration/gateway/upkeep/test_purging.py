"""After thirty days in the trash a title is gone, with everything that hangs on it in every schema."""

from datetime import timedelta

from tests.integration.common.library import add_job
from wellspring_gateway.adapters.trash import PURGED_AT_ONCE

from .conftest import DAY, NOW, Library


async def test_the_trash_is_emptied_after_thirty_days(library: Library) -> None:
    old, young, live = [await library.add() for _ in range(3)]
    for episode in (old, young, live):
        await library.add_link(episode)
        await library.gone(*episode.source_ids)
        await add_job(library.sql, episode.episode_id, requested_at=NOW, state="failed")
    # more than one statement purges
    await library.sql.execute(
        "insert into catalog.titles (kind, title, slug, deleted_at)"
        " select 'movie', n::text, n::text, $1::timestamptz from generate_series(1, $2::int) as n",
        NOW - 31 * DAY,
        PURGED_AT_ONCE,
    )
    await library.trash.put(old.title_id, by="ada", because=None, now=NOW - 30 * DAY)
    young_at = NOW - 30 * DAY + timedelta(minutes=1)
    await library.trash.put(young.title_id, by="ada", because=None, now=young_at)

    assert await library.trash.purge(now=NOW) == PURGED_AT_ONCE + 1
    assert await library.trash.purge(now=NOW) == 0
    left = await library.sql.fetch("select id from catalog.titles order by id")
    assert [row["id"] for row in left] == [young.title_id, live.title_id]
    for table in ("links.links", "health.link_health", "links.jobs", "catalog.sources"):
        rows = await library.sql.fetch(f"select distinct episode_id from {table} order by 1")
        assert [row["episode_id"] for row in rows] == [young.episode_id, live.episode_id], table
    assert await library.trash.restore(old.title_id, by="ada", now=NOW) is None
