"""Postgres and NATS of a stack: the embedded ones or the operator's, made ready for the services."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass

from wellspring_common.urls import with_login

from .console import Failure, say, warn
from .embedded.account import choose_account
from .embedded.nats import ADMIN, Nats
from .embedded.postgres import Postgres
from .keys import Keys
from .logbook import last_lines
from .logins import ROLES, ensure_logins, login_name
from .migrations import migrate
from .nats_conf import Permissions
from .places import DataDir
from .ports import choose, choose_block
from .programs import SERVICES
from .streams import apply_topology, store_bytes
from .supervisor import Supervisor

SERVER_PATIENCE_S = 60.0
SERVER_NAMES = ("postgres", "nats")


@dataclass(frozen=True)
class Servers:
    """Where the database and the broker are, for every service."""

    admin_database_url: str
    admin_nats_url: str
    database_urls: Mapping[str, str]
    nats_urls: Mapping[str, str]
    nats_monitor_url: str | None


@dataclass(frozen=True)
class Ground:
    """What servers stand on: folder, secrets, remembered ports (updated), the operator's environment."""

    data: DataDir
    keys: Keys
    ports: dict[str, int]
    environ: Mapping[str, str]
    prefix: str

    def port(self, name: str, preferred: int | None = None, *, keep: bool = False) -> int:
        """Return the remembered port, the preferred one, or a free one, and remember it.

        With `keep` the remembered one is right although it is taken: our own server has it.
        """
        if keep and name in self.ports:
            return self.ports[name]
        taken = frozenset(port for other, port in self.ports.items() if other != name)
        self.ports[name] = choose(self.ports.get(name), preferred, avoid=taken)
        return self.ports[name]

    def port_block(self, name: str, count: int) -> int:
        """Return the first of so many ports in a row, the remembered ones when they are free."""
        taken = frozenset(port for other, port in self.ports.items() if other != name)
        self.ports[name] = choose_block(self.ports.get(name), count, avoid=taken)
        return self.ports[name]

    def given(self, name: str) -> str | None:
        """Return the URL of a server that the operator brought."""
        return self.environ.get(name) or None


async def start_servers(ground: Ground, supervisor: Supervisor) -> Servers:
    """Start what the operator did not bring, migrate, make logins and topology."""
    postgres, nats = await asyncio.gather(
        require_postgres(ground, supervisor), require_nats(ground, supervisor)
    )
    admin = ground.given("WELLSPRING_DATABASE_URL") or (postgres.url() if postgres else "")
    await apply_migrations(admin)
    database_urls = await _logins(ground, admin)
    nats_admin = ground.given("WELLSPRING_NATS_URL") or (nats.url() if nats else "")
    await apply_topology(nats_admin, ground.prefix)
    return Servers(
        admin_database_url=admin,
        admin_nats_url=nats_admin,
        database_urls=database_urls,
        nats_urls={name: nats.url(name) if nats else nats_admin for name in SERVICES},
        nats_monitor_url=nats.monitor_url if nats else ground.given("WELLSPRING_NATS_MONITOR_URL"),
    )


def embedded_postgres(ground: Ground, *, keep_ports: bool = False) -> Postgres | None:
    """Return the embedded Postgres, unless the operator brought one."""
    if ground.given("WELLSPRING_DATABASE_URL"):
        return None
    return Postgres(
        data=ground.data,
        account=choose_account(ground.data.postgres),
        port=ground.port("postgres", keep=keep_ports),
        password=ground.keys.read("postgres"),
    )


def embedded_nats(ground: Ground, *, keep_ports: bool = False) -> Nats | None:
    """Return the embedded NATS, unless the operator brought one."""
    if ground.given("WELLSPRING_NATS_URL"):
        return None
    return Nats(
        data=ground.data,
        account=choose_account(ground.data.nats),
        port=ground.port("nats", keep=keep_ports),
        monitor_port=ground.port("nats_monitor", keep=keep_ports),
        passwords={name: ground.keys.read(f"nats_{name}") for name in (*SERVICES, ADMIN)},
        permissions=_permissions(ground.prefix),
        max_store_bytes=store_bytes(),
    )


def _permissions(prefix: str) -> Mapping[str, Permissions]:
    from wellspring_common.events.permissions import nats_permissions  # noqa: PLC0415  (slow to import)

    return nats_permissions(prefix)


async def require_postgres(ground: Ground, supervisor: Supervisor) -> Postgres | None:
    """Start the embedded Postgres with its database, unless the operator brought one."""
    postgres = embedded_postgres(ground)
    if postgres is not None:
        await postgres.prepare()
        supervisor.start(postgres.program, keep_quiet=is_quiet_postgres_line)
        await _require("postgres", postgres.data, supervisor)
        await postgres.ensure_database()
    return postgres


async def require_nats(ground: Ground, supervisor: Supervisor) -> Nats | None:
    """Start the embedded NATS, unless the operator brought one."""
    nats = embedded_nats(ground)
    if nats is not None:
        supervisor.start(nats.program, keep_quiet=is_quiet_nats_line)
        await _require("nats", nats.data, supervisor)
    return nats


async def _require(name: str, data: DataDir, supervisor: Supervisor) -> None:
    if await supervisor.wait_ready(name, patience_s=SERVER_PATIENCE_S):
        said = "\n  ".join(last_lines(data.logs / f"{name}.log", 5))
        raise Failure(
            f"{name} did not become ready within {SERVER_PATIENCE_S:g} s. It said last:\n  {said}",
            f"The whole log is {data.logs / name}.log. A full disk is the usual reason.",
        )


async def apply_migrations(admin_url: str) -> None:
    """Bring the database to the latest schema, saying what was applied."""
    try:
        applied = await migrate(admin_url)
    except OSError as error:
        raise Failure(f"The database is out of reach: {error}.", "Check WELLSPRING_DATABASE_URL.") from error
    if applied:
        say(f"database migrated ({len(applied)} steps)")


async def _logins(ground: Ground, admin_url: str) -> dict[str, str]:
    passwords = login_passwords(ground.keys)
    try:
        await ensure_logins(admin_url, passwords)
    except Failure as failure:
        if not ground.given("WELLSPRING_DATABASE_URL"):
            raise
        warn(f"{failure.what} Every service uses the given login instead. {failure.todo}")
        return dict.fromkeys(ROLES, admin_url)
    return {role: with_login(admin_url, login_name(role), password) for role, password in passwords.items()}


def login_passwords(keys: Keys) -> dict[str, str]:
    """Return the password of every database login."""
    return {role: keys.read(f"postgres_{role}") for role in ROLES}


_NOISY_FATAL = re.compile(r"terminating connection|the database system is (starting|shutting)")


def is_quiet_postgres_line(line: str) -> bool:
    """Return whether a line of Postgres belongs in its file only."""
    return not re.search(r"\b(FATAL|PANIC):", line) or bool(_NOISY_FATAL.search(line))


def is_quiet_nats_line(line: str) -> bool:
    """Return whether a line of nats-server belongs in its file only."""
    return "[FTL]" not in line and "[ERR]" not in line
