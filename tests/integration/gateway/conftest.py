"""A gateway for each test: real Postgres with the gateway's own login, real NATS, the real server."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp
import asyncpg
import pytest
from wellspring_cli.embedded.nats import Nats
from wellspring_cli.testing import Database

from tests.support.gateway import eventually
from wellspring_common import runtime
from wellspring_common.probes import Readiness
from wellspring_gateway.wiring import wire

from .running import PATIENCE_S, Gateway

Start = Callable[..., Awaitable[Gateway]]


@asynccontextmanager
async def _running(environ: dict[str, str], admin_url: str) -> AsyncGenerator[Gateway]:
    url = f"http://127.0.0.1:{environ['WELLSPRING_GATEWAY_PORT']}"
    sql = await asyncpg.connect(admin_url)
    prefix = environ["WELLSPRING_NATS_PREFIX"]
    with pytest.MonkeyPatch.context() as settings:
        for name, value in environ.items():
            settings.setenv(name, value)
        main = asyncio.create_task(runtime._work(wire, Readiness()))
        gateway = Gateway(url, sql, environ["WELLSPRING_NATS_URL"], prefix, main)
        await _answers(gateway)
    try:
        yield gateway
    finally:
        for visitor in gateway.visitors:
            await visitor.session.close()
        await gateway.stop()
        await sql.close()
    assert main.cancelled(), main.exception()


async def _answers(gateway: Gateway) -> None:
    async def ask() -> int:
        if gateway.main.done():
            await gateway.main
        async with session.get(f"{gateway.url}/readyz") as response:
            return response.status

    async with aiohttp.ClientSession() as session:
        await eventually(ask, lambda status: status == 200, patience_s=PATIENCE_S)


@pytest.fixture
async def start_gateway(
    database: Database,
    nats_server: Nats,
    topology: str,
    free_port: Callable[[], int],
) -> AsyncGenerator[Start]:
    """Start a gateway; keywords are further settings, such as `WELLSPRING_GATEWAY_SETUP_TOKEN`."""
    async with AsyncExitStack() as stack:

        async def start(**environ: str) -> Gateway:
            defaults = {
                "WELLSPRING_DATABASE_URL": database.url_for("gateway"),
                "WELLSPRING_NATS_URL": nats_server.url(),
                "WELLSPRING_NATS_MONITOR_URL": nats_server.monitor_url,
                "WELLSPRING_NATS_PREFIX": topology,
                "WELLSPRING_GATEWAY_PORT": str(free_port()),
            }
            return await stack.enter_async_context(_running(defaults | environ, database.admin_url))

        yield start


@pytest.fixture
async def gateway(start_gateway: Start) -> Gateway:
    """Run a gateway with an empty library and no user."""
    return await start_gateway()
