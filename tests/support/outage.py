"""Postgres away for as long as a test wants."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from wellspring_cli.testing import SharedServers


@asynccontextmanager
async def postgres_away(servers: SharedServers) -> AsyncGenerator[None]:
    """Stop the test run's Postgres for the length of the block."""
    program = servers.postgres.program
    await asyncio.to_thread(servers.run, servers._supervisor.stop("postgres"))
    try:
        yield
    finally:
        servers._loop.call_soon_threadsafe(servers._supervisor.start, program)
        await asyncio.to_thread(servers.run, servers._require("postgres"))
