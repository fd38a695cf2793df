"""Servers for a verb that needs one: the running stack's, the operator's, or an embedded one for a moment."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TypeVar

from wellspring_common.clock import SystemClock

from .console import Failure
from .given import with_given_servers
from .keys import Keys
from .lock import hold, holder_of
from .places import DataDir
from .process import State
from .servers import Ground, embedded_nats, embedded_postgres, require_nats, require_postgres
from .stack import DEFAULT_PREFIX
from .state import read_state
from .supervisor import Supervisor

Server = TypeVar("Server")


@asynccontextmanager
async def borrowed_database(data: DataDir, *, demo: bool, start: bool = True) -> AsyncGenerator[str]:
    """Yield an administrator's database URL. Raises `Failure` when there is no server and `start` is off."""
    given = with_given_servers(os.environ).get("WELLSPRING_DATABASE_URL")
    if given:
        yield given
        return
    data.prepare(demo=demo)
    ground = _ground(data)
    if holder_of(data.run / "lock"):
        yield _required(embedded_postgres(ground, keep_ports=True)).url()
        return
    if not start:
        raise Failure(f"No database runs in {data.root}.", "Start it first with: ./wellspring up")
    with hold(data.run / "lock", now=SystemClock().now(), purpose="maintenance of the database"):
        supervisor = _supervisor(data)
        try:
            yield _required(await require_postgres(ground, supervisor)).url()
        finally:
            await supervisor.stop("postgres")


@asynccontextmanager
async def borrowed_broker(data: DataDir, *, demo: bool) -> AsyncGenerator[tuple[str, str]]:
    """Yield an administrator's broker URL and the subject prefix."""
    ground = _ground(data)
    given = with_given_servers(os.environ).get("WELLSPRING_NATS_URL")
    if given:
        yield given, ground.prefix
        return
    data.prepare(demo=demo)
    if holder_of(data.run / "lock"):
        yield _required(embedded_nats(ground, keep_ports=True)).url(), ground.prefix
        return
    with hold(data.run / "lock", now=SystemClock().now(), purpose="maintenance of the broker"):
        supervisor = _supervisor(data)
        try:
            yield _required(await require_nats(ground, supervisor)).url(), ground.prefix
        finally:
            await supervisor.stop("nats")


def known_keys(data: DataDir) -> Keys:
    """Return the secrets of an installation."""
    return Keys(data.secrets)


def _ground(data: DataDir) -> Ground:
    ports = read_state(data.run / "state.json").ports
    prefix = os.environ.get("WELLSPRING_NATS_PREFIX") or DEFAULT_PREFIX
    return Ground(data, known_keys(data), ports, os.environ, prefix)


def _supervisor(data: DataDir) -> Supervisor:
    def quiet(name: str, state: State, news: str) -> None:
        """Keep quiet: the verb speaks for itself."""

    return Supervisor(logs=data.logs, clock=SystemClock(), tell=quiet, show=None, on_change=lambda: None)


def _required(found: Server | None) -> Server:
    if found is None:
        raise Failure("There is no embedded server here.", "Start it first with: ./wellspring up")
    return found
