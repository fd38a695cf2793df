"""What the library says counts for schedules at once."""

from datetime import timedelta

import pytest

from tests.integration.common.databases import opened
from tests.integration.common.deliveries import delivery_of
from tests.integration.uploader.publishing_rig import Rig
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common.bus.port import Delivery, Handler
from wellspring_common.events.catalog import CatalogChange, CatalogChanged
from wellspring_common.events.envelope import Event
from wellspring_common.events.jobs import JobCancelled
from wellspring_common.inbox import Inbox
from wellspring_common.outbox import Outbox
from wellspring_uploader.adapters.catalogue import PostgresCatalogue
from wellspring_uploader.adapters.decisions import PostgresDecisions
from wellspring_uploader.adapters.uploads import SCHEMA
from wellspring_uploader.handlers import UploadHandlers, together

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("times", [1, 2])
async def test_episodes_that_are_gone_leave_the_schedule(
    rig: Rig, database: FreshDatabase, times: int
) -> None:
    await rig.add_target()
    series = await rig.add_series(episodes=3)
    await rig.schedule(series)
    await rig.admin.execute("delete from catalog.episodes where id = $1", series.episode_ids[0])
    event = CatalogChanged(
        title_id=series.title_id, episode_ids=(series.episode_ids[0],), change=CatalogChange.REMOVED
    )
    async with opened(database, "uploader") as held:
        decisions = PostgresDecisions(held, Outbox("uploads"), rig.rules)
        handlers = UploadHandlers(PostgresCatalogue(held, Inbox(SCHEMA), decisions), rig.clock)
        delivery = delivery_of(event)
        for _ in range(times):
            await handlers.on_catalog_changed(delivery)
    assert await rig.rows("u.state", "u.waits_for") == [
        ("removed", None),
        ("planned", "slot"),
        ("planned", "series"),
    ]
    assert await rig.admin.fetchval("select count(*) from uploads.steps where code = 'episode_gone'") == 1


async def test_a_fact_that_two_parts_wait_for_reaches_both() -> None:
    heard: list[str] = []

    def hears(name: str) -> Handler:
        async def handle(_: Delivery) -> None:
            heard.append(name)

        return handle

    one: dict[type[Event], Handler] = {CatalogChanged: hears("one"), JobCancelled: hears("only")}
    table = together(one, {CatalogChanged: hears("two")})
    delivery = delivery_of(CatalogChanged(title_id=1, episode_ids=(), change=CatalogChange.ADDED))
    await table[CatalogChanged](delivery)
    await table[JobCancelled](delivery)
    assert heard == ["one", "two", "only"]
