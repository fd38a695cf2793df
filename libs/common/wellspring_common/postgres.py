"""Postgres: one pool a process, its errors turned into ours."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, TypeAlias

import asyncpg
import structlog
from asyncpg.pool import PoolConnectionProxy
from asyncpg.transaction import Transaction

from . import metrics
from .errors import DependencyDown, Transient, reason_of
from .settings import PostgresSettings

ACQUIRE_TIMEOUT_S = 3.0
COMMAND_TIMEOUT_S = 10.0
RELEASE_TIMEOUT_S = 3.0
RECONNECT_S = 1.0
REMIND_S = 60.0

log = structlog.get_logger(__name__)

if TYPE_CHECKING:
    _Plain = asyncpg.Connection[asyncpg.Record]
else:
    _Plain = asyncpg.Connection


class _Session(_Plain):
    """A connection that is given back without a question to the server.

    asyncpg would undo what a session may have changed, with a round trip for each loan: a third of an event
    handler's time. Nothing here changes a session: locks and settings end with their transaction, a listener
    says itself when it goes, and a transaction left open is still rolled back.
    """

    def get_reset_query(self) -> str:
        """Return nothing to undo."""
        return ""


Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"

_AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InsufficientResourcesError,  # no connection, memory or disk left
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # what a query says whose connection dies under it
    OSError,
    TimeoutError,
)
# Of a client that is gone without a word the kernel hears after two hours, and its locks last as long.
_NOTICES_LOST_CLIENTS = {
    "idle_in_transaction_session_timeout": "15s",
    "client_connection_check_interval": "5s",
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "3",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "14s",
}
# What a server says before `deploy` has made the database and this service's login.
_NOT_MADE_YET = (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError)
_BUSY = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError)


def touched(status: str) -> int:
    """Return how many rows a statement touched, from the status that `execute` returns: `DELETE 3`."""
    return int(status.rpartition(" ")[2])


@contextlib.contextmanager
def our_errors() -> Generator[None]:
    """Turn the library's errors inside the block into `DependencyDown` and `Transient`."""
    try:
        yield
    except _BUSY as error:
        raise Transient(f"Postgres asked to try again: {error}", code="database_busy") from error
    except _AWAY as error:
        raise DependencyDown(f"Postgres does not answer: {reason_of(error)}") from error


class Database:
    """A pool of connections."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", *, service: str) -> None:
        self._pool = pool
        self._waits = metrics.DB_POOL_ACQUIRE.labels(service)
        self._timeouts = metrics.DB_POOL_TIMEOUTS.labels(service)
        metrics.DB_POOL_MAX.labels(service).set(pool.get_max_size())
        metrics.DB_POOL.labels(service, "idle").set_function(pool.get_idle_size)
        metrics.DB_POOL.labels(service, "used").set_function(lambda: pool.get_size() - pool.get_idle_size())

    def connection(self) -> AbstractAsyncContextManager[Connection]:
        """Lend a connection. Raises `DependencyDown` when none is to be had."""
        return self._lent()

    @asynccontextmanager
    async def _lent(self) -> AsyncGenerator[Connection]:
        with our_errors():
            connection = await self._acquire()
            try:
                yield connection
            except TimeoutError:
                await self._doubt(connection)
                raise
            finally:
                # It is given back or, where nobody answers, ended: what was done with it counts.
                with contextlib.suppress(*_AWAY, asyncpg.PostgresError):
                    await self._pool.release(connection, timeout=RELEASE_TIMEOUT_S)

    def transaction(self) -> AbstractAsyncContextManager[Connection]:
        """Lend a connection inside a transaction that commits when the block ends well."""
        return self._transacting()

    @asynccontextmanager
    async def _transacting(self) -> AsyncGenerator[Connection]:
        async with self._lent() as connection:
            transaction = connection.transaction()
            await transaction.start()
            try:
                yield connection
            except BaseException as error:
                await self._roll_back(connection, transaction, error)
                raise
            await transaction.commit()

    async def _acquire(self) -> "PoolConnectionProxy[asyncpg.Record]":
        began = time.perf_counter()
        try:
            connection = await self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S)
        except TimeoutError:
            self._timeouts.inc()
            raise
        self._waits.observe(time.perf_counter() - began)
        return connection

    async def _roll_back(
        self, connection: Connection, transaction: Transaction, error: BaseException
    ) -> None:
        """End a transaction that failed, without waiting for a server that did not answer before."""
        if isinstance(error, TimeoutError) or connection.is_closed():
            return  # the server rolls back what nobody commits
        try:
            async with asyncio.timeout(RELEASE_TIMEOUT_S):
                await transaction.rollback()
        except (*_AWAY, asyncpg.PostgresError):
            connection.terminate()

    async def _doubt(self, connection: Connection) -> None:
        """End a connection on which somebody waited in vain, and use none of the others again untried.

        A half-open one never answers again, a rollback neither, and the rest of the pool went the same way.
        """
        connection.terminate()
        await self._pool.expire_connections()

    async def ping(self) -> None:
        """Raise `DependencyDown` unless Postgres answers."""
        async with self.connection() as connection:
            await connection.fetchval("select 1")


async def _prepare(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    await connection.set_type_codec("jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")


@asynccontextmanager
async def open_database(
    settings: PostgresSettings, *, service: str, kind: type[Database] = Database
) -> AsyncGenerator[Database]:
    """Open the pool, waiting for Postgres and for the schema of this release as long as it takes."""
    pool = await _connect(settings, service)
    try:
        await _wait_for_schema(pool)
        yield kind(pool, service=service)
    finally:
        try:
            async with asyncio.timeout(3):
                await pool.close()
        except (TimeoutError, asyncio.CancelledError):
            pool.terminate()


async def _connect(settings: PostgresSettings, service: str) -> "asyncpg.Pool[asyncpg.Record]":
    remind = _Reminder()
    while True:
        try:
            return await asyncpg.create_pool(
                settings.database_login,
                min_size=1,
                max_size=settings.database_pool_size,
                command_timeout=COMMAND_TIMEOUT_S,
                timeout=5,
                init=_prepare,
                connection_class=_Session,
                server_settings={
                    "application_name": f"wellspring-{service}",
                    "timezone": "UTC",
                    **_NOTICES_LOST_CLIENTS,
                },
            )
        except (*_AWAY, *_NOT_MADE_YET) as error:
            if remind.is_due():
                log.warning("postgres.awaited", reason=reason_of(error))
            await asyncio.sleep(RECONNECT_S)


@cache
def expected_schema() -> str:
    """Return the version of the newest migration that this release brings: its time, as 14 digits."""
    folder = files(__package__) / "migrations"
    return max(file.name.partition("_")[0] for file in folder.iterdir() if file.name.endswith(".sql"))


async def _wait_for_schema(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    """Return once the database is as new as this code. An older one would fail in the middle of work."""
    remind = _Reminder()
    while (found := await _schema(pool)) < expected_schema():
        if remind.is_due():
            log.warning("schema.awaited", found=found or "nothing", expected=expected_schema())
        await asyncio.sleep(RECONNECT_S)


async def _schema(pool: "asyncpg.Pool[asyncpg.Record]") -> str:
    """Return the version of the newest migration applied, or nothing while it cannot be seen."""
    try:
        return await pool.fetchval("select max(version) from public.schema_migrations") or ""
    except (asyncpg.UndefinedTableError, asyncpg.InsufficientPrivilegeError, *_AWAY):
        return ""


class _Reminder:
    """Says when to repeat a line about something awaited: at first, then once a minute."""

    def __init__(self) -> None:
        self._next = float("-inf")

    def is_due(self) -> bool:
        """Return whether it is time to say it again."""
        now = asyncio.get_running_loop().time()
        if now < self._next:
            return False
        self._next = now + REMIND_S
        return True
