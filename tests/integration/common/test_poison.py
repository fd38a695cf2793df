"""An event that kills whoever handles it is given up after three runs, and takes no neighbour along."""

import asyncio
import sys
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.contract.delivering import envelope_of, started
from tests.integration.common.databases import administrator
from tests.integration.common.waiting import eventually
from tests.support.poisoning import KILLED, POISON
from wellspring_cli.testing import Database, SharedServers
from wellspring_common.bus.nats.bus import NatsBus
from wellspring_common.bus.nats.connection import connected
from wellspring_common.bus.nats.topology_config import consumer_config
from wellspring_common.events.specs import stream_name
from wellspring_common.events.topology import REFRESHER

NEIGHBOURS = range(1, 9)
ACK_WAIT_S = 1
"""How soon the broker brings again what a killed process had: 30 s in earnest."""
PATIENCE_S = 60.0
ROOT = Path(__file__).parents[3]


@dataclass
class Ward:
    """A consumer that is started again whenever it dies, and what it left."""

    command: list[str]
    log: Path
    database: Database
    deaths: int = 0

    def runs(self) -> list[int]:
        """Return for each run of the poison how many events were at work, itself included."""
        return [int(line) for line in self.log.read_text().split()] if self.log.exists() else []

    async def keep_alive(self) -> None:
        """Start it again and again."""
        while True:
            process = await asyncio.create_subprocess_exec(*self.command, cwd=ROOT)
            try:
                assert await process.wait() == KILLED
                self.deaths += 1
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()

    async def effects(self) -> list[int]:
        async with administrator(self.database) as admin:
            rows = await admin.fetch("select episode_id from public.effects order by 1")
        return [row["episode_id"] for row in rows]

    async def letters(self) -> list[tuple[str, int]]:
        async with administrator(self.database) as admin:
            rows = await admin.fetch("select code, attempts from links.dead_letters")
        return [(row["code"], row["attempts"]) for row in rows]


@pytest.fixture
async def bus(servers: SharedServers, topology: str) -> AsyncGenerator[NatsBus]:
    """A bus that brings again soon what was not acknowledged, with the poison among the first."""
    async with connected(servers.nats.url(), "test") as connection:
        streams = connection.client.jetstream()
        config = consumer_config(REFRESHER, topology).evolve(ack_wait=ACK_WAIT_S)
        await streams.add_consumer(stream_name(topology, REFRESHER.stream), config)
        bus = NatsBus(connection, prefix=topology, service="test")
        for episode in (1, 2, POISON, *NEIGHBOURS[2:]):
            event = started(episode)
            await bus.publish(event, envelope_of(event))
        yield bus


@pytest.fixture
async def ward(
    request: pytest.FixtureRequest, bus: NatsBus, servers: SharedServers, database: Database, tmp_path: Path
) -> AsyncGenerator[Ward]:
    async with administrator(database) as admin:
        await admin.execute("create table public.effects (episode_id bigint)")
        await admin.execute("grant all on public.effects to public")
    log, url = tmp_path / "runs", database.url_for("refresher")
    module = [sys.executable, "-m", "tests.support.poisoned"]
    ward = Ward([*module, servers.nats.url(), bus._prefix, url, str(log), request.param], log, database)
    keeping = asyncio.create_task(ward.keep_alive())
    yield ward
    assert not keeping.done(), keeping
    keeping.cancel()
    await asyncio.wait({keeping})


@pytest.mark.parametrize("ward", ["on"], indirect=True)
async def test_poison_is_given_up_after_three_runs_and_the_pipeline_moves_on(
    ward: Ward, bus: NatsBus
) -> None:
    await eventually(ward.letters, bool, within=PATIENCE_S)
    assert await ward.letters() == [("poison", 3)]
    await eventually(ward.effects, lambda found: len(found) >= len(NEIGHBOURS), within=PATIENCE_S)
    after = started(99)
    await bus.publish(after, envelope_of(after))
    effects = await eventually(ward.effects, lambda found: 99 in found, within=PATIENCE_S)
    assert effects == [*NEIGHBOURS, 99]
    assert ward.deaths == 3
    first, _, last = ward.runs()
    assert first > 1
    assert last == 1
    assert await ward.letters() == [("poison", 3)]


@pytest.mark.parametrize("ward", ["off"], indirect=True)
async def test_without_the_rule_it_never_ends(ward: Ward) -> None:
    async def deaths() -> int:
        return ward.deaths

    await eventually(deaths, lambda found: found > 4, within=PATIENCE_S)
    assert await ward.letters() == []
