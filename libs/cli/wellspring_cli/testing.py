"""Embedded servers for tests: started once in a thread of their own, shared by every test of a run."""

import asyncio
import shutil
import tempfile
import uuid
from collections.abc import Coroutine, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar

import asyncpg
import nats

from wellspring_common.clock import SystemClock
from wellspring_common.urls import with_login

from .console import Failure
from .embedded.nats import Nats
from .embedded.postgres import Postgres
from .keys import Keys
from .logins import ensure_logins, login_name
from .migrations import migrate
from .places import DataDir
from .process import State
from .servers import Ground, embedded_nats, embedded_postgres, login_passwords
from .supervisor import Supervisor

OWN_USERS_PREFIX = "ws"
"""The subject prefix that the per-service NATS users of a test server are limited to."""

_TEMPLATE = "wellspring_template"
# Every test has streams of its own, and a server refuses to promise more bytes than this in all.
_STORE_BYTES = 1024**4
_PATIENCE_S = 60.0

T = TypeVar("T")


@dataclass(frozen=True)
class Database:
    """A database of one test, migrated, with the logins of every service."""

    name: str
    admin_url: str
    passwords: dict[str, str]

    def url_for(self, service: str) -> str:
        """Return the URL with a service's own login (gateway, refresher, health, uploader, admin)."""
        return with_login(self.admin_url, login_name(service), self.passwords[service])


class SharedServers:
    """Postgres and NATS of one test run. Each starts when it is first asked for."""

    def __init__(self, root: Path, *, in_memory: bool = False) -> None:
        data = DataDir(root)
        data.prepare(demo=False)
        self._ground = Ground(data, Keys(data.secrets), {}, {}, OWN_USERS_PREFIX)
        self._loop = asyncio.new_event_loop()
        # The children die with this thread, and so with the test run, however it ends.
        self._thread = Thread(target=self._loop.run_forever, name="embedded servers", daemon=True)
        self._thread.start()
        self._supervisor = Supervisor(
            logs=data.logs, clock=SystemClock(), tell=_quiet, show=None, on_change=lambda: None
        )
        # Copied files take half the time of pages that go through the log, unless a disk has to sync each.
        self._strategy = "file_copy" if in_memory else "wal_log"
        self._postgres: Postgres | None = None
        self._clerk: asyncpg.Connection[asyncpg.Record] | None = None
        self._nats: Nats | None = None

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine to its end in the servers' own event loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    @property
    def postgres(self) -> Postgres:
        """Return the running Postgres, with its migrated template."""
        if self._postgres is None:
            self._postgres = self.run(self._start_postgres())
        return self._postgres

    @property
    def nats(self) -> Nats:
        """Return the running NATS server."""
        if self._nats is None:
            self._nats = self.run(self._start_nats())
        return self._nats

    def kill(self, name: str) -> None:
        """Kill `postgres` or `nats` as a crash would: it is started again at once."""
        self._loop.call_soon_threadsafe(self._supervisor.processes[name].kill)

    @contextmanager
    def database(self) -> Generator[Database]:
        """Yield a database of one test and drop it after."""
        name = f"t_{uuid.uuid4().hex[:12]}"
        made = f'CREATE DATABASE "{name}" TEMPLATE {_TEMPLATE} STRATEGY {self._strategy}'
        self.run(self._statement(self.postgres, made))
        try:
            yield Database(name, self.postgres.url(name), login_passwords(self._ground.keys))
        finally:
            self.run(self._statement(self.postgres, f'DROP DATABASE "{name}" WITH (FORCE)'))

    def drop_streams(self, prefix: str) -> None:
        """Delete the streams and buckets of a prefix, so that their room is free again."""
        self.run(_drop_streams(self.nats.url(), prefix))

    def close(self) -> None:
        """Stop the servers and the thread."""
        if self._clerk is not None:
            self.run(self._clerk.close(timeout=5))
        self.run(self._supervisor.stop("nats", "postgres"))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _statement(self, postgres: Postgres, statement: str) -> None:
        """Execute it over a connection that stays, and over a new one after Postgres was killed."""
        if self._clerk is None or self._clerk.is_closed():
            self._clerk = await asyncpg.connect(postgres.url("postgres"), timeout=20)
        await self._clerk.execute(statement)

    async def _start_postgres(self) -> Postgres:
        postgres = embedded_postgres(self._ground)
        if postgres is None:
            raise Failure("Tests bring their own Postgres.")
        await postgres.prepare()
        self._supervisor.start(postgres.program)
        await self._require("postgres")
        await postgres.ensure_database(_TEMPLATE)
        await migrate(postgres.url(_TEMPLATE))
        await ensure_logins(postgres.url(_TEMPLATE), login_passwords(self._ground.keys))
        return postgres

    async def _start_nats(self) -> Nats:
        server = embedded_nats(self._ground)
        if server is None:
            raise Failure("Tests bring their own NATS.")
        server = replace(server, max_store_bytes=_STORE_BYTES)
        self._supervisor.start(server.program)
        await self._require("nats")
        return server

    async def _require(self, name: str) -> None:
        if await self._supervisor.wait_ready(name, patience_s=_PATIENCE_S):
            log = self._ground.data.logs / f"{name}.log"
            raise Failure(f"{name} did not start: {log.read_text(encoding='utf-8')[-2000:]}")


@contextmanager
def shared_servers(within: Path | None = None) -> Generator[SharedServers]:
    """Yield the servers of a test run and remove their folder after. It is made `within` one in memory.

    Not in pytest's own folder: as root the servers run as another account, which must reach it.
    """
    root = Path(tempfile.mkdtemp(prefix="wellspring-tests-", dir=within))
    root.chmod(0o711)
    servers = SharedServers(root, in_memory=within is not None)
    try:
        yield servers
    finally:
        servers.close()
        shutil.rmtree(root, ignore_errors=True)


async def _drop_streams(url: str, prefix: str) -> None:
    connection = await nats.connect(url, connect_timeout=5)
    try:
        streams = connection.jetstream()
        mine = (f"{prefix.upper()}_", f"KV_{prefix.upper()}_", f"OBJ_{prefix.upper()}_")
        for stream in await streams.streams_info():
            name = stream.config.name or ""
            if name.startswith(mine):
                with suppress(nats.js.errors.NotFoundError):
                    await streams.delete_stream(name)
    finally:
        await connection.close()


def _quiet(name: str, state: State, news: str) -> None:
    """Keep quiet: pytest has the terminal."""
