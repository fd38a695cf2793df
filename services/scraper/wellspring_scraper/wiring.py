"""Makes the scraper out of its settings."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from wellspring_common.bus.nats.bus import open_bus
from wellspring_common.clock import SystemClock
from wellspring_common.events.topology import SETTINGS_BUCKET
from wellspring_common.fetch.fetcher import Fetcher, Limits
from wellspring_common.fetch.guard import Guard
from wellspring_common.fetch.pace import PaceRule
from wellspring_common.probes import Readiness
from wellspring_common.runtime import Running
from wellspring_common.settings import FetchSettings, NatsSettings, PlaceSettings
from wellspring_common.tunables_watch import TunablesWatch

from .adapters.browser import PlaywrightBrowsers
from .adapters.climb import BrowserRung
from .adapters.definition_files import DefinitionFiles
from .adapters.graveyard import EventGraveyard
from .adapters.launch import sweep
from .adapters.static import Patience, StaticRung
from .handlers import Handlers
from .settings import ScraperSettings


@asynccontextmanager
async def wire(_: Readiness) -> AsyncGenerator[Running]:
    """Open what the scraper needs and say what it does."""
    sweep()
    settings, clock = ScraperSettings(), SystemClock()
    guard = Guard(FetchSettings().private_hosts)
    definitions = DefinitionFiles(settings.definitions_dir)
    pace = PaceRule(settings.host_concurrency, settings.host_burst, settings.host_rate_per_s)
    async with (
        open_bus(NatsSettings(), service="scraper") as bus,
        Fetcher(guard, pace=pace, limits=Limits(connections=settings.connections)) as fetcher,
    ):
        tunables = TunablesWatch(bus, bus.bucket(SETTINGS_BUCKET), keep_in=PlaceSettings().data_dir)
        rung = StaticRung(
            fetcher=fetcher,
            find=definitions.find,
            clock=clock,
            ttl_s=lambda: round(tunables.current.link_ttl_hours * 3600),
            patience=Patience(settings.page_deadline_s, settings.probe_deadline_s),
        )
        next_rung = BrowserRung(
            rung,
            PlaywrightBrowsers(guard, settings.chromium),
            at_least=lambda: tunables.current.min_servers_per_source,
        )
        handlers = Handlers(
            bus=bus,
            rung=rung,
            clock=clock,
            job_deadline_s=settings.job_deadline_s,
            next_rung=next_rung if settings.browser else None,
        )
        interactive, background = handlers.subscriptions()
        graveyard = EventGraveyard(bus, clock)
        yield Running(
            tasks={
                "interactive": lambda: bus.consume(interactive, graveyard),
                "background": lambda: bus.consume(background, graveyard),
                "tunables": tunables.run,
                "connection": bus.guard,
            },
            pings={"nats": bus.ping},
        )
