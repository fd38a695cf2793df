"""A title in the trash: its links rest, count as nobody's hunger, and are looked at when it is back."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any

import pytest

from tests.integration.common.databases import opened
from tests.integration.common.deliveries import delivery_of
from tests.integration.common.library import add_episode
from tests.integration.health.desk import Desk
from tests.integration.health.shelf import Shelf
from tests.unit.health.fakes import FakeProber
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common.events.catalog import CatalogChange, CatalogChanged
from wellspring_common.events.links import LinkRef
from wellspring_common.events.topology import HEALTH
from wellspring_common.inbox import Inbox
from wellspring_common.outbox import Outbox
from wellspring_gateway.adapters.trash import PostgresTrash
from wellspring_health.adapters.postgres import SCHEMA
from wellspring_health.adapters.runs import PostgresRuns
from wellspring_health.domain.evidence import Evidence

ALIVE = Evidence(None, 206, 40)
GONE_FOR_GOOD = Evidence("not_found", 410, 40)


class Bin:
    """The gateway's trash, what it tells, and health that hears of it."""

    def __init__(self, shelf: Shelf, trash: PostgresTrash, runs: PostgresRuns) -> None:
        self.shelf, self.trash, self.runs = shelf, trash, runs

    @property
    def title_id(self) -> int:
        assert self.shelf.episode is not None
        return self.shelf.episode.title_id

    async def put(self, *, heard: bool = True) -> None:
        assert await self.trash.put(self.title_id, by="ann", because=None, now=self.shelf.clock.now())
        if heard:
            await self.hear()

    async def restore(self) -> None:
        assert await self.trash.restore(self.title_id, by="ann", now=self.shelf.clock.now())
        await self.hear()

    async def hear(self) -> None:
        """Bring health everything that the gateway told of titles, again and again as a broker may."""
        sql = "select event_id, payload from catalog.outbox where subject = $1 order by id"
        for row in await self.shelf.admin.fetch(sql, CatalogChanged.subject):
            event = CatalogChanged.model_validate_json(row["payload"])
            delivery = delivery_of(event, row["event_id"])
            await self.shelf.store.catalog_changed(HEALTH.name, delivery, event, now=self.shelf.clock.now())

    async def due(self) -> set[int]:
        """Return what is claimed after a year."""
        self.shelf.clock.advance(timedelta(days=365))
        return {each.link_id for each in await self.shelf.claim()}


@pytest.fixture
async def bin_(shelf: Shelf, database: FreshDatabase) -> AsyncGenerator[Bin]:
    async with opened(database, "gateway") as gateway, opened(database, "health") as held:
        yield Bin(shelf, PostgresTrash(gateway, Outbox("catalog")), PostgresRuns(held, Inbox(SCHEMA)))


async def kept(bin_: Bin) -> tuple[list[LinkRef], LinkRef]:
    """Return three links of the title that goes to the trash, and one of another."""
    refs = await bin_.shelf.many("one.example", 3)
    other = await bin_.shelf.add("else", episode=await add_episode(bin_.shelf.admin))
    await bin_.shelf.learn(other)
    return refs, other


@pytest.mark.parametrize("heard", [True, False])
async def test_links_of_a_title_in_the_trash_are_never_claimed_heard_of_or_not(
    bin_: Bin, *, heard: bool
) -> None:
    _, other = await kept(bin_)
    await bin_.put(heard=heard)
    assert [await bin_.due() for _ in range(3)] == [{other.link_id}] * 3


@pytest.mark.parametrize("swept", [True, False])
@pytest.mark.parametrize("heard", [True, False])
async def test_they_are_due_at_once_when_the_title_is_back(bin_: Bin, *, heard: bool, swept: bool) -> None:
    refs, other = await kept(bin_)
    due = await bin_.shelf.claim()
    await bin_.shelf.save(due, ALIVE)
    await bin_.put(heard=heard)
    if swept:
        assert await bin_.due() == {other.link_id}
    await bin_.restore()
    shown = {each.link_id for each in await bin_.shelf.claim()}
    if heard or swept:
        assert shown == {ref.link_id for ref in refs}
    else:
        assert shown == set(), "what nobody noticed to be away is looked at as planned"


async def test_what_rests_for_a_reason_of_its_own_goes_on_resting_when_the_title_is_back(bin_: Bin) -> None:
    past = bin_.shelf.clock.now() - timedelta(hours=1)
    once = await bin_.shelf.add("once", refresh_class="single_use")
    bound = await bin_.shelf.add("bound", refresh_class="ip_bound")
    over = await bin_.shelf.add("over", expires_at=past, basis="parameter")
    plain = await bin_.shelf.add("plain")
    page = await bin_.shelf.add("page")
    await bin_.shelf.admin.execute("update links.links set kind = 'embed' where id = $1", page.link_id)
    await bin_.shelf.learn(once, bound, over, plain, page)
    await bin_.put()
    await bin_.restore()
    assert await bin_.due() == {plain.link_id}


async def test_another_change_of_a_title_wakes_nothing(bin_: Bin) -> None:
    refs, _ = await kept(bin_)
    await bin_.shelf.save(await bin_.shelf.claim(), ALIVE)
    before = [(await bin_.shelf.health(ref))["next_check_at"] for ref in refs]
    event = CatalogChanged(title_id=bin_.title_id, episode_ids=(), change=CatalogChange.CHANGED)
    moved = await bin_.shelf.store.catalog_changed(
        HEALTH.name, delivery_of(event), event, now=bin_.shelf.clock.now()
    )
    assert (moved.rested, moved.due) == (0, 0)
    assert [(await bin_.shelf.health(ref))["next_check_at"] for ref in refs] == before


async def test_a_scrape_that_ends_after_its_title_went_wakes_nothing(bin_: Bin) -> None:
    await kept(bin_)
    await bin_.put()
    late = await bin_.shelf.add("late", verified=True)
    await bin_.shelf.learn(late)
    assert late.link_id not in await bin_.due()
    await bin_.restore()
    assert late.link_id in {each.link_id for each in await bin_.shelf.claim()}


async def test_nobody_starves_in_the_trash(bin_: Bin) -> None:
    refs, _ = await kept(bin_)
    due = {each.link_id: each for each in await bin_.shelf.claim()}
    await bin_.shelf.save([due[refs[0].link_id]], GONE_FOR_GOOD)
    assert (await bin_.shelf.store.starved(), len(await bin_.shelf.starved())) == (1, 1)
    await bin_.put(heard=False)
    await bin_.shelf.admin.execute("delete from health.starved")
    await bin_.shelf.save([due[refs[1].link_id]], GONE_FOR_GOOD)
    assert (await bin_.shelf.store.starved(), len(await bin_.shelf.starved())) == (0, 1)


async def test_a_starved_episode_is_none_once_its_title_is_in_the_trash(bin_: Bin) -> None:
    refs, _ = await kept(bin_)
    due = [each for each in await bin_.shelf.claim() if each.link_id == refs[0].link_id]
    await bin_.shelf.save(due, GONE_FOR_GOOD)
    assert await bin_.shelf.store.starved() == 1
    await bin_.put()
    assert await bin_.shelf.store.starved() == 0


async def test_a_run_of_probes_leaves_the_trash_out_also_what_comes_into_it_meanwhile(bin_: Bin) -> None:
    _, other = await kept(bin_)
    desk = Desk(bin_.shelf, bin_.runs)
    before = await desk.ask()
    await bin_.put(heard=False)
    after = await desk.ask()
    assert await desk.left(after) == {other.link_id}
    assert await desk.replica(FakeProber()).work_once()
    assert await desk.replica(FakeProber()).work_once()
    runs: list[dict[str, Any]] = [await desk.run(run_id) for run_id in (before, after)]
    assert [(run["state"], run["total"], run["done"]) for run in runs] == [("done", 4, 4), ("done", 1, 1)]
    assert runs[0]["reasons"] == '{"alive": 1, "not_asked": 3}'
