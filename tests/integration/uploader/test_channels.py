"""Two targets are never one channel: who comes second is told so, and no two workers have it at once."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.integration.common.databases import administrator
from tests.integration.common.waiting import eventually
from tests.integration.uploader.publishing_rig import Rig, rigged, until
from tests.integration.uploader.test_workers import Slow, is_live, running, settings_of, states, workers_of
from tests.support.platform import FakeTarget
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common.clock import SystemClock
from wellspring_common.errors import DependencyDown
from wellspring_uploader.adapters.identities import claim
from wellspring_uploader.adapters.turns import PostgresTurns
from wellspring_uploader.domain.refusals import CredentialsRefused
from wellspring_uploader.ports.turns import ChannelBusy, TurnLostError

HOUR = timedelta(hours=1)


@pytest.fixture
async def quick(
    database: FreshDatabase, admin: "asyncpg.Connection[asyncpg.Record]", tmp_path: Path
) -> AsyncGenerator[Rig]:
    """A core on the machine's own clock, with slots of a second."""
    async with rigged(database, admin, SystemClock(), tmp_path) as made:  # type: ignore[arg-type]
        yield made


async def identity_of(rig: Rig, target_id: int) -> str | None:
    found: str | None = await rig.admin.fetchval(
        "select identity from uploads.targets where id = $1", target_id
    )
    return found


async def test_a_worker_knows_its_channel_before_anything_goes_there(rig: Rig) -> None:
    target_id = await rig.add_target()
    await rig.schedule(await rig.add_series(episodes=1))
    await rig.run_for(await rig.worker(), HOUR)
    assert await identity_of(rig, target_id) == "memory:channel"
    assert await rig.states() == ["live"]
    assert await rig.admin.fetchval("select identity from uploads.ledger") == "memory:channel"


async def test_of_two_targets_that_are_one_channel_only_the_first_sends(
    quick: Rig, database: FreshDatabase
) -> None:
    rig = quick
    first = await rig.add_target(interval_s=1)
    await rig.schedule(await rig.add_series("One", episodes=1), target_id=first)
    async with running(workers_of(rig, database)):
        await eventually(lambda: states(rig), is_live(1), within=60)
        second = await rig.add_target(name="twin", interval_s=1)
        await rig.schedule(await rig.add_series("Two", episodes=1), target_id=second)
        row = await eventually(lambda: _row(rig, second), lambda row: row["state"] != "ready", within=60)
    assert row["state"] == "auth_paused"
    assert row["state_reason"].startswith("channel_taken: The target 'main' publishes to the channel channel")
    assert len(rig.platform.made) == 1
    assert (await rig.rows("u.tries"))[1] == (0,)
    assert await identity_of(rig, second) is None


async def test_a_target_that_has_films_on_one_channel_is_no_other_from_then_on(rig: Rig) -> None:
    await rig.add_target()
    series = await rig.add_series(episodes=2)
    await rig.schedule(series)
    await rig.run_for(await rig.worker(), HOUR)
    rig.platform.channel = "elsewhere"
    worker = await rig.worker()
    await rig.run_for(worker, HOUR)
    state, reason = await rig.admin.fetchrow("select state, state_reason from uploads.targets")
    assert (state, reason.split(":")[0]) == ("auth_paused", "other_channel")
    assert "elsewhere" in reason
    assert len(rig.platform.made) == 1
    rig.platform.channel = "channel"
    await rig.admin.execute("update uploads.targets set state = 'ready'")
    await rig.run_for(worker, HOUR)
    assert (await rig.states(), await rig.rows("u.tries")) == (["live", "live"], [(0,), (0,)])


async def test_a_target_that_sent_nothing_yet_may_become_another_channel(
    rig: Rig, admin: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    target_id = await rig.add_target()
    for identity in ("memory:one", "memory:two"):
        async with admin.transaction():
            await claim(admin, target_id, identity)
        assert await identity_of(rig, target_id) == identity
    other = await rig.add_target(name="other")
    async with admin.transaction():
        await claim(admin, other, "memory:one")


async def test_a_channel_that_was_entered_by_mistake_is_no_channel_for_ever(
    rig: Rig, admin: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    target_id = await rig.add_target()
    async with admin.transaction():
        await claim(admin, target_id, "memory:mistake")
    await rig.set_settings({"channel": "the right one"})
    await rig.schedule(await rig.add_series(episodes=2))
    await rig.run_for(await rig.worker(), 3 * HOUR)
    assert (await rig.states(), await rig.rows("u.tries")) == (["live", "live"], [(0,), (0,)])
    assert await identity_of(rig, target_id) == "memory:channel"


async def test_settings_that_change_break_no_film_off_that_is_on_its_way(rig: Rig) -> None:
    await rig.add_target()
    rig.platform.encodes_for = 3 * HOUR
    await rig.schedule(await rig.add_series(episodes=2))
    busy, opened = Slow(rig.platform), rig.opening.opened
    busy.gates, busy.seen = {"send": asyncio.Event()}, []
    worker = await rig.worker()
    rig.clock.advance(HOUR)
    await rig.run_until_idle(worker)
    rig.opening.target = busy
    await rig.set_settings({"limits": "standard"})
    rig.clock.advance(HOUR)
    async with asyncio.TaskGroup() as group:
        sending = group.create_task(until(worker, "sent"))
        await eventually(lambda: _itself(busy.seen), lambda seen: "send" in seen, within=10)
        rig.opening.target = FakeTarget(rig.platform)
        await rig.set_settings({"limits": "premium"})
        await worker.watch_step()
        assert busy.is_open
        assert not sending.done()
        busy.gates["send"].set()
    assert not busy.is_open
    assert rig.opening.opened == opened + 3
    await rig.run_for(worker, 4 * HOUR)
    assert (await rig.states(), await rig.rows("u.tries")) == (["live", "live"], [(0,), (0,)])


async def test_of_many_that_claim_a_channel_at_once_one_gets_it(rig: Rig, database: FreshDatabase) -> None:
    targets = [await rig.add_target(name=f"t{number}") for number in range(6)]

    async def claimed(target_id: int) -> str:
        async with administrator(database) as own:
            try:
                async with own.transaction():
                    await claim(own, target_id, "memory:wanted")
            except CredentialsRefused as error:
                return error.code
        return "got it"

    found = sorted(await asyncio.gather(*map(claimed, targets)))
    assert found == ["channel_taken"] * 5 + ["got it"]


async def test_two_turns_never_hold_one_channel(rig: Rig, database: FreshDatabase) -> None:
    one, two = await rig.add_target(), await rig.add_target(name="two")
    turns = PostgresTurns(settings_of(database))
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(turns.take(one))
        second = await stack.enter_async_context(turns.take(two))
        assert first is not None
        assert second is not None
        await first.hold("memory:channel")
        await first.hold("memory:channel")
        with pytest.raises(ChannelBusy):
            await second.hold("memory:channel")
        await second.hold("memory:other")
        await first.hold(None)
        await second.hold("memory:channel")
        await first.hold("memory:other")


async def test_a_channel_is_free_when_its_holder_is_gone(rig: Rig, database: FreshDatabase) -> None:
    one, two = await rig.add_target(), await rig.add_target(name="two")
    turns = PostgresTurns(settings_of(database))
    async with turns.take(one) as first, turns.take(two) as second:
        assert first is not None
        assert second is not None
        await first.hold("memory:channel")
        async with asyncio.TaskGroup() as group:
            lost = group.create_task(_lost(first.lost()))
            await rig.admin.execute(
                "select pg_terminate_backend(pid) from pg_locks join pg_stat_activity as a using (pid) "
                "where a.application_name = 'wellspring-uploader-turn' and locktype = 'advisory' "
                "group by pid having count(*) = 2"
            )
            assert await lost
        await eventually(lambda: _held(second.hold), bool, within=10)


async def test_a_turn_ends_where_nobody_says_whether_it_has_the_channel(
    rig: Rig, database: FreshDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = await rig.add_target(), await rig.add_target(name="two")
    turns = PostgresTurns(settings_of(database))
    async with turns.take(one) as first, turns.take(two) as second:
        assert first is not None
        assert second is not None
        with monkeypatch.context() as patient:
            patient.setattr("wellspring_uploader.adapters.turns._PROBE_S", 1e-9)
            with pytest.raises(DependencyDown):
                await first.hold("memory:channel")
        assert await _lost(first.lost())
        await eventually(lambda: _held(second.hold), bool, within=10)


async def test_a_channel_that_is_still_held_is_waited_for_without_a_try(
    quick: Rig, database: FreshDatabase
) -> None:
    rig = quick
    leaving, coming = await rig.add_target(name="leaving"), await rig.add_target(interval_s=1)
    async with PostgresTurns(settings_of(database)).take(leaving) as turn:
        assert turn is not None
        await turn.hold("memory:channel")
        await rig.schedule(await rig.add_series(episodes=1), target_id=coming)
        async with running(workers_of(rig, database)):
            await eventually(lambda: identity_of(rig, coming), bool, within=60)
            assert rig.platform.made == []
            await turn.hold(None)
            await eventually(lambda: states(rig), is_live(1), within=60)
    assert await rig.rows("u.tries") == [(0,)]


async def test_a_channel_that_is_removed_and_added_again_has_its_day_still(rig: Rig) -> None:
    two_a_day = {"videos_per_day": 2}
    first = await rig.add_target(limits="custom", custom_limits=two_a_day)
    await rig.schedule(await rig.add_series("One", episodes=2))
    await rig.run_for(await rig.worker(), 2 * HOUR)
    assert await rig.states() == ["live", "live"]
    await rig.admin.execute("delete from uploads.schedules")
    await rig.admin.execute("delete from uploads.targets where id = $1", first)
    await rig.add_target(limits="custom", custom_limits=two_a_day)
    await rig.schedule(await rig.add_series("Two", episodes=1))
    await rig.run_for(await rig.worker(), 3 * HOUR)
    assert len(rig.platform.made) == 2
    await rig.run_for(await rig.worker(), 24 * HOUR)
    assert (await rig.states(), await rig.rows("u.tries")) == (["live"], [(0,)])


async def _itself(seen: list[str]) -> list[str]:
    return seen


async def _row(rig: Rig, target_id: int) -> Any:
    return await rig.admin.fetchrow("select * from uploads.targets where id = $1", target_id)


async def _lost(waiting: Any) -> bool:
    try:
        async with asyncio.timeout(30):
            await waiting
    except TurnLostError:
        return True
    return False


async def _held(hold: Any) -> bool:
    try:
        await hold("memory:channel")
    except ChannelBusy:
        return False
    return True
