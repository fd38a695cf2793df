"""Makes the uploader out of its settings: its frame, without uploads yet."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import structlog

from wellspring_common.bus.nats.bus import open_bus
from wellspring_common.errors import WellspringError
from wellspring_common.outbox import Outbox, Relay
from wellspring_common.postgres import open_database
from wellspring_common.probes import Readiness
from wellspring_common.retention import purge_messaging
from wellspring_common.runtime import Running
from wellspring_common.settings import NatsSettings, PostgresSettings

SCHEMA = "uploads"
PURGE_EVERY_S = 3600

log = structlog.get_logger(__name__)


@asynccontextmanager
async def wire(_: Readiness) -> AsyncGenerator[Running]:
    """Open what the uploader needs. It tells what its outbox holds and keeps its tables small."""
    async with (
        open_database(PostgresSettings(), service="uploader") as database,
        open_bus(NatsSettings(), service="uploader") as bus,
    ):

        async def purge() -> None:
            while True:
                try:
                    await purge_messaging(database, SCHEMA)
                except WellspringError as error:
                    log.warning("retention.delayed", reason=error.message)
                await asyncio.sleep(PURGE_EVERY_S)

        yield Running(
            tasks={
                "relay": Relay(database, bus, Outbox(SCHEMA), service="uploader").run,
                "purge": purge,
                "connection": bus.guard,
            },
            pings={"postgres": database.ping, "nats": bus.ping, "topology": bus.topology},
        )
