"""Makes the scraper out of its settings."""

import asyncio
import os
import socket
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import structlog

from wellspring_common import metrics
from wellspring_common.bus.nats.bus import NatsBus, open_bus
from wellspring_common.clock import Clock, SystemClock
from wellspring_common.cooldowns import Cooldowns
from wellspring_common.duty import Duty
from wellspring_common.events.topology import (
    DEFINITIONS_BUCKET,
    HOSTS_BUCKET,
    SCRAPER_LEASE,
    SEEN_BUCKET,
    SETTINGS_BUCKET,
    WORK_BUCKET,
)
from wellspring_common.fetch.fetcher import Fetcher
from wellspring_common.fetch.guard import Guard
from wellspring_common.fetch.limits import Limits
from wellspring_common.fetch.pace import PaceRule
from wellspring_common.probes import Readiness
from wellspring_common.runtime import Running, Task
from wellspring_common.settings import FetchSettings, NatsSettings, PlaceSettings
from wellspring_common.tunables_watch import TunablesWatch

from .adapters.browser import PlaywrightBrowsers
from .adapters.climb import BrowserRung
from .adapters.definition_files import DefinitionFiles
from .adapters.definitions import Definitions, StoredDefinitions
from .adapters.drifts import Drifts
from .adapters.graveyard import EventGraveyard
from .adapters.kept_pages import PageKeeper
from .adapters.ladder import Habits, Ladder
from .adapters.launch import find_browser, sweep, why_no_sandbox
from .adapters.manners import Manners
from .adapters.resolver import ResolverRung
from .adapters.robots import RobotsTxt
from .adapters.room import Look
from .adapters.seen import SeenBucket
from .adapters.shedding import Shedding, look_within
from .adapters.source_run import Patience
from .adapters.static import StaticRung
from .adapters.work import Work, WorkNotes
from .crawling import handler as crawling
from .handlers import Handlers
from .questions.answers import Answers
from .questions.trying import Trial
from .settings import ScraperSettings
from .sites import catalog

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _World:
    """What the parts of the scraper have in common."""

    settings: ScraperSettings
    places: PlaceSettings
    guard: Guard
    bus: NatsBus
    fetcher: Fetcher
    definitions: Definitions
    tunables: TunablesWatch
    keeper: PageKeeper
    drifts: Drifts
    robots: RobotsTxt
    habits: Habits
    look: Look
    clock: Clock


@asynccontextmanager
async def wire(_: Readiness) -> AsyncGenerator[Running]:
    """Open what the scraper needs and say what it does."""
    await sweep()
    settings, places, clock = ScraperSettings(), PlaceSettings(), SystemClock()
    look = look_within(settings.memory_limit_mb)
    if settings.browser:
        await asyncio.to_thread(_say_what_browsers_get, settings, look)
    guard = Guard(FetchSettings().private_hosts)
    pace = PaceRule(settings.host_concurrency, settings.host_burst, settings.host_rate_per_s)
    async with (
        open_bus(NatsSettings(), service="scraper") as bus,
        Fetcher(guard, pace=pace, limits=Limits(connections=settings.connections)) as fetcher,
    ):
        tunables = TunablesWatch(bus, bus.bucket(SETTINGS_BUCKET), keep_in=places.data_dir)
        cooldowns = Cooldowns(bus, bus.bucket(HOSTS_BUCKET), fetcher.pacer, clock, service="scraper")
        await cooldowns.load()
        drifts = Drifts()
        stored = StoredDefinitions(
            bus, bus.bucket(DEFINITIONS_BUCKET), keep_in=places.data_dir, on_change=drifts.expect
        )
        world = _World(
            settings=settings,
            places=places,
            guard=guard,
            bus=bus,
            fetcher=fetcher,
            definitions=Definitions(DefinitionFiles(settings.definitions_dir), stored),
            tunables=tunables,
            keeper=PageKeeper(bus, clock),
            drifts=drifts,
            robots=RobotsTxt(fetcher, fetcher.user_agent, clock),
            habits=Habits(bus.bucket(HOSTS_BUCKET), clock),
            look=look,
            clock=clock,
        )
        await world.habits.load()
        world.drifts.expect(world.definitions.names())
        followed = {"tunables": tunables.run, "definitions": stored.run, "cooldowns": cooldowns.run}
        yield Running(
            tasks={**_work(world), **followed, "connection": bus.guard},
            pings={"nats": bus.ping, "topology": bus.topology},
        )


def _work(world: _World) -> Mapping[str, Task]:
    """Return the tasks that only the scraper on duty does, and what they need."""
    bus, places = world.bus, world.places
    rung = _static(world)
    next_rung = _browser(world, rung)
    resolver = ResolverRung(rung, world.guard, next_rung.turn, world.settings.extractors)
    ladder = Ladder(
        rung,
        resolver,
        next_rung if world.settings.browser else None,
        world.habits,
        at_least=lambda: world.tunables.current.min_servers_per_source,
    )
    handlers = Handlers(
        bus=bus,
        rung=ladder,
        clock=world.clock,
        job_deadline_s=world.settings.job_deadline_s,
        next_rung=ladder,
        drifted=world.drifts.count,
    )
    answers = Answers(
        definitions=world.definitions,
        trial=Trial(rung, world.fetcher, world.robots, world.clock, resolver),
        default=lambda: world.tunables.current.default_definition,
    )
    shedding = Shedding(world.look, next_rung.turn.locked)
    notes = WorkNotes(bus.bucket(WORK_BUCKET))
    work = Work(notes)
    interactive, background, crawls, cancellations = (
        replace(one, ready=bus.ping)
        for one in (
            *handlers.subscriptions(shedding.admits, work.once),
            _crawls(world).subscription(shedding.admits, work.once),
            work.cancellations(),
        )
    )
    graveyard = EventGraveyard(bus, notes, world.clock)
    holder = f"{socket.gethostname()}:{places.data_dir or os.getpid()}"
    duty = Duty(bus.lease(SCRAPER_LEASE, holder), name=SCRAPER_LEASE, tell=metrics.SCRAPER_LEASE_HELD.set)
    return {
        "interactive": lambda: duty.only_on_duty(lambda: bus.consume(interactive, graveyard)),
        "background": lambda: duty.only_on_duty(lambda: bus.consume(background, graveyard)),
        "crawls": lambda: duty.only_on_duty(lambda: bus.consume(crawls, graveyard)),
        "cancellations": lambda: duty.only_on_duty(lambda: bus.consume(cancellations, graveyard)),
        "questions": lambda: duty.only_on_duty(lambda: bus.answer(answers.replies())),
        "duty": duty.run,
        "shedding": shedding.run,
    }


def _static(world: _World) -> StaticRung:
    settings, tunables = world.settings, world.tunables
    return StaticRung(
        fetcher=world.fetcher,
        find=world.definitions.find,
        clock=world.clock,
        ttl_s=lambda: round(tunables.current.link_ttl_hours * 3600),
        pages_kept=world.keeper,
        patience=Patience(settings.page_deadline_s, settings.probe_deadline_s),
        slow=world.fetcher.pacer.slow,
    )


def _browser(world: _World, rung: StaticRung) -> BrowserRung:
    browsers = PlaywrightBrowsers(
        world.guard,
        world.settings.chromium,
        manners=Manners(world.fetcher.user_agent, world.fetcher.pacer, world.clock),
        sandbox=world.settings.sandbox,
        cache=world.places.data_dir,
        look=world.look,
    )
    return BrowserRung(rung, browsers, at_least=lambda: world.tunables.current.min_servers_per_source)


def _crawls(world: _World) -> crawling.CrawlHandlers:
    settings = world.settings
    return crawling.CrawlHandlers(
        bus=world.bus,
        fetcher=world.fetcher,
        robots=world.robots,
        find=world.definitions.find,
        catalogue=catalog,
        seen=SeenBucket(world.bus.bucket(SEEN_BUCKET)),
        clock=world.clock,
        patience=crawling.Patience(
            settings.page_deadline_s, settings.crawl_deadline_s, settings.crawl_expires_s
        ),
        pages_kept=world.keeper,
        slow=world.fetcher.pacer.slow,
        holds_back=world.fetcher.pacer.background_wait,
        drifted=world.drifts.count,
    )


def _say_what_browsers_get(settings: ScraperSettings, look: Look) -> None:
    """Log once what a browser will find here: itself, its sandbox, a memory limit."""
    binary, memory = find_browser(settings.chromium), look()
    why_not = "a setting" if settings.sandbox == "never" else why_no_sandbox()
    log.info(
        "browser.prospects",
        binary=None if binary is None else str(binary),
        sandbox="used" if why_not is None else f"not used: {why_not}",
        memory="no control group" if memory is None else f"limit {memory.limit}",
    )
