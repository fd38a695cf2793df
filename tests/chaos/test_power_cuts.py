"""The power is cut under NATS and under Postgres: what was acknowledged is there when it comes back."""

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import asyncpg
import nats
import nats.js.errors
import pytest
from nats.js.api import AckPolicy, ConsumerConfig

from tests.chaos.claim import Claim
from tests.support.loop_disk import WHY_NOT, LoopDisk, loop_disk
from wellspring_cli.embedded.nats import Nats
from wellspring_cli.keys import Keys
from wellspring_cli.places import DataDir
from wellspring_cli.process import Process
from wellspring_cli.servers import Ground, embedded_nats, embedded_postgres
from wellspring_cli.supervisor import Supervisor
from wellspring_common.bus.nats import topology
from wellspring_common.clock import SystemClock
from wellspring_common.events.specs import stream_name
from wellspring_common.events.topology import EVENTS
from wellspring_scraper.adapters import processes

pytestmark = [pytest.mark.chaos, pytest.mark.long]

PREFIX = "ws"
PATIENCE_S = 30.0

Tell = Callable[[object], None]


class Lazy(Nats):
    """A broker as it comes: it writes back every two minutes."""

    def configuration(self) -> str:
        return super().configuration().replace('"sync_interval": "always"', '"sync_interval": "2m"')


@dataclass
class Machine:
    """A disk, and one server on it at a time."""

    disk: LoopDisk
    ground: Ground
    supervisor: Supervisor

    async def ready(self, name: str) -> None:
        assert await self.supervisor.wait_ready(name, patience_s=PATIENCE_S) == []

    async def cut(self, name: str) -> None:
        """Stop a server and all that it started in the middle of a word, and lose what was not synced."""
        process = self.supervisor.processes[name]
        pid = process.pid
        assert pid is not None
        everybody = [pid, *processes.tree(pid)]
        _signal(everybody, signal.SIGSTOP)
        await asyncio.to_thread(self.disk.keep)
        process.abandon()
        _signal(everybody, signal.SIGKILL)
        await _stopped(process)
        process.logbook.close()
        await asyncio.to_thread(self.disk.come_back)


def _signal(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


async def _stopped(process: Process) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while process.pid is not None:
            await asyncio.sleep(0.05)


@pytest.fixture
def disk() -> Generator[LoopDisk]:
    """Lend a disk whose power can be cut."""
    folder = Path(tempfile.mkdtemp(prefix="wellspring-disk-"))
    folder.chmod(0o711)
    with loop_disk(folder, megabytes=900) as found:
        if found is None:
            pytest.skip(WHY_NOT)
        yield found
    shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def machine(disk: LoopDisk) -> AsyncGenerator[Machine]:
    """Run servers on a disk."""
    data = DataDir(disk.mount)
    data.prepare(demo=False)
    logs = Path(tempfile.mkdtemp(prefix="wellspring-disk-logs-"))
    supervisor = Supervisor(
        logs=logs, clock=SystemClock(), tell=lambda *_: None, show=None, on_change=lambda: None
    )
    try:
        yield Machine(disk, Ground(data, Keys(data.secrets), {}, {}, PREFIX), supervisor)
    finally:
        await supervisor.stop(*supervisor.processes)
        shutil.rmtree(logs, ignore_errors=True)


async def stored_numbers(url: str) -> set[int]:
    """Return what the stream holds, nothing when it is gone."""
    client = await nats.connect(url)
    try:
        context = client.jetstream()
        messages = (await context.stream_info(stream_name(PREFIX, EVENTS.name))).state.messages
        every = ConsumerConfig(ack_policy=AckPolicy.NONE)
        pull = await context.pull_subscribe("", stream=stream_name(PREFIX, EVENTS.name), config=every)
        found: set[int] = set()
        while len(found) < messages:
            found |= {int(each.data) for each in await pull.fetch(500, timeout=5)}
    except nats.js.errors.NotFoundError:
        found = set()
    finally:
        await client.close()
    return found


async def published(url: str, seconds: float) -> set[int]:
    """Publish numbers for a while and return those that were acknowledged."""
    acknowledged: set[int] = set()
    client = await nats.connect(url)
    try:
        context, end = client.jetstream(timeout=2), asyncio.get_running_loop().time() + seconds
        number = 0
        while asyncio.get_running_loop().time() < end:
            number += 1
            await context.publish(f"{PREFIX}.links.updated", str(number).encode().ljust(400))
            acknowledged.add(number)
            await asyncio.sleep(0.002)
    finally:
        await client.close()
    return acknowledged


def claim(committed: set[int], kept: set[int]) -> Claim:
    return Claim(len(committed), len(committed & kept), len(committed - kept), 0, 1, 0)


@pytest.mark.parametrize("age", ["young", "old"])
@pytest.mark.parametrize(
    ("kind", "loses"),
    [
        pytest.param(Nats, False, id="always"),
        pytest.param(Lazy, True, id="2m", marks=pytest.mark.control),
    ],
)
async def test_what_the_broker_took_survives_a_power_cut(
    disk: LoopDisk, tell: Tell, age: str, kind: type[Nats], *, loses: bool
) -> None:
    async with machine(disk) as here:
        found = embedded_nats(here.ground)
        assert found is not None
        server = kind(**vars(found))
        here.supervisor.start(server.program)
        await here.ready("nats")
        await asyncio.to_thread(disk.write_back)
        await topology.ensure(server.url(), prefix=PREFIX)
        if age == "old":
            await asyncio.to_thread(disk.write_back)
        acknowledged = await published(server.url(), 5)
        await here.cut("nats")
        here.supervisor.start(server.program)
        await here.ready("nats")
        result = claim(acknowledged, await stored_numbers(server.url()))
        tell(result)
        if not loses:
            assert await topology.ensure(server.url(), prefix=PREFIX) == [], "streams and consumers are there"
    assert result.committed > 200
    assert (result.lost > 0) is loses


async def inserted(url: str, seconds: float) -> set[int]:
    """Commit numbers for a while and return those whose commit was confirmed."""
    connection = await asyncpg.connect(url)
    confirmed: set[int] = set()
    end = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < end:
        number = await connection.fetchval("insert into promises default values returning id")
        confirmed.add(int(number))
        await asyncio.sleep(0.0005)
    connection.terminate()
    return confirmed


@pytest.mark.parametrize(
    ("commit", "loses"), [("on", False), pytest.param("off", True, marks=pytest.mark.control)]
)
async def test_what_postgres_committed_survives_a_power_cut(
    disk: LoopDisk, tell: Tell, commit: str, *, loses: bool
) -> None:
    async with machine(disk) as here:
        server = embedded_postgres(here.ground)
        assert server is not None
        await server.prepare()
        program = server.program
        program = replace(program, argv=(*program.argv, "-c", f"synchronous_commit={commit}"))
        here.supervisor.start(program)
        await here.ready("postgres")
        url = server.url("postgres")
        connection = await asyncpg.connect(url)
        await connection.execute("create table promises (id bigint generated always as identity)")
        await connection.close()
        await asyncio.to_thread(disk.write_back)
        confirmed = await inserted(url, 4)
        await here.cut("postgres")
        here.supervisor.start(program)
        await here.ready("postgres")
        connection = await asyncpg.connect(url)
        kept = {int(row["id"]) for row in await connection.fetch("select id from promises")}
        await connection.close()
    result = claim(confirmed, kept)
    tell(result)
    assert result.committed > 200
    assert (result.lost > 0) is loses
