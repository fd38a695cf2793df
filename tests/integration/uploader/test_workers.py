"""Workers as they run: one for a target at a time, woken by wishes, and resumable when they stop."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from pydantic import SecretStr

from tests.integration.common.databases import opened
from tests.integration.common.waiting import eventually
from tests.integration.uploader.publishing_rig import Rig, rigged
from tests.support.platform import FakeTarget
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common.clock import SystemClock
from wellspring_common.settings import PostgresSettings
from wellspring_uploader.adapters.archive import archive
from wellspring_uploader.adapters.turns import PostgresTurns
from wellspring_uploader.ports.turns import Turnkeeping, TurnLostError
from wellspring_uploader.publishing.desk import Desk
from wellspring_uploader.publishing.worker import Worker
from wellspring_uploader.publishing.workers import Workers

LONG_S = 600.0
"""Nobody polls in these tests: whoever goes on was woken."""


class Slow(FakeTarget):
    """A target whose calls are held up where a test says so."""

    gates: dict[str, asyncio.Event]
    seen: list[str]

    async def _pass(self, call: str) -> None:
        self.seen.append(call)
        gate = self.gates.get(call)
        if gate is not None:
            await gate.wait()

    async def create(self, sent: Any, card: Any) -> str:
        await self._pass("create")
        return await super().create(sent, card)

    async def begin(self, film: Any, card: Any) -> Any:
        await self._pass("begin")
        return await super().begin(film, card)

    async def send(self, session: Any, film: Any, told: Any) -> Any:
        await self._pass("send")
        return await super().send(session, film, told)


def settings_of(database: FreshDatabase) -> PostgresSettings:
    return PostgresSettings(database_url=SecretStr(database.url_for("uploader")))


@pytest.fixture
async def rig(
    database: FreshDatabase, admin: "asyncpg.Connection[asyncpg.Record]", tmp_path: Path
) -> AsyncGenerator[Rig]:
    """A core on the machine's own clock, with slots of a second."""
    async with rigged(database, admin, SystemClock(), tmp_path) as made:  # type: ignore[arg-type]
        slow = Slow(made.platform)
        slow.gates, slow.seen = {}, []
        made.target = made.opening.target = slow
        yield made


def workers_of(rig: Rig, database: FreshDatabase) -> Workers:
    def make(target_id: int, turn: Turnkeeping) -> Worker:
        return Worker(
            Desk(
                target_id,
                turn,
                rig.uploads,
                rig.planning,
                rig.opening,
                rig.files,
                rig.clock,
                rig.tell,
                rig.rules,
            )
        )

    return Workers(make, rig.uploads, PostgresTurns(settings_of(database)), rig.clock, poll_s=LONG_S)


@asynccontextmanager
async def running(workers: Workers) -> AsyncGenerator[asyncio.Task[None]]:
    task = asyncio.create_task(workers.run())
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def states(rig: Rig) -> list[str]:
    return await rig.states()


def is_live(count: int) -> Callable[[list[str]], bool]:
    return lambda found: found == ["live"] * count


async def test_a_worker_is_woken_by_a_wish_and_brings_it_out(rig: Rig, database: FreshDatabase) -> None:
    await rig.add_target(interval_s=1)
    async with running(workers_of(rig, database)):
        await eventually(lambda: _fence(rig), lambda fence: fence == 1, within=30)
        await rig.schedule(await rig.add_series(episodes=2))
        await eventually(lambda: states(rig), is_live(2), within=60)
    told = [event for event in rig.told if event.ordinal == 1]
    assert [event.seq for event in told] == sorted({event.seq for event in told})
    assert told[-1].state == "live"
    assert (await rig.rows("u.seq"))[0] == (told[-1].seq,)
    sending = [event.percent for event in told if event.state == "sending"]
    assert sending == sorted(sending)


async def test_two_processes_never_serve_one_target(rig: Rig, database: FreshDatabase) -> None:
    await rig.add_target(interval_s=1)
    await rig.schedule(await rig.add_series(episodes=3))
    async with running(workers_of(rig, database)), running(workers_of(rig, database)):
        await eventually(lambda: states(rig), is_live(3), within=60)
        assert await _fence(rig) == 1
    assert len(rig.platform.made) == 3


async def test_the_next_process_takes_over_when_a_turn_is_lost(rig: Rig, database: FreshDatabase) -> None:
    await rig.add_target(interval_s=1)
    async with running(workers_of(rig, database)):
        await eventually(lambda: _fence(rig), lambda fence: fence == 1, within=30)
        await rig.admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where application_name = 'wellspring-uploader-turn'"
        )
        await eventually(lambda: _fence(rig), lambda fence: fence == 2, within=30)
        await rig.schedule(await rig.add_series(episodes=1))
        await eventually(lambda: states(rig), is_live(1), within=60)


async def test_a_lost_turn_stops_a_worker_in_the_middle_of_sending(rig: Rig, database: FreshDatabase) -> None:
    target_id = await rig.add_target(interval_s=1)
    turns = PostgresTurns(settings_of(database))
    async with turns.take(target_id) as turn:
        assert turn is not None
        async with turns.take(target_id) as other:
            assert other is None
        await rig.admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where application_name = 'wellspring-uploader-turn'"
        )
        with pytest.raises(TurnLostError):
            async with asyncio.timeout(30):
                await turn.lost()


async def test_a_stop_while_bytes_go_is_quick_and_loses_nothing(rig: Rig, database: FreshDatabase) -> None:
    slow = rig.target
    assert isinstance(slow, Slow)
    await rig.add_target(interval_s=1)
    await rig.schedule(await rig.add_series(episodes=1))
    slow.gates["send"] = asyncio.Event()
    async with running(workers_of(rig, database)) as task:
        await eventually(lambda: _seen(slow), lambda seen: "send" in seen, within=60)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            async with asyncio.timeout(4):
                await task
    assert await rig.states() == ["sending"]
    del slow.gates["send"]
    async with running(workers_of(rig, database)):
        await eventually(lambda: states(rig), is_live(1), within=60)
    assert (await rig.rows("u.tries"), len(rig.platform.made)) == ([(0,)], 1)


async def test_a_stop_while_a_video_is_made_waits_for_the_answer(rig: Rig, database: FreshDatabase) -> None:
    slow = rig.target
    assert isinstance(slow, Slow)
    await rig.add_target(interval_s=1)
    await rig.schedule(await rig.add_series(episodes=1))
    slow.gates["create"] = asyncio.Event()
    async with running(workers_of(rig, database)) as task:
        await eventually(lambda: _seen(slow), lambda seen: "create" in seen, within=60)
        task.cancel()
        slow.gates["create"].set()
        with pytest.raises(asyncio.CancelledError):
            async with asyncio.timeout(30):
                await task
    assert await rig.states() == ["created"]


async def test_a_database_that_is_away_is_waited_for(rig: Rig, database: FreshDatabase) -> None:
    await rig.add_target(interval_s=1)
    await rig.schedule(await rig.add_series(episodes=2))
    async with running(workers_of(rig, database)):
        await eventually(lambda: states(rig), lambda found: "live" in found, within=60)
        await rig.admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'wellspring_uploader'"
        )
        await eventually(lambda: states(rig), is_live(2), within=60)
    assert len(rig.platform.made) == 2


async def test_what_is_complete_for_a_month_leaves_the_schedule_and_is_remembered(
    rig: Rig, database: FreshDatabase
) -> None:
    await rig.add_target(interval_s=1)
    series = await rig.add_series(episodes=2)
    await rig.schedule(series)
    async with running(workers_of(rig, database)):
        await eventually(lambda: states(rig), is_live(2), within=60)
    month = timedelta(days=30)
    async with opened(database, "uploader") as held:
        assert await archive(held, now=rig.now, after=month) == 0
        await rig.admin.execute(
            "update uploads.uploads set completed_at = now() - interval '31 days' where ordinal = 1"
        )
        assert await archive(held, now=rig.now, after=month) == 1
        assert await rig.rows("u.ordinal") == [(2,)]
        await rig.admin.execute("update uploads.uploads set completed_at = now() - interval '31 days'")
        await rig.admin.execute("update uploads.schedules set updated_at = now() - interval '31 days'")
        assert await archive(held, now=rig.now, after=month) == 2
    assert await rig.admin.fetchval("select count(*) from uploads.steps") == 0
    assert await rig.admin.fetchval("select count(*) from uploads.ledger") == 2
    with pytest.raises(Exception, match="published there already"):
        await rig.schedule(series)


async def _fence(rig: Rig) -> int:
    return int(await rig.admin.fetchval("select fence from uploads.targets"))


async def _seen(slow: Slow) -> list[str]:
    return slow.seen
