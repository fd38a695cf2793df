"""Makes the scraper out of its settings."""

import asyncio
import os
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import structlog

from wellspring_common import metrics
from wellspring_common.bus.nats.bus import open_bus
from wellspring_common.cgroup import read_memory
from wellspring_common.clock import SystemClock
from wellspring_common.cooldowns import Cooldowns
from wellspring_common.duty import Duty
from wellspring_common.events.topology import (
    DEFINITIONS_BUCKET,
    HOSTS_BUCKET,
    SCRAPER_LEASE,
    SEEN_BUCKET,
    SETTINGS_BUCKET,
)
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
from .adapters.definitions import Definitions, StoredDefinitions
from .adapters.drifts import Drifts
from .adapters.graveyard import EventGraveyard
from .adapters.kept_pages import PageKeeper
from .adapters.launch import find_browser, sweep, why_no_sandbox
from .adapters.manners import Manners
from .adapters.robots import RobotsTxt
from .adapters.seen import SeenBucket
from .adapters.static import Patience, StaticRung
from .crawling import handler as crawls
from .handlers import Handlers
from .questions.answers import Answers
from .questions.trying import Trial
from .settings import ScraperSettings
from .sites import catalog

log = structlog.get_logger(__name__)


@asynccontextmanager
async def wire(_: Readiness) -> AsyncGenerator[Running]:
    """Open what the scraper needs and say what it does."""
    await sweep()
    settings, places, clock = ScraperSettings(), PlaceSettings(), SystemClock()
    if settings.browser:
        await asyncio.to_thread(_say_what_browsers_get, settings)
    guard = Guard(FetchSettings().private_hosts)
    pace = PaceRule(settings.host_concurrency, settings.host_burst, settings.host_rate_per_s)
    async with (
        open_bus(NatsSettings(), service="scraper") as bus,
        Fetcher(guard, pace=pace, limits=Limits(connections=settings.connections)) as fetcher,
    ):
        tunables = TunablesWatch(bus, bus.bucket(SETTINGS_BUCKET), keep_in=places.data_dir)
        cooldowns = Cooldowns(bus, bus.bucket(HOSTS_BUCKET), fetcher.pacer, clock, service="scraper")
        await cooldowns.load()
        stored = StoredDefinitions(bus, bus.bucket(DEFINITIONS_BUCKET), keep_in=places.data_dir)
        definitions = Definitions(DefinitionFiles(settings.definitions_dir), stored)
        robots = RobotsTxt(fetcher, fetcher.user_agent, clock)
        keeper, drifts = PageKeeper(bus, clock), Drifts()
        drifts.expect(definitions.all())
        rung = StaticRung(
            fetcher=fetcher,
            find=definitions.find,
            clock=clock,
            ttl_s=lambda: round(tunables.current.link_ttl_hours * 3600),
            pages_kept=keeper,
            patience=Patience(settings.page_deadline_s, settings.probe_deadline_s),
            slow=fetcher.pacer.slow,
        )
        next_rung = BrowserRung(
            rung,
            PlaywrightBrowsers(
                guard,
                settings.chromium,
                manners=Manners(fetcher.user_agent, fetcher.pacer, clock),
                sandbox=settings.sandbox,
                cache=places.data_dir,
            ),
            at_least=lambda: tunables.current.min_servers_per_source,
        )
        handlers = Handlers(
            bus=bus,
            rung=rung,
            clock=clock,
            job_deadline_s=settings.job_deadline_s,
            next_rung=next_rung if settings.browser else None,
            drifted=drifts.count,
        )
        crawling = crawls.CrawlHandlers(
            bus=bus,
            fetcher=fetcher,
            robots=robots,
            find=definitions.find,
            catalogue=catalog,
            seen=SeenBucket(bus.bucket(SEEN_BUCKET)),
            clock=clock,
            patience=crawls.Patience(
                settings.page_deadline_s, settings.crawl_deadline_s, settings.crawl_expires_s
            ),
            pages_kept=keeper,
            slow=fetcher.pacer.slow,
            drifted=drifts.count,
        )
        answers = Answers(
            definitions=definitions,
            trial=Trial(rung, fetcher, robots, clock),
            default=lambda: tunables.current.default_definition,
        )
        interactive, background = handlers.subscriptions()
        graveyard = EventGraveyard(bus, clock)
        holder = f"{socket.gethostname()}:{places.data_dir or os.getpid()}"
        duty = Duty(bus.lease(SCRAPER_LEASE, holder), name=SCRAPER_LEASE, tell=metrics.SCRAPER_LEASE_HELD.set)
        yield Running(
            tasks={
                "interactive": lambda: duty.only_on_duty(lambda: bus.consume(interactive, graveyard)),
                "background": lambda: duty.only_on_duty(lambda: bus.consume(background, graveyard)),
                "crawls": lambda: duty.only_on_duty(lambda: bus.consume(crawling.subscription(), graveyard)),
                "duty": duty.run,
                "questions": lambda: duty.only_on_duty(lambda: bus.answer(answers.replies())),
                "tunables": tunables.run,
                "definitions": stored.run,
                "cooldowns": cooldowns.run,
                "connection": bus.guard,
            },
            pings={"nats": bus.ping},
        )


def _say_what_browsers_get(settings: ScraperSettings) -> None:
    """Log once what a browser will find here: itself, its sandbox, a memory limit."""
    binary, memory = find_browser(settings.chromium), read_memory()
    why_not = "a setting" if settings.sandbox == "never" else why_no_sandbox()
    log.info(
        "browser.prospects",
        binary=None if binary is None else str(binary),
        sandbox="used" if why_not is None else f"not used: {why_not}",
        memory="no control group" if memory is None else f"limit {memory.limit}",
    )
