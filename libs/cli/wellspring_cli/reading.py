"""The stack's database, for verbs that look into it or change a few rows."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import asyncpg

from .borrowed import borrowed_database
from .console import Failure
from .places import DataDir

_GONE = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # shut down, crashed, or not up yet
    asyncpg.InterfaceError,
    ConnectionError,
)


@asynccontextmanager
async def reading(data: DataDir, *, demo: bool) -> AsyncGenerator["asyncpg.Connection[asyncpg.Record]"]:
    """Connect to the database of the stack. Raises `Failure`, never starts one."""
    async with borrowed_database(data, demo=demo, start=False) as url, connected(url) as connection:
        yield connection


@asynccontextmanager
async def connected(
    url: str, *, patience_s: float | None = None
) -> AsyncGenerator["asyncpg.Connection[asyncpg.Record]"]:
    """Connect to a database. Raises `Failure` in words where it is away, goes away or is of an older release.

    `patience_s` is how long one statement may take.
    """
    try:
        connection = await asyncpg.connect(url, timeout=10, command_timeout=patience_s)
    except (OSError, asyncpg.PostgresError, TimeoutError) as error:
        raise Failure(
            f"The database is out of reach: {str(error) or type(error).__name__}.",
            "Is it running? See ./wellspring status, or check WELLSPRING_DATABASE_URL.",
        ) from error
    try:
        yield connection
    except (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError) as error:
        raise Failure(
            "The database is older than this release.", "Bring it up to date: ./wellspring db migrate"
        ) from error
    except _GONE as error:
        raise Failure(
            f"The database went away in the middle: {str(error) or type(error).__name__}.",
            "What was done until then stays done. When it is back, say it again for the rest.",
        ) from error
    finally:
        await connection.close(timeout=5)
