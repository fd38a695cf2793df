"""A nats-server of one test: stopped, killed and started again at will, with its store kept."""

import asyncio
import json
import os
import shutil
import signal
import sysconfig
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

_PROGRAM = shutil.which("nats-server", path=sysconfig.get_path("scripts")) or "nats-server"


@dataclass
class OwnNats:
    """One server on loopback. `sync_interval`, `users` and `more` go into its configuration as they are."""

    folder: Path
    port: int
    monitor_port: int
    sync_interval: str = "always"
    users: Sequence[Mapping[str, Any]] = ()
    more: Mapping[str, Any] = field(default_factory=dict)
    _process: asyncio.subprocess.Process | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        """Return the address, without a login."""
        return f"nats://127.0.0.1:{self.port}"

    @property
    def monitor_url(self) -> str:
        """Return the address of its monitoring."""
        return f"http://127.0.0.1:{self.monitor_port}"

    async def start(self) -> None:
        """Start it and wait until JetStream is up."""
        configuration = self.folder / "nats.conf"
        configuration.write_text(json.dumps(self._configuration()), encoding="utf-8")
        with (self.folder / "nats.log").open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                _PROGRAM, "--config", str(configuration), stdout=output, stderr=output
            )
        async with asyncio.timeout(15):
            while not await self._answers():
                await asyncio.sleep(0.02)

    async def kill(self) -> None:
        """End it as a crash would."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """End it in good order."""
        await self._end(signal.SIGTERM)

    def pause(self) -> None:
        """Let it hang: connections stay open and nobody answers."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        os.waitpid(self._process.pid, os.WUNTRACED)  # a signal takes its time: wait until it stands still

    def resume(self) -> None:
        """Let it go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    async def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGCONT)
            process.send_signal(how)
            await process.wait()

    async def _answers(self) -> bool:
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=1)) as http,
                http.get(f"{self.monitor_url}/healthz?js-enabled-only=true") as answer,
            ):
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False

    def _configuration(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "listen": f"127.0.0.1:{self.port}",
            "http": f"127.0.0.1:{self.monitor_port}",
            "jetstream": {
                "store_dir": str(self.folder / "store"),
                "max_mem": 64 * 1024**2,
                "max_file": 2 * 1024**3,
                "sync_interval": self.sync_interval,
            },
        }
        if self.users:
            found["authorization"] = {"users": list(self.users)}
        return found | dict(self.more)


@asynccontextmanager
async def running(server: OwnNats) -> AsyncGenerator[OwnNats]:
    """Run a server for the length of the block."""
    await server.start()
    try:
        yield server
    finally:
        await server.kill()
