"""An aiohttp application on a port of loopback, a free one unless one is named."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from aiohttp import web


@asynccontextmanager
async def serving(app: web.Application, *, port: int = 0, patience_s: float = 60) -> AsyncGenerator[int]:
    """Serve as long as the block takes, and give the port. `patience_s` is for requests open at its end."""
    runner = web.AppRunner(app, shutdown_timeout=patience_s)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
