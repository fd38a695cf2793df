"""Makes health out of its settings."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

from wellspring_common.bus.nats.bus import open_bus
from wellspring_common.bus.nats.monitor import JetStreamCollector
from wellspring_common.clock import SystemClock
from wellspring_common.cooldowns import Cooldowns
from wellspring_common.events.topology import HOSTS_BUCKET, SETTINGS_BUCKET
from wellspring_common.fetch.fetcher import Fetcher
from wellspring_common.fetch.guard import Guard
from wellspring_common.inbox import Inbox, PostgresGraveyard
from wellspring_common.outbox import Outbox, Relay
from wellspring_common.postgres import open_database
from wellspring_common.probes import Readiness
from wellspring_common.runtime import Running
from wellspring_common.settings import FetchSettings, NatsSettings, PlaceSettings, PostgresSettings
from wellspring_common.tunables_watch import TunablesWatch

from .adapters.postgres import SCHEMA, PostgresStore
from .adapters.prober import FetchProber
from .adapters.runs import PostgresRuns
from .handlers import Handlers
from .settings import HealthSettings
from .sweeps.checks import Sweeps
from .sweeps.demands import Demands
from .sweeps.looking import Looker


@asynccontextmanager
async def wire(_: Readiness) -> AsyncGenerator[Running]:
    """Open what health needs and say what it does."""
    settings, nats = HealthSettings(), NatsSettings()
    async with (
        open_database(PostgresSettings(), service="health") as database,
        open_bus(nats, service="health") as bus,
        Fetcher(Guard(FetchSettings().private_hosts)) as fetcher,
    ):
        outbox, inbox, clock = Outbox(SCHEMA), Inbox(SCHEMA), SystemClock()
        store = PostgresStore(database, outbox, inbox)
        tunables = TunablesWatch(bus, bus.bucket(SETTINGS_BUCKET), keep_in=PlaceSettings().data_dir)
        cooldowns = Cooldowns(bus, bus.bucket(HOSTS_BUCKET), fetcher.pacer, clock, service="health")
        await cooldowns.load()
        looker = Looker(FetchProber(fetcher), clock, settings.concurrency)
        runs = PostgresRuns(database, inbox)
        handlers = Handlers(store=store, runs=runs, tunables=tunables, clock=clock, lease=settings.lease)
        sweeps = Sweeps(store=store, looker=looker, tunables=tunables, clock=clock, settings=settings)
        demands = Demands(
            store=store, runs=runs, looker=looker, tunables=tunables, clock=clock, settings=settings
        )
        links, reports, probes = (replace(one, ready=database.ping) for one in handlers.subscriptions())
        graveyard = PostgresGraveyard(database, inbox)
        measured = (
            {} if nats.nats_monitor_url is None else {"queues": JetStreamCollector(nats.nats_monitor_url).run}
        )
        yield Running(
            tasks={
                "events": lambda: bus.consume(links, graveyard),
                "reports": lambda: bus.consume(reports, graveyard),
                "probes": lambda: bus.consume(probes, graveyard),
                "relay": Relay(database, bus, outbox, service="health").run,
                "check": sweeps.check_due,
                "demands": demands.work,
                "canaries": sweeps.watch_canaries,
                "count": sweeps.count,
                "purge": sweeps.purge,
                "tunables": tunables.run,
                "cooldowns": cooldowns.run,
                "connection": bus.guard,
                **measured,
            },
            pings={"postgres": database.ping, "nats": bus.ping, "topology": bus.topology},
        )
