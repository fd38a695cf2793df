"""A crawl that is delivered again says nothing twice, wherever it was cut off."""

import asyncio

import pytest

from tests.unit.scraper.crawl_world import World
from tests.unit.scraper.fakes import delivery_of
from wellspring_common.bus.port import Undecodable
from wellspring_common.errors import DependencyDown, Throttled
from wellspring_common.events.crawl import CatalogCrawled, CrawlFinished, CrawlRequested, CrawlStarted
from wellspring_common.ids import derived_id
from wellspring_common.testing.kv import MemoryValues
from wellspring_scraper.adapters.graveyard import EventGraveyard
from wellspring_scraper.adapters.work import WorkNotes


@pytest.fixture
def world() -> World:
    world = World()
    world.fill(60)
    return world


async def cut_off(world: World, job: CrawlRequested) -> None:
    with pytest.raises(DependencyDown):
        await world.crawl(job)


@pytest.mark.parametrize("after", [False, True], ids=["before the event is stored", "after it is stored"])
@pytest.mark.parametrize("number", [0, 1, 2])
async def test_a_crawl_that_is_killed_says_each_title_once(world: World, number: int, after: bool) -> None:
    job = world.request()
    world.bus.dies_at, world.bus.after = (CatalogCrawled.subject, number), after
    await cut_off(world, job)
    end = await world.crawl(job, attempt=2)
    assert sorted(world.titles()) == sorted(f"k{number}" for number in range(60))
    assert (end.code, end.counts.titles, end.counts.unchanged, end.attempt) == (None, 60, 0, 2)
    assert len(set(world.event_ids())) == len(world.event_ids())


async def test_a_crawl_that_goes_on_asks_only_for_what_is_left(world: World) -> None:
    job = world.request()
    world.bus.dies_at = (CatalogCrawled.subject, 1)
    await cut_off(world, job)
    world.site.take()
    await world.crawl(job, attempt=2)
    assert "t/k0" not in world.site.take()
    assert len(world.said(CrawlStarted.subject)) == 2


async def test_a_crawl_that_ended_ends_the_same_way_again(world: World) -> None:
    job = world.request()
    world.bus.dies_at = (CrawlFinished.subject, 0)
    await cut_off(world, job)
    world.site.asked.clear()
    end = await world.crawl(job, attempt=2)
    assert (end.attempt, end.counts.titles, world.site.asked) == (1, 60, [])
    assert len(world.said(CrawlFinished.subject)) == 1


async def test_nothing_is_remembered_of_what_was_never_stored(world: World) -> None:
    world.bus.dies_at = (CatalogCrawled.subject, 0)
    await cut_off(world, world.request())
    assert world.titles() == []
    end = await world.crawl()  # another job: what the first one had found was told by nobody
    assert (end.counts.titles, len(world.titles())) == (60, 60)


async def test_a_memory_that_is_away_sends_the_job_back(world: World) -> None:
    world.values.down = True
    await cut_off(world, world.request())
    world.values.down = False
    assert (await world.crawl()).counts.titles == 60


async def test_a_memory_that_is_full_is_only_slower(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(key: str, value: bytes) -> None:
        raise DependencyDown("full", code="stream_full")

    monkeypatch.setattr(world.values, "put", full)
    assert (await world.crawl()).counts.titles == 60


async def test_what_another_version_remembered_is_read_anew(world: World) -> None:
    await world.crawl()
    for key in list(world.values.held):
        await world.values.put(key, b"something else")
    assert (await world.crawl()).counts.titles == 60


async def test_a_cancelled_crawl_goes_on_where_it_was(world: World) -> None:
    job, begun = world.request(), asyncio.Event()
    world.site.on_fetch = lambda url: begun.set() if url.endswith("t/k40") else None
    running = asyncio.create_task(world.crawl(job))
    await asyncio.wait_for(begun.wait(), 5)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    world.site.take()
    end = await world.crawl(job, attempt=2)
    assert (end.counts.titles, len(world.titles())) == (60, 60)
    assert "t/k3" not in world.site.take()


async def test_a_host_that_wants_a_rest_gets_it_and_the_broker_hears_of_it(world: World) -> None:
    rest = [Throttled("rest", retry_after=35.0)]

    def once(url: str) -> None:
        if url.endswith("t/k5") and rest:
            raise rest.pop()

    world.site.on_fetch = once
    told = world.broker.told
    end = await world.crawl()
    assert world.waited == [10.0, 10.0, 10.0, 5.0]
    assert (end.counts.titles, end.counts.failed) == (60, 0)
    assert world.broker.told > told + 60


async def test_a_crawl_that_keeps_killing_its_process_is_given_up(world: World) -> None:
    end = await world.crawl(attempt=21)
    assert (end.code, world.site.asked) == ("interrupted", [])


async def test_a_crawl_that_cannot_be_handled_is_told_to_have_failed(world: World) -> None:
    job, notes = world.request(), WorkNotes(MemoryValues())
    graveyard = EventGraveyard(world.bus, notes, world.clock)
    await graveyard.bury("scraper_crawl", delivery_of(job), "bug", "KeyError")
    await graveyard.bury("scraper_crawl", Undecodable("x", b"", {}, "schema_unknown", ""), "x", "")
    (end,) = [CrawlFinished.model_validate_json(one) for one in world.said(CrawlFinished.subject)]
    assert (end.job_id, end.code, end.detail) == (job.job_id, "internal_error", "KeyError")
    assert str(derived_id(job.job_id, "crawl.finished/buried")) in str(world.bus.stored[1].headers)
