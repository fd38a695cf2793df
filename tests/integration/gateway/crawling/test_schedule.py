"""Catalogues are read when they are due, once, whoever looks, and followed where they move."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.integration.common.deliveries import delivery_of
from wellspring_common.errors import Permanent
from wellspring_common.events.crawl import CrawlFinished, CrawlRequested, CrawlScope
from wellspring_common.ids import uuid7
from wellspring_gateway.domain.catalogues import CatalogueForm, CrawlWish

from .conftest import Library
from .found import DEFINITION, HOST, NOW, finished, title

MINUTE = timedelta(minutes=1)
ONGOING = CrawlWish(CrawlScope.ONGOING)


async def requests(library: Library) -> list[CrawlRequested]:
    rows = await library.rows(
        "select payload from catalog.outbox where subject like 'crawl.requested%' order by id"
    )
    events = [CrawlRequested.decode(row["payload"]) for row in rows]
    return [event for event in events if isinstance(event, CrawlRequested)]


async def end(library: Library, job_id: UUID, **changes: Any) -> CrawlFinished:
    event = finished(library.catalogue_id, job_id, **changes)
    await library.admin.execute("update links.jobs set state = 'succeeded' where id = $1", job_id)
    await library.catalogues.finished("gateway", delivery_of(event), event, now=NOW)
    return event


async def test_a_new_catalogue_is_read_whole_at_once_and_its_ongoing_list_every_while(
    library: Library,
) -> None:
    second = await library.add_catalogue("Second", every_minutes=45, full_every_hours=168)
    [job] = await library.catalogues.request_due(now=NOW)
    [event] = await requests(library)
    assert (event.job_id, event.catalogue_id, event.scope) == (job, second, CrawlScope.ALL)
    assert (event.thorough, event.base_urls, event.reason) == (True, (HOST,), "schedule")
    assert event.routing() == "crawl.requested.default"
    assert await library.catalogues.request_due(now=NOW + 29 * MINUTE) == []
    [later] = await library.catalogues.request_due(now=NOW + 61 * MINUTE)
    event = (await requests(library))[-1]
    assert (event.job_id, event.scope, event.thorough) == (later, CrawlScope.ONGOING, False)
    row = await library.admin.fetchrow("select * from links.jobs where id = $1", later)
    assert row is not None
    assert (row["kind"], row["scope"], row["lane"], row["state"]) == (
        "crawl",
        "ongoing",
        "background",
        "queued",
    )


async def test_replicas_that_look_at_once_ask_once(library: Library) -> None:
    for number in range(5):
        await library.add_catalogue(f"C{number}", every_minutes=30, full_every_hours=24)
    asked = await asyncio.gather(*(library.catalogues.request_due(now=NOW) for _ in range(4)))
    assert sum(len(jobs) for jobs in asked) == 5
    assert len({event.catalogue_id for event in await requests(library)}) == 5


async def test_a_catalogue_that_is_switched_off_is_not_read_by_itself(library: Library) -> None:
    off = await library.add_catalogue("Off", every_minutes=30, full_every_hours=24, enabled=False)
    assert await library.catalogues.request_due(now=NOW + timedelta(days=30)) == []
    asked = await library.catalogues.request(off, ONGOING, requested_by="ada", now=NOW)
    assert asked is not None


async def test_one_live_crawl_of_one_target(library: Library) -> None:
    def ask(wish: CrawlWish) -> Any:
        return library.catalogues.request(library.catalogue_id, wish, requested_by="ada", now=NOW)

    first, second = await asyncio.gather(ask(ONGOING), ask(ONGOING))
    assert {first.deduplicated, second.deduplicated} == {True, False}
    assert first.job_id == second.job_id
    search = await ask(CrawlWish(CrawlScope.SEARCH, query="lantern", limit=5))
    assert not search.deduplicated
    assert (await requests(library))[-1].limit == 5
    await library.admin.execute("update links.jobs set state = 'failed'")
    assert not (await ask(ONGOING)).deduplicated
    assert await library.catalogues.request(10_000, ONGOING, requested_by="ada", now=NOW) is None


async def test_the_result_is_kept_and_a_move_is_followed(library: Library) -> None:
    asked = await library.catalogues.request(library.catalogue_id, ONGOING, requested_by="ada", now=NOW)
    assert asked is not None
    await library.store(title(), job_id=asked.job_id)
    await end(library, asked.job_id, moved_to="https://anime.example.net/")
    catalogue = await library.catalogues.one(library.catalogue_id)
    assert catalogue is not None
    assert catalogue.base_urls == ("https://anime.example.net", HOST)
    assert (catalogue.last_state, catalogue.last_job_id) == ("succeeded", str(asked.job_id))
    assert (catalogue.titles, catalogue.live_jobs) == (1, ())
    result = await library.catalogues.result(asked.job_id)
    assert result is not None
    assert (result["titles_added"], result["episodes_added"]) == (1, 2)


@pytest.mark.parametrize(("address", "is_followed"), [("https://chosen.example", False), (HOST, True)])
async def test_addresses_that_a_person_changed_meanwhile_stay(
    library: Library, address: str, is_followed: bool
) -> None:
    asked = await library.catalogues.request(library.catalogue_id, ONGOING, requested_by="ada", now=NOW)
    assert asked is not None
    form = CatalogueForm(name="First", definition=DEFINITION, base_urls=(address,))
    await library.catalogues.save(form, catalogue_id=library.catalogue_id, now=NOW + MINUTE)
    await end(library, asked.job_id, moved_to="https://moved.example/")
    catalogue = await library.catalogues.one(library.catalogue_id)
    assert catalogue is not None
    assert ("https://moved.example" in catalogue.base_urls) == is_followed
    assert catalogue.last_state == "succeeded"


async def test_a_move_to_where_nobody_may_go_is_not_followed(library: Library) -> None:
    await end(library, uuid7(), moved_to="http://169.254.169.254/latest")
    catalogue = await library.catalogues.one(library.catalogue_id)
    assert catalogue is not None
    assert catalogue.base_urls == (HOST,)


async def test_an_older_crawl_that_ends_late_does_not_hide_a_newer_one(library: Library) -> None:
    await end(library, uuid7())
    await end(library, uuid7(), finished_at=NOW - MINUTE, code="drift")
    catalogue = await library.catalogues.one(library.catalogue_id)
    assert catalogue is not None
    assert (catalogue.last_state, catalogue.last_code) == ("succeeded", None)


async def test_a_full_crawl_that_failed_comes_back_sooner(library: Library) -> None:
    second = await library.add_catalogue("Second", full_every_hours=168)
    [job] = await library.catalogues.request_due(now=NOW)
    event = finished(second, job, code="timeout", retryable=True)
    await library.catalogues.finished("gateway", delivery_of(event), event, now=NOW)
    await library.admin.execute("update links.jobs set state = 'failed'")
    assert await library.catalogues.request_due(now=NOW + 50 * MINUTE) == []
    assert len(await library.catalogues.request_due(now=NOW + 61 * MINUTE)) == 1


async def test_a_definition_without_an_ongoing_list_is_not_asked_for_it_again(library: Library) -> None:
    await library.add_catalogue("Second", every_minutes=30)
    [job] = await library.catalogues.request_due(now=NOW + timedelta(hours=1))
    [row] = await library.rows("select id from catalog.catalogues where name = 'Second'")
    event = finished(row["id"], job, code="unsupported_scope")
    await library.catalogues.finished("gateway", delivery_of(event), event, now=NOW)
    await library.admin.execute("update links.jobs set state = 'failed'")
    assert await library.catalogues.request_due(now=NOW + timedelta(days=9)) == []


async def test_one_default_and_no_two_of_a_name(library: Library) -> None:
    assert (await library.catalogues.default()) is not None, "the only one is the default"
    second = await library.add_catalogue("Second")
    assert await library.catalogues.default() is None
    for catalogue_id in (library.catalogue_id, second):
        form = CatalogueForm(f"C{catalogue_id}", DEFINITION, (HOST,), is_default=True)
        await library.catalogues.save(form, catalogue_id=catalogue_id, now=NOW)
    chosen = await library.catalogues.default()
    assert chosen is not None
    assert chosen.id == second
    with pytest.raises(Permanent, match="name"):
        await library.add_catalogue("c2")


async def test_old_results_and_decisions_go_and_all_else_stays(library: Library) -> None:
    for number, age in [(1, 91), (2, 89)]:
        await library.admin.execute(
            "insert into catalog.crawl_results (job_id, catalogue_id, titles_added, updated_at) "
            "values ($1, $2, $3, $4::timestamptz - make_interval(days => $5))",
            uuid7(),
            library.catalogue_id,
            number,
            NOW,
            age,
        )
    await library.store(title(), title(key="two"), title(key="three"))
    await library.admin.execute(
        "update catalog.merge_candidates "
        "set state = 'apart', updated_at = $1::timestamptz - interval '401 days' "
        "where id = (select min(id) from catalog.merge_candidates)",
        NOW,
    )
    for name, enabled, age in [("gone", False, 366), ("lately", False, 300), ("used", True, 999)]:
        await library.admin.execute(
            "insert into catalog.definitions (id, yaml, enabled, revision, updated_at) "
            "values ($1, 'id: x', $2, 1, $3::timestamptz - make_interval(days => $4))",
            name,
            enabled,
            NOW,
            age,
        )
    doubts = len(await library.rows("select from catalog.merge_candidates"))
    assert await library.catalogues.purge(now=NOW) == 3
    assert await library.catalogues.purge(now=NOW) == 0
    assert [row["titles_added"] for row in await library.rows("select * from catalog.crawl_results")].count(
        1
    ) == 0
    assert len(await library.rows("select from catalog.merge_candidates")) == doubts - 1
    left = await library.rows("select id from catalog.definitions order by id")
    assert [row["id"] for row in left] == ["lately", "used"]


async def test_a_failed_full_crawl_gives_no_schedule_to_what_is_read_on_demand(library: Library) -> None:
    asked = await library.catalogues.request(
        library.catalogue_id, CrawlWish(CrawlScope.ALL), requested_by="ada", now=NOW
    )
    assert asked is not None
    await end(library, asked.job_id, code="timeout", retryable=True)
    [row] = await library.rows("select next_full_at from catalog.catalogues")
    assert row["next_full_at"] is None


async def test_what_is_due_without_a_pause_is_asked_for_once(library: Library) -> None:
    await library.admin.execute("update catalog.catalogues set next_full_at = $1", NOW)
    async with asyncio.timeout(5):
        assert len(await library.catalogues.request_due(now=NOW)) == 1
    [row] = await library.rows("select next_full_at from catalog.catalogues")
    assert row["next_full_at"] is None


async def test_what_has_no_ongoing_list_is_not_asked_for_it_after_a_full_crawl_either(
    library: Library,
) -> None:
    await library.add_catalogue("Second", every_minutes=45, full_every_hours=24)
    await library.admin.execute("update catalog.catalogues set next_ongoing_at = null")
    assert len(await library.catalogues.request_due(now=NOW)) == 1
    rows = await library.rows("select next_ongoing_at from catalog.catalogues where next_full_at > $1", NOW)
    assert rows == [{"next_ongoing_at": None}]
