"""What the library says counts for schedules at once."""

from datetime import timedelta

import pytest

from tests.integration.common.databases import opened
from tests.integration.common.deliveries import delivery_of
from tests.integration.uploader.publishing_rig import Rig
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common.bus.port import Delivery, Handler
from wellspring_common.events.catalog import CatalogChange, CatalogChanged, MergedEpisode, Merger
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


async def test_episodes_that_were_renumbered_go_out_by_their_new_numbers(
    rig: Rig, database: FreshDatabase
) -> None:
    await rig.add_target()
    series = await rig.add_series(episodes=4)
    await rig.schedule(series)
    worker = await rig.worker()
    await rig.run_for(worker, HOUR)
    second = series.episode_ids[1]
    await rig.admin.execute("update catalog.episodes set number = 3.5, season = 1 where id = $1", second)
    event = CatalogChanged(title_id=series.title_id, episode_ids=(second,), change=CatalogChange.CHANGED)
    async with opened(database, "uploader") as held:
        decisions = PostgresDecisions(held, Outbox("uploads"), rig.rules)
        handlers = UploadHandlers(PostgresCatalogue(held, Inbox(SCHEMA), decisions), rig.clock)
        await handlers.on_catalog_changed(delivery_of(event))
    planned = await rig.rows("u.planned_at")
    assert planned[1:] == sorted(planned[1:])
    await rig.run_for(worker, 4 * HOUR)
    assert [video.title for video in rig.platform.published] == [
        f"Show - Episode {number}" for number in ("1", "3", "3.5", "4")
    ]
    assert [str(number) for _, number in await rig.rows("u.ordinal", "u.number")] == [
        "1.00",
        "3.00",
        "3.50",
        "4.00",
    ]


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


async def test_what_is_out_of_an_episode_that_was_merged_is_out_of_the_one_that_stays(
    rig: Rig, database: FreshDatabase
) -> None:
    await rig.add_target()
    twin = await rig.add_series("Twin", episodes=2)
    await rig.schedule(twin)
    await rig.run_for(await rig.worker(), 2 * HOUR)
    series = await rig.add_series("Show", episodes=3)
    await rig.schedule(series)
    await rig.admin.execute("delete from catalog.titles where id = $1", twin.title_id)
    pairs = tuple(
        MergedEpisode(gone=gone, stays=stays)
        for gone, stays in zip(twin.episode_ids, series.episode_ids, strict=False)
    )
    event = CatalogChanged(
        title_id=twin.title_id,
        episode_ids=tuple(twin.episode_ids),
        change=CatalogChange.REMOVED,
        merger=Merger(into=series.title_id, episodes=pairs),
    )
    async with opened(database, "uploader") as held:
        decisions = PostgresDecisions(held, Outbox("uploads"), rig.rules)
        handlers = UploadHandlers(PostgresCatalogue(held, Inbox(SCHEMA), decisions), rig.clock)
        delivery = delivery_of(event)
        await handlers.on_catalog_changed(delivery)
        await handlers.on_catalog_changed(delivery)
    await rig.run_for(await rig.worker(), 5 * HOUR)
    out = [video.title for video in rig.platform.published]
    assert out == ["Twin - Episode 1", "Twin - Episode 2", "Show - Episode 3"]
    states = await rig.admin.fetch(
        "select state from uploads.uploads where title_id = $1 order by ordinal", series.title_id
    )
    assert [row["state"] for row in states] == ["removed", "removed", "live"]
    assert await rig.admin.fetchval("select count(*) from uploads.steps where code = 'merged'") == 2
    files = await rig.admin.fetch(
        "select episode_id from uploads.media_files where title_id = $1", series.title_id
    )
    assert sorted(row["episode_id"] for row in files) == sorted(
        [*series.episode_ids, *series.episode_ids[:2]]
    )


async def test_an_upload_of_a_merged_episode_goes_on_as_that_of_the_one_that_stays(
    rig: Rig, database: FreshDatabase
) -> None:
    await rig.add_target()
    twin = await rig.add_series("Twin", episodes=1)
    await rig.schedule(twin)
    series = await rig.add_series("Show", episodes=1)
    await rig.admin.execute("delete from catalog.titles where id = $1", twin.title_id)
    pair = MergedEpisode(gone=twin.episode_ids[0], stays=series.episode_ids[0])
    event = CatalogChanged(
        title_id=twin.title_id,
        episode_ids=tuple(twin.episode_ids),
        change=CatalogChange.REMOVED,
        merger=Merger(into=series.title_id, episodes=(pair,)),
    )
    async with opened(database, "uploader") as held:
        decisions = PostgresDecisions(held, Outbox("uploads"), rig.rules)
        handlers = UploadHandlers(PostgresCatalogue(held, Inbox(SCHEMA), decisions), rig.clock)
        await handlers.on_catalog_changed(delivery_of(event))
    await rig.run_for(await rig.worker(), HOUR)
    assert [video.title for video in rig.platform.published] == ["Show - Episode 1"]
    assert await rig.admin.fetchval("select episode_id from uploads.ledger") == series.episode_ids[0]
