"""What a scrape finds of a page that a merge has given to another episode meanwhile."""

from uuid import uuid4

import asyncpg

from tests.integration.common.deliveries import delivery_of
from tests.integration.common.library import add_episode, add_job
from tests.integration.refresher.happenings import link, result, scraped
from wellspring_common.events.topology import REFRESHER
from wellspring_common.testing.clock import FrozenClock
from wellspring_common.tunables import Tunables
from wellspring_refresher.adapters.postgres import PostgresStore


async def test_it_is_left_for_the_next_scrape_of_that_episode(
    store: PostgresStore, admin: "asyncpg.Connection[asyncpg.Record]", clock: FrozenClock
) -> None:
    gone, stays = await add_episode(admin, qualities=(720,)), await add_episode(admin, qualities=(480,))
    await admin.execute(
        "update catalog.sources set episode_id = $1 where id = $2", stays.episode_id, gone.source_ids[0]
    )
    await admin.execute("delete from catalog.titles where id = $1", gone.title_id)
    found = [result(gone.source_ids[0], link("pixel"))]
    event = scraped(uuid4(), gone.episode_id, found, started_at=clock.now())
    changed = await store.links_found(
        REFRESHER.name, delivery_of(event), event, now=clock.now(), tunables=Tunables()
    )
    assert changed == 0
    assert await admin.fetch("select from links.links") == []

    job_id = await add_job(admin, stays.episode_id, requested_at=clock.now())
    event = scraped(job_id, stays.episode_id, found, started_at=clock.now())
    assert await store.links_found(
        REFRESHER.name, delivery_of(event), event, now=clock.now(), tunables=Tunables()
    )
    assert [row["episode_id"] for row in await admin.fetch("select episode_id from links.links")] == [
        stays.episode_id
    ]
