"""Pages that a definition could not read, kept with the broker and read back."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from tests.contract.worlds import World
from wellspring_common.bus.nats.bus import NatsBus
from wellspring_common.bus.port import Archive
from wellspring_common.errors import DependencyDown
from wellspring_common.fetch.page import Page
from wellspring_common.kept_pages import LARGEST, KeptPage, kept_pages, packed
from wellspring_common.testing.bus import MemoryBus
from wellspring_common.testing.clock import FrozenClock
from wellspring_scraper.adapters.kept_pages import MOST_AN_HOUR, PageKeeper

NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)


def page(text: str, url: str = "https://site.example/a b?x=1#é") -> Page:
    headers = {"content-type": "text/html; charset=utf-8", "set-cookie": "secret=1"}
    return Page(url, 200, headers, text.encode())


def archive(world: World) -> Archive:
    assert isinstance(world.bus, NatsBus | MemoryBus)
    return world.bus


class TestKeptPages:
    """The promises of `kept_pages`, and of who keeps them."""

    async def test_a_page_comes_back_as_it_was_kept(self, world: World) -> None:
        clock = FrozenClock(NOW)
        await PageKeeper(world.bus, clock).keep("shows", page("Nothing né"), code="drift", step="page 1")
        assert await kept_pages(archive(world)) == [
            KeptPage(
                definition="shows",
                url="https://site.example/a%20b?x=1#%C3%A9",
                at=NOW,
                code="drift",
                step="page 1",
                body="Nothing né".encode(),
                content_type="text/html",
                status=200,
                headers={"content-type": "text/html; charset=utf-8"},
            )
        ]

    async def test_the_newest_of_one_definition_can_be_had(self, world: World) -> None:
        clock, keeper = FrozenClock(NOW), PageKeeper(world.bus, FrozenClock(NOW))
        for number in range(5):
            await keeper.keep("shows", page(f"Page {number}"), code="drift", step="page 1")
        await PageKeeper(world.bus, clock).keep("other", page("Other"), code="drift", step="page 1")
        found = await kept_pages(archive(world), "shows", most=2)
        assert [one.body for one in found] == [b"Page 3", b"Page 4"]
        assert {one.definition for one in await kept_pages(archive(world))} == {"shows", "other"}

    async def test_where_nothing_is_kept_nothing_comes(self, world: World) -> None:
        assert await kept_pages(archive(world), "shows") == []

    async def test_a_broker_that_is_away_is_no_empty_archive(self, world: World) -> None:
        await world.stop()
        with pytest.raises(DependencyDown):
            await kept_pages(archive(world))

    async def test_the_same_page_is_kept_once_an_hour_also_by_another_process(self, world: World) -> None:
        clock = FrozenClock(NOW)
        keeper = PageKeeper(world.bus, clock)
        for _ in range(3):
            await keeper.keep("shows", page("Same"), code="drift", step="page 1")
        await PageKeeper(world.bus, clock).keep("shows", page("Same"), code="drift", step="page 1")
        assert len(await kept_pages(archive(world))) == 1
        clock.advance(timedelta(hours=1))
        await keeper.keep("shows", page("Same"), code="drift", step="page 1")
        assert len(await kept_pages(archive(world))) == 2

    async def test_a_definition_that_drifts_all_day_keeps_few_pages_an_hour(self, world: World) -> None:
        keeper = PageKeeper(world.bus, FrozenClock(NOW))
        for number in range(MOST_AN_HOUR + 5):
            await keeper.keep("shows", page(f"Page {number}"), code="drift", step="page 1")
        assert len(await kept_pages(archive(world))) == MOST_AN_HOUR

    async def test_keeping_never_fails(self, world: World) -> None:
        keeper = PageKeeper(world.bus, FrozenClock(NOW))
        await world.stop()
        await keeper.keep("shows", page("Lost"), code="drift", step="page 1")
        await world.start()

    async def test_a_page_that_cannot_be_packed_small_is_cut_off(self, world: World) -> None:
        noise = random.Random(1).randbytes(2 * 1024 * 1024)
        kept = KeptPage("shows", "https://site.example", NOW, "drift", "page 1", noise)
        payload, _ = packed(kept)
        assert len(payload) <= LARGEST
        await PageKeeper(world.bus, FrozenClock(NOW)).keep(
            "shows", Page("https://site.example", 200, {}, noise), code="drift", step="page 1"
        )
        (found,) = await kept_pages(archive(world))
        assert noise.startswith(found.body)
        assert len(found.body) > 200_000
