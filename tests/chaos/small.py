"""A producer and a consumer of their own servers, killed and started again, and what they promised."""

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import nats
import nats.errors
import nats.js.errors
import pytest
from nats.js import JetStreamContext

from tests.chaos.claim import Claim
from tests.chaos.small_process import CONSUMER, SCHEMA
from tests.support.gateway import eventually
from wellspring_cli.testing import Database, SharedServers
from wellspring_common.bus.nats.topology_config import consumer_config
from wellspring_common.events.specs import stream_name

ROOT = Path(__file__).parent.parent.parent
LEAST = 20
"""With fewer numbers a claim says little."""
_TABLES = """
create table public.promises (id bigint generated always as identity primary key);
create table public.effects (id bigint not null);
create table public.sickness (since timestamptz not null default now());
insert into public.sickness default values;
grant all on public.promises, public.effects, public.sickness to public;
"""
# How a small service works, and what its ledger has to see then: controls stand beside what holds.
WELL = pytest.param("well", set(), id="done well")
DUAL = pytest.param("dual", {"lost"}, id="commit, then publish", marks=pytest.mark.control)
HASTY = pytest.param("hasty", {"lost"}, id="acknowledge first", marks=pytest.mark.control)
FORGETFUL = pytest.param("forgetful", {"twice"}, id="no inbox", marks=pytest.mark.control)


@dataclass
class Small:
    """Two processes around one part each. `told` is what the producer said after its commits."""

    servers: SharedServers
    database: Database
    prefix: str
    how: str
    kills: int = 0
    told: set[int] = field(default_factory=set)
    processes: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)
    _keepers: set["asyncio.Task[None]"] = field(default_factory=set)

    async def start(self, role: str, name: str = "", **urls: str) -> None:
        """Start a process and keep it running, by a name of its own if its role has one already."""
        env = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "WELLSPRING_DATABASE_URL": self.database.admin_url,
            "WELLSPRING_NATS_URL": self.servers.nats.url(),
            "WELLSPRING_NATS_PREFIX": self.prefix,
            **urls,
        }
        argv = (sys.executable, "-m", "tests.chaos.small_process", role, self.how)
        process = self.processes[name or role] = await _spawned(argv, env)
        keeper = asyncio.create_task(self._keep(name or role, process, argv, env))
        self._keepers.add(keeper)
        keeper.add_done_callback(self._keepers.discard)

    async def _keep(
        self, name: str, process: asyncio.subprocess.Process, argv: tuple[str, ...], env: dict[str, str]
    ) -> None:
        """Listen to a process, and start it again where it ends unasked, as every supervisor does."""
        while True:
            await self._listen(process)
            await process.wait()
            if self.processes.get(name) is not process:
                return
            successor = await _spawned(argv, env)
            if self.processes.get(name) is not process:
                successor.kill()
                await successor.wait()
                return
            process = self.processes[name] = successor

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            if line.endswith(b"\n") and line.strip().isdigit():
                self.told.add(int(line))

    async def kill(self, role: str) -> None:
        """Kill a process and start it again: a producer as soon as it has said that it committed."""
        if role == "produce":
            said = len(self.told)
            while len(self.told) == said:
                await asyncio.sleep(0)
        await self.end(role)
        self.kills += 1
        await self.start(role)

    async def leave(self, role: str) -> None:
        """Ask a process to end. It is started again."""
        process = self.processes[role]
        process.terminate()
        await process.wait()

    def pause(self, role: str) -> None:
        """Let a process stand still."""
        self.processes[role].send_signal(signal.SIGSTOP)

    def go_on(self, role: str) -> None:
        """Let it go on."""
        self.processes[role].send_signal(signal.SIGCONT)

    async def effects(self) -> Counter[int]:
        """Return how often each number has had its effect."""
        return Counter(row["id"] for row in await self.rows("select id from public.effects"))

    async def rows(self, sql: str) -> list[asyncpg.Record]:
        """Return rows of the database."""
        connection = await asyncpg.connect(self.database.admin_url)
        try:
            return list(await connection.fetch(sql))
        finally:
            await connection.close()

    async def grows(self, by: int = 20) -> float:
        """Wait until more has had its effect, and return how long that took."""
        loop, before = asyncio.get_running_loop(), len(await self.effects())
        began = loop.time()
        await eventually(self.effects, lambda seen: len(seen) >= before + by, patience_s=60)
        return loop.time() - began

    async def waiting(self) -> tuple[int, int]:
        """Return what waits in the outbox, and what the consumer has not finished."""
        rows = await self.rows(f"select count(*) as left from {SCHEMA}.outbox where state <> 'published'")
        async with administrator(self.servers) as context:
            info = await context.consumer_info(self.stream, CONSUMER.name)
        return int(rows[0]["left"]), (info.num_pending or 0) + (info.num_ack_pending or 0)

    async def claim(self) -> Claim:
        """Stop producing, wait until nothing is under way, and return what became of it all."""
        await self.end("produce")
        await self.start("relay")
        await eventually(self.waiting, lambda left: left == (0, 0), patience_s=60)
        return await self.told_so_far()

    async def end(self, *roles: str) -> None:
        """End processes for good."""
        for role in roles or tuple(self.processes):
            process = self.processes.pop(role)
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGKILL)
            await process.wait()

    async def judged(self, tell: Callable[[object], None], wrong: set[str]) -> Claim:
        """Tell what became of it all, and fail unless exactly that is wrong which has to be."""
        claim = await self.claim()
        tell(claim)
        assert {name for name in ("lost", "twice") if getattr(claim, name)} == wrong, claim
        assert claim.committed > LEAST
        return claim

    async def told_so_far(self) -> Claim:
        """Return what became of what was told, where all of that was published."""
        committed = self.told | {row["id"] for row in await self.rows("select id from public.promises")}
        effects = await self.effects()
        async with administrator(self.servers) as context:
            info = await context.consumer_info(self.stream, CONSUMER.name)
            messages = (await context.stream_info(self.stream)).state.messages
        delivered = info.delivered.consumer_seq if info.delivered else 0
        return Claim(
            committed=len(committed),
            effects=len(committed & effects.keys()),
            lost=len(committed - effects.keys()),
            twice=sum(times - 1 for times in effects.values()),
            kills=self.kills,
            redelivered=max(delivered - (messages - (info.num_pending or 0)), 0),
        )

    @property
    def stream(self) -> str:
        return stream_name(self.prefix, CONSUMER.stream)


async def _spawned(argv: tuple[str, ...], env: dict[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *argv, env=env, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )


@asynccontextmanager
async def small_stack(
    servers: SharedServers, database: Database, prefix: str, how: str = "well"
) -> AsyncGenerator[Small]:
    """Run a producer and a consumer with tables and a consumer of their own."""
    stack = Small(servers, database, prefix, how)
    connection = await asyncpg.connect(database.admin_url)
    try:
        await connection.execute(_TABLES)
    finally:
        await connection.close()
    async with administrator(servers) as context:
        await context.add_consumer(stack.stream, consumer_config(CONSUMER, prefix))
    try:
        await stack.start("produce")
        await stack.start("consume")
        yield stack
    finally:
        await stack.end()


async def _unheard(error: Exception) -> None:
    """Say nothing: a broker that was killed is away for a moment."""


@asynccontextmanager
async def administrator(servers: SharedServers) -> AsyncGenerator[JetStreamContext]:
    """Lend an administrator's view of the broker. Raises `ConnectionError` where it is not up yet."""
    client = await nats.connect(servers.nats.url(), reconnect_time_wait=1, error_cb=_unheard)
    try:
        yield client.jetstream()
    except (nats.errors.NoRespondersError, nats.js.errors.ServiceUnavailableError) as error:
        raise ConnectionError(str(error)) from error
    finally:
        await client.close()
