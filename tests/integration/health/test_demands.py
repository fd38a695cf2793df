"""Probes that people ask for: which links, each once, whoever of the replicas is killed meanwhile."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from tests.integration.common.library import add_episode
from tests.integration.health.desk import Desk
from tests.unit.health.fakes import FakeProber
from wellspring_health.domain.evidence import Evidence
from wellspring_health.domain.looks import DueLink
from wellspring_health.settings import HealthSettings

ALIVE = Evidence(None, 206, 40)


async def test_a_run_looks_at_every_link_once_and_counts_what_it_saw(desk: Desk) -> None:
    refs = await desk.shelf.many("one.example", 9)
    await desk.shelf.save(await desk.shelf.claim(), ALIVE)
    gone = refs[2].link_id
    prober = FakeProber({gone: Evidence("not_found", 410, 40), refs[3].link_id: Evidence("timeout")})
    run_id = await desk.ask(timeout_s=2.5)
    assert (await desk.run(run_id))["state"] == "queued"
    assert await desk.replica(prober).work_once()
    run = await desk.run(run_id)
    assert (run["state"], run["total"], run["done"], run["requested_by"]) == ("done", 9, 9, "ann")
    assert run["reasons"] == '{"alive": 7, "timeout": 1, "not_found": 1}'
    assert (run["before"], run["after"]) == ('{"alive": 9}', '{"dead": 1, "alive": 7, "suspect": 1}')
    assert prober.deadlines == [2.5] * 9
    assert run["finished_at"] is not None
    assert not await desk.replica(prober).work_once(), "nothing is left"
    (died,) = await desk.shelf.told()
    assert died.subject == "links.died"


@pytest.mark.parametrize(
    ("wish", "wanted"),
    [
        ({}, {"old", "new", "other", "never"}),
        ({"limit": 2}, {"never", "old"}),
        ({"older_than_hours": 3}, {"old", "never"}),
        ({"host": "one.example"}, {"old", "new"}),
        ({"host": "ONE.example:443"}, {"old", "new"}),
        ({"host": "other"}, {"other"}),
        ({"title": "a-show"}, {"other"}),
        ({"title": "no-such"}, set()),
        ({"host": "one.example", "older_than_hours": 3, "limit": 5}, {"old"}),
        ({"episode_id": 0}, {"old", "new", "never"}),
    ],
    ids=lambda each: str(sorted(each)) if isinstance(each, set) else str(each),
)
async def test_a_run_is_about_what_meets_every_condition(
    desk: Desk, wish: dict[str, Any], wanted: set[str]
) -> None:
    shelf = desk.shelf
    show = await add_episode(shelf.admin)
    await shelf.admin.execute("update catalog.titles set slug = 'a-show' where id = $1", show.title_id)
    refs = {
        "old": await shelf.add("old", url="https://one.example/1"),
        "new": await shelf.add("new", url="https://one.example/2"),
        "other": await shelf.add("other", url="https://two.example/1", episode=show),
        "never": await shelf.add("never", url="https://two.example/2"),
        "once": await shelf.add("once", refresh_class="single_use"),
        "past": await shelf.add("past", expires_at=shelf.clock.now(), basis="parameter"),
    }
    await shelf.learn(*refs.values())
    sql = "update health.link_health set last_checked_at = $2 where link_id = $1"
    for name, hours in (("old", 5), ("new", 1), ("other", 2)):
        await shelf.admin.execute(sql, refs[name].link_id, shelf.clock.now() - timedelta(hours=hours))
    if "episode_id" in wish:
        assert shelf.episode is not None
        wish = {"episode_id": shelf.episode.episode_id}
    run_id = await desk.ask(**wish)
    assert await desk.left(run_id) == {refs[name].link_id for name in wanted}
    assert (await desk.run(run_id))["total"] == len(wanted)


class Killed(FakeProber):
    """Dies in the middle of a batch."""

    async def probe(self, link: DueLink, *, deadline_s: float) -> Evidence:
        if len(self.deadlines) >= 5:
            await asyncio.Event().wait()
        return await super().probe(link, deadline_s=deadline_s)


async def test_a_run_whose_replica_is_killed_goes_on_where_it_was(desk: Desk) -> None:
    await desk.shelf.many("one.example", 8)
    run_id = await desk.ask()
    first, second = Killed(), FakeProber()
    dying = asyncio.create_task(desk.replica(first, batch=2).work_once())
    while len(first.deadlines) < 5:
        await asyncio.sleep(0.01)
    assert not await desk.replica(second).work_once(), "no two replicas work on one run"
    dying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await dying
    before = await desk.run(run_id)
    assert (before["state"], before["done"]) == ("running", 4)
    desk.shelf.clock.advance(HealthSettings().run_lease)
    assert await desk.replica(second).work_once()
    after = await desk.run(run_id)
    assert (after["state"], after["total"], after["done"]) == ("done", 8, 8)
    assert len(second.deadlines) == 4, "what was saved is not looked at again"
    assert after["started_at"] == before["started_at"]


async def test_links_that_leave_the_library_meanwhile_do_not_hold_a_run(desk: Desk) -> None:
    refs = await desk.shelf.many("one.example", 5)
    run_id = await desk.ask()
    await desk.shelf.admin.execute("delete from links.links where id = $1", refs[1].link_id)
    await desk.shelf.admin.execute(
        "update links.links set generation = 2, url = 'https://one.example/x' where id = $1", refs[2].link_id
    )
    assert await desk.replica(FakeProber()).work_once()
    run = await desk.run(run_id)
    assert (run["state"], run["done"], run["reasons"]) == ("done", 5, '{"alive": 3, "not_asked": 2}')


async def test_a_host_that_wants_to_be_left_alone_for_long_is_left_out(desk: Desk) -> None:
    await desk.shelf.many("shy.example", 6)
    await desk.shelf.many("open.example", 2)
    run_id = await desk.ask()
    prober = FakeProber(waits={"shy.example:443": 3600.0})
    assert await desk.replica(prober, per_host=2).work_once()
    run = await desk.run(run_id)
    assert (run["state"], run["total"], run["done"]) == ("done", 8, 8)
    assert run["reasons"] == '{"alive": 4, "not_asked": 4}'


async def test_a_run_about_nothing_ends_at_once(desk: Desk) -> None:
    run_id = await desk.ask(host="nowhere.example")
    assert await desk.replica(FakeProber()).work_once()
    run = await desk.run(run_id)
    assert (run["state"], run["total"], run["reasons"]) == ("done", 0, "{}")
