"""A run of probes ends when nothing of it is left, and not when nothing can be had just now."""

import asyncio
from datetime import timedelta

from tests.integration.common.databases import administrator
from tests.integration.health.desk import Desk
from tests.unit.health.fakes import FakeProber
from wellspring_cli.testing import Database as FreshDatabase


async def test_links_that_another_transaction_holds_are_waited_for(
    desk: Desk, database: FreshDatabase
) -> None:
    refs = await desk.shelf.many("one.example", 3)
    run_id = await desk.ask()
    async with administrator(database) as other:
        transaction = other.transaction()
        await transaction.start()
        await other.execute("select from health.link_health where link_id = $1 for update", refs[1].link_id)
        working = asyncio.create_task(desk.replica(FakeProber()).work_once())
        done, _ = await asyncio.wait({working}, timeout=1)
        assert not done, "as a sweep does that saves its round"
        await transaction.rollback()
    assert await working
    run = await desk.run(run_id)
    assert (run["state"], run["total"], run["done"], run["reasons"]) == ("done", 3, 3, '{"alive": 3}')


async def test_a_run_that_comes_upon_many_links_which_expired_meanwhile_goes_on_behind_them(
    desk: Desk,
) -> None:
    expiry = desk.shelf.clock.now() + timedelta(hours=1)
    past = [
        await desk.shelf.add(
            f"past{each}", url=f"https://past{each}.example/", expires_at=expiry, basis="parameter"
        )
        for each in range(8)
    ]
    there = await desk.shelf.add("there")
    await desk.shelf.learn(*past)
    await desk.shelf.learn(there)
    run_id = await desk.ask()
    await desk.shelf.admin.execute(
        "update health.probe_run_links set turn = turn + 100 where link_id = $1", there.link_id
    )
    desk.shelf.clock.advance(timedelta(hours=2))
    assert await desk.replica(FakeProber(), batch=2).work_once()
    run = await desk.run(run_id)
    assert (run["state"], run["total"], run["done"]) == ("done", 9, 9)
    assert run["reasons"] == '{"alive": 1, "not_asked": 8}'


async def test_a_run_that_nobody_could_do_for_a_day_fails_and_the_next_has_its_turn(desk: Desk) -> None:
    await desk.shelf.many("one.example", 3)
    run_id = await desk.ask()
    prober = FakeProber()
    await desk.shelf.admin.execute(
        "update health.probe_runs set requested_at = $2 where id = $1",
        run_id,
        desk.shelf.clock.now() - timedelta(hours=24),
    )
    assert await desk.replica(prober).work_once()
    run = await desk.run(run_id)
    assert (run["state"], run["total"], run["done"]) == ("failed", 3, 0)
    assert run["error"].startswith("run_expired")
    assert run["finished_at"] == desk.shelf.clock.now()
    other = await desk.ask()
    assert await desk.replica(prober).work_once()
    assert (await desk.run(other))["state"] == "done"
