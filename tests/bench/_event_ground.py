"""What the benchmarks of events stand on: an embedded stack, opened as a service opens it."""

import asyncio
import contextlib
import json
import os
import statistics
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Any

import asyncpg
import nats
from pydantic import SecretStr

from wellspring_cli.stack import Stack
from wellspring_common.bus.nats.bus import NatsBus, open_bus
from wellspring_common.events.links import LinksUpdated
from wellspring_common.ids import uuid7
from wellspring_common.postgres import Database, open_database
from wellspring_common.settings import NatsSettings, PostgresSettings

PATIENCE_S = 120.0
LONGEST_LINE = 16 * 1024**2


@dataclass(frozen=True)
class Place:
    """Where a service finds its servers. Travels to other processes as JSON."""

    service: str
    database_url: str
    nats_url: str
    monitor_url: str | None

    @classmethod
    def of(cls, stack: Stack, service: str) -> "Place":
        """Return the place of one service, with its own logins. The scraper has no database."""
        database = "" if service == "scraper" else stack.database_url(service)
        return cls(service, database, stack.nats_url(service), stack.servers.nats_monitor_url)

    @classmethod
    def of_nobody(cls, stack: Stack) -> "Place":
        """Return the place of a program that is no service of ours."""
        return cls("plain", stack.servers.admin_database_url, stack.nats_url(), None)

    @asynccontextmanager
    async def bus(self) -> AsyncGenerator[NatsBus]:
        """Connect to the broker as the service does."""
        settings = NatsSettings(nats_url=SecretStr(self.nats_url), nats_monitor_url=self.monitor_url)
        async with open_bus(settings, service=self.service) as bus:
            yield bus

    @asynccontextmanager
    async def database(self, pool_size: int = 8) -> AsyncGenerator[Database]:
        """Connect to the database as the service does."""
        settings = PostgresSettings(database_url=SecretStr(self.database_url), database_pool_size=pool_size)
        async with open_database(settings, service=self.service) as database:
            yield database


@asynccontextmanager
async def administrator(stack: Stack) -> AsyncGenerator["asyncpg.Connection[asyncpg.Record]"]:
    """Connect as the superuser, to arrange and to count."""
    connection = await asyncpg.connect(stack.servers.admin_database_url)
    try:
        yield connection
    finally:
        await connection.close()


async def forget_events(stack: Stack) -> None:
    """Empty the stream of events, so that what was published before is no part of a measurement."""
    async with await nats.connect(stack.nats_url()) as client:
        await client.jetstream().purge_stream("WS_EVENTS")


def links_updated(number: int) -> LinksUpdated:
    """Return the event that all of this sends about: of one episode each, so that it can be told apart."""
    return LinksUpdated(episode_id=number, job_id=uuid7(), state="done", changed=())


@asynccontextmanager
async def part(role: str, place: Place, **more: Any) -> AsyncGenerator[asyncio.subprocess.Process]:
    """Run one role in a process of its own, from when it is ready until the block ends."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.bench._event_parts",
        role,
        json.dumps(asdict(place) | {"more": more}),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=LONGEST_LINE,
    )
    try:
        await said(process, "ready")
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def said(process: asyncio.subprocess.Process, word: str) -> Any:
    """Return what a part says under a word, and pass over everything else."""
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE_S):
        while line := await process.stdout.readline():
            if line.startswith(b"@" + word.encode()):
                return json.loads(line.partition(b" ")[2])
    raise SystemExit(f"a part ended before it said {word!r}")


async def until(ask: Callable[[], Awaitable[bool]], every_s: float = 0.02) -> float:
    """Wait until something holds and return when that was."""
    end = time.perf_counter() + PATIENCE_S
    while not await ask():
        if time.perf_counter() > end:
            raise SystemExit("a benchmark waited in vain")
        await asyncio.sleep(every_s)
    return time.perf_counter()


def percentiles(values: Sequence[float]) -> tuple[float, float]:
    """Return the median and the 99th percentile in milliseconds, of seconds."""
    found = statistics.quantiles(values, n=100)
    return found[49] * 1000, found[98] * 1000


def plain_environ() -> Mapping[str, str]:
    """Return the environment without anything that is meant for another installation."""
    return {name: value for name, value in os.environ.items() if not name.startswith("WELLSPRING_")}
