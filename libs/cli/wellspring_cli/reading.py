"""A look into the database for a verb that only tells what it finds there."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import asyncpg

from .borrowed import borrowed_database
from .console import Failure
from .places import DataDir


@asynccontextmanager
async def reading(data: DataDir, *, demo: bool) -> AsyncGenerator["asyncpg.Connection[asyncpg.Record]"]:
    """Connect to the database of the stack. Raises `Failure`, never starts one."""
    async with borrowed_database(data, demo=demo, start=False) as url:
        try:
            connection = await asyncpg.connect(url, timeout=10)
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
            await connection.close()
