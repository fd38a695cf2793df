"""A server of the test run away for as long as a test wants."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from wellspring_cli.testing import SharedServers


@asynccontextmanager
async def server_away(servers: SharedServers, name: str) -> AsyncGenerator[None]:
    """Stop the test run's `postgres` or `nats` for the length of the block."""
    program = servers._supervisor.processes[name].program
    await asyncio.to_thread(servers.run, servers._supervisor.stop(name))
    try:
        yield
    finally:
        servers._loop.call_soon_threadsafe(servers._supervisor.start, program)
        await asyncio.to_thread(servers.run, servers._require(name))


def postgres_away(servers: SharedServers) -> AbstractAsyncContextManager[None]:
    """Stop the test run's Postgres for the length of the block."""
    return server_away(servers, "postgres")
