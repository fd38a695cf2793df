"""What the benchmark of the gateway stands on: a filled database, and processes to measure and to ask."""

import asyncio
import contextlib
import json
import os
import re
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from wellspring_cli.ports import choose
from wellspring_cli.testing import Database, SharedServers

EPISODE = 1
EPISODES = 4000
SERVERS = ("pixel", "fsl", "10gbps")
QUALITIES = (480, 720, 1080)
FILES = 4096
"""Open files that the processes may have: streams are many."""
SELECT = "select id, title_id, season, number, name from catalog.episodes where id = $1"
PATIENCE_S = 60.0

FILL = (
    "set session_replication_role = replica",
    f"""
    insert into catalog.titles (id, kind, title, slug) overriding system value
    select n, 'series', 'show ' || n, 'show-' || n from generate_series(1, {EPISODES // 20}) as n
    """,
    f"""
    insert into catalog.episodes (id, title_id, number) overriding system value
    select n, (n - 1) / 20 + 1, (n - 1) % 20 + 1 from generate_series(1, {EPISODES}) as n
    """,
    f"""
    insert into catalog.sources (episode_id, quality, url, definition)
    select n, quality, 'https://source.example/' || n || '/' || quality, 'vcloud'
    from generate_series(1, {EPISODES}) as n, unnest(array{list(QUALITIES)}) as quality
    """,
    f"""
    insert into links.links (source_id, episode_id, quality, server, label, kind, container, url, verified,
        scraped_at, expires_at, expiry_basis, refresh_class, job_id)
    select id, episode_id, quality, server, server, 'stream', 'mp4',
        'https://files.example/' || server || '/' || id || '?token=0123456789abcdef0123456789abcdef',
        true, now(), now() + interval '6 hours', 'parameter', 'safe', gen_random_uuid()
    from catalog.sources, unnest(array{list(SERVERS)}) as server
    """,
    """
    insert into health.link_health (link_id, episode_id, generation, state, last_checked_at, last_ok_at,
        next_check_at)
    select id, episode_id, 1, 'alive', now(), now(), now() + interval '1 hour' from links.links
    """,
    "set session_replication_role = origin",
    "analyze",
)


def percentile(times: Sequence[float], share: float) -> float:
    """Return the time that this share of all is below."""
    return sorted(times)[min(int(len(times) * share), len(times) - 1)]


class Process:
    """A process that is measured: its memory, by its own share of what it holds."""

    def __init__(self, pid: int, port: int) -> None:
        self.pid, self.port = pid, port

    def pss_mb(self) -> float:
        """Return its proportional set size."""
        text = Path(f"/proc/{self.pid}/smaps_rollup").read_text()
        return int(re.findall(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)[0]) / 1024


@asynccontextmanager
async def gateway(
    servers: SharedServers, database: Database, prefix: str, **environ: str
) -> AsyncGenerator[Process]:
    """Run a gateway with the baselines' routes, from when it is ready until the block ends."""
    port = choose()
    values = {
        "WELLSPRING_DATABASE_URL": database.url_for("gateway"),
        "WELLSPRING_NATS_URL": servers.nats.url(),
        "WELLSPRING_NATS_MONITOR_URL": servers.nats.monitor_url,
        "WELLSPRING_NATS_PREFIX": prefix,
        "WELLSPRING_GATEWAY_PORT": str(port),
        "WELLSPRING_OPS_PORT": str(choose()),
        "WELLSPRING_LOG_LEVEL": "error",
        **environ,
    }
    plain = {name: value for name, value in os.environ.items() if not name.startswith("WELLSPRING_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench._gateway_server", env=plain | values
    )
    try:
        await _ready(f"http://127.0.0.1:{port}/readyz", process)
        yield Process(process.pid, port)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def _ready(url: str, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(PATIENCE_S), aiohttp.ClientSession() as session:
        while True:
            if process.returncode is not None:
                raise SystemExit("the gateway of the benchmark did not start")
            with contextlib.suppress(aiohttp.ClientError):
                async with session.get(url) as response:
                    if response.status == 200:
                        return
            await asyncio.sleep(0.1)


class Client:
    """The process that asks."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def do(self, what: str, **order: Any) -> dict[str, float]:
        """Have something done, and return what it measured."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": what, **order}).encode() + b"\n")
        async with asyncio.timeout(PATIENCE_S):
            line = await self._process.stdout.readline()
        if not line:
            raise SystemExit(f"the client of the benchmark ended while it should {what}")
        found: dict[str, float] = json.loads(line)
        return found


@asynccontextmanager
async def client() -> AsyncGenerator[Client]:
    """Run a client until the block ends."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench._gateway_load", stdin=pipe, stdout=pipe
    )
    try:
        yield Client(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()
