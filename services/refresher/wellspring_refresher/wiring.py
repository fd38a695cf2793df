"""Makes the refresher out of its settings."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

from wellspring_common.bus.nats.bus import open_bus
from wellspring_common.clock import SystemClock
from wellspring_common.events.topology import SETTINGS_BUCKET
from wellspring_common.inbox import Inbox, PostgresGraveyard
from wellspring_common.outbox import Outbox, Relay
from wellspring_common.postgres import open_database
from wellspring_common.probes import Readiness
from wellspring_common.runtime import Running
from wellspring_common.settings import NatsSettings, PlaceSettings, PostgresSettings
from wellspring_common.tunables_watch import TunablesWatch

from .adapters.crawls import PostgresCrawls
from .adapters.due import PostgresDue
from .adapters.given_up import PostgresGivenUp
from .adapters.planning import PostgresPlanning
from .adapters.postgres import SCHEMA, PostgresStore
from .adapters.viewing import PostgresViewing
from .handlers import Handlers
from .settings import RefresherSettings
from .sweeps import Sweeps


@asynccontextmanager
async def wire(_: Readiness) -> AsyncGenerator[Running]:
    """Open what the refresher needs and say what it does."""
    async with (
        open_database(PostgresSettings(), service="refresher") as database,
        open_bus(NatsSettings(), service="refresher") as bus,
    ):
        outbox, inbox, clock = Outbox(SCHEMA), Inbox(SCHEMA), SystemClock()
        store = PostgresStore(database, outbox, inbox)
        tunables = TunablesWatch(bus, bus.bucket(SETTINGS_BUCKET), keep_in=PlaceSettings().data_dir)
        crawls = PostgresCrawls(database, inbox)
        given_up = PostgresGivenUp(database, outbox, inbox)
        handlers = Handlers(
            store=store,
            viewing=PostgresViewing(database, inbox),
            crawls=crawls,
            given_up=given_up,
            tunables=tunables,
            clock=clock,
        )
        sweeps = Sweeps(
            store=store,
            due=PostgresDue(database, outbox),
            planning=PostgresPlanning(database),
            crawls=crawls,
            tunables=tunables,
            clock=clock,
            settings=RefresherSettings(),
            broker=bus.ping,
        )
        graveyard = PostgresGraveyard(database, inbox)
        relay = Relay(database, bus, outbox, service="refresher")
        yield Running(
            tasks={
                "events": lambda: bus.consume(
                    replace(handlers.subscription(), ready=database.ping), graveyard
                ),
                "plays": lambda: bus.consume(replace(handlers.plays(), ready=database.ping), graveyard),
                "relay": relay.run,
                "sweep": sweeps.refresh_due,
                "plan": sweeps.plan,
                "purge": sweeps.purge,
                "tunables": tunables.run,
                "connection": bus.guard,
            },
            pings={"postgres": database.ping, "nats": bus.ping, "topology": bus.topology},
        )
