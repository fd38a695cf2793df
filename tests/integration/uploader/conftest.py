"""The uploader as a process of its own, as the launcher runs it."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest

from tests.integration.common.databases import administrator
from tests.integration.common.waiting import eventually
from tests.integration.uploader.publishing_rig import Rig, rigged
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common.testing.clock import FrozenClock

Starter = Callable[..., Any]


@dataclass
class Service:
    """One running service process."""

    process: asyncio.subprocess.Process
    ops_url: str
    log: Path

    async def ask(self, path: str) -> tuple[int, str]:
        """Return the status and the body that it answers, or zero while it does not listen."""
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=4)) as http,
                http.get(f"{self.ops_url}{path}") as answer,
            ):
                return answer.status, await answer.text()
        except (aiohttp.ClientError, TimeoutError):
            return 0, ""

    async def readiness(self) -> dict[str, Any]:
        """Return what `/readyz` says."""
        _, body = await self.ask("/readyz")
        answer: dict[str, Any] = json.loads(body) if body else {}
        return answer

    async def until_ready(self) -> None:
        """Wait until it can do its work."""
        await eventually(self.readiness, lambda answer: answer.get("ready") is True, within=20)

    def said(self) -> list[dict[str, Any]]:
        """Return its log."""
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]

    async def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and return the exit code. It has ten seconds."""
        self.process.send_signal(how)
        async with asyncio.timeout(10):
            return await self.process.wait()


@pytest.fixture
def uploader(database: FreshDatabase, free_port: Callable[[], int], tmp_path: Path) -> Starter:
    """Starts the uploader with its own database login, on a broker that is given."""

    @asynccontextmanager
    async def start(
        nats_url: str, prefix: str, monitor_url: str | None = None, **more: str
    ) -> AsyncGenerator[Service]:
        port, log = free_port(), tmp_path / "uploader.log"
        env = {
            "PATH": "",
            "WELLSPRING_DATABASE_URL": database.url_for("uploader"),
            "WELLSPRING_NATS_URL": nats_url,
            "WELLSPRING_NATS_PREFIX": prefix,
            "WELLSPRING_OPS_PORT": str(port),
        }
        env |= {f"WELLSPRING_{name.upper()}": value for name, value in more.items()}
        if monitor_url is not None:
            env["WELLSPRING_NATS_MONITOR_URL"] = monitor_url
        with log.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "wellspring_uploader", env=env, stdout=output, stderr=output
            )
        try:
            yield Service(process, f"http://127.0.0.1:{port}", log)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    return start


@pytest.fixture
async def admin(database: FreshDatabase) -> AsyncGenerator["asyncpg.Connection[asyncpg.Record]"]:
    async with administrator(database) as connection:
        yield connection


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
async def rig(
    database: FreshDatabase,
    admin: "asyncpg.Connection[asyncpg.Record]",
    clock: FrozenClock,
    tmp_path: Path,
) -> AsyncGenerator[Rig]:
    async with rigged(database, admin, clock, tmp_path) as made:
        yield made
