"""The stack's database, for verbs that look into it or change a few rows."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import asyncpg

from .borrowed import borrowed_database
from .console import Failure
from .places import DataDir


@asynccontextmanager
async def reading(data: DataDir, *, demo: bool) -> AsyncGenerator["asyncpg.Connection[asyncpg.Record]"]:
    """Connect to the database of the stack. Raises `Failure`, never starts one."""
    async with borrowed_database(data, demo=demo, start=False) as url, connected(url) as connection:
        yield connection


@asynccontextmanager
async def connected(
    url: str, *, patience_s: float | None = None
) -> AsyncGenerator["asyncpg.Connection[asyncpg.Record]"]:
    """Connect to a database. Raises `Failure` in words where it is away or of an older release.

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
    finally:
        await connection.close(timeout=5)
