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
from .handlers import Handlers
from .settings import HealthSettings
from .sweeps import Sweeps


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
        prober = FetchProber(fetcher, deadline_s=settings.probe_deadline.total_seconds())
        handlers = Handlers(store=store, tunables=tunables, clock=clock, lease=settings.lease)
        sweeps = Sweeps(store=store, prober=prober, tunables=tunables, clock=clock, settings=settings)
        links, reports = (replace(one, ready=database.ping) for one in handlers.subscriptions())
        graveyard = PostgresGraveyard(database, inbox)
        measured = (
            {} if nats.nats_monitor_url is None else {"queues": JetStreamCollector(nats.nats_monitor_url).run}
        )
        yield Running(
            tasks={
                "events": lambda: bus.consume(links, graveyard),
                "reports": lambda: bus.consume(reports, graveyard),
                "relay": Relay(database, bus, outbox, service="health").run,
                "check": sweeps.check_due,
                "count": sweeps.count,
                "purge": sweeps.purge,
                "tunables": tunables.run,
                "cooldowns": cooldowns.run,
                "connection": bus.guard,
                **measured,
            },
            pings={"postgres": database.ping, "nats": bus.ping, "topology": bus.topology},
        )
