"""Makes the uploader out of its settings."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from wellspring_common.bus.nats.bus import open_bus
from wellspring_common.bus.port import Bus, Reply, Subscription
from wellspring_common.clock import Clock, SystemClock
from wellspring_common.errors import WellspringError
from wellspring_common.events.topology import HOSTS_BUCKET, SETTINGS_BUCKET, UPLOADER
from wellspring_common.fetch.guard import Guard
from wellspring_common.inbox import Inbox, PostgresGraveyard
from wellspring_common.outbox import Outbox, Relay
from wellspring_common.postgres import Database, open_database
from wellspring_common.probes import Readiness
from wellspring_common.retention import purge_messaging
from wellspring_common.runtime import Running, Task
from wellspring_common.settings import FetchSettings, NatsSettings, PlaceSettings, PostgresSettings
from wellspring_common.tunables_watch import TunablesWatch

from .adapters.archive import archive
from .adapters.catalogue import PostgresCatalogue
from .adapters.credentials import load_seal
from .adapters.decisions import PostgresDecisions
from .adapters.environment_target import adopt
from .adapters.files import DiskFiles
from .adapters.planning import PostgresPlanning
from .adapters.schedules import PostgresSchedules
from .adapters.targets import PostgresTargets
from .adapters.turns import PostgresTurns
from .adapters.uploads import PostgresUploads
from .downloads.settings import DownloadSettings
from .downloads.wiring import open_downloads
from .handlers import UploadHandlers, together
from .ports.turns import Turnkeeping
from .publishing.desk import Desk
from .publishing.rules import rules_of
from .publishing.worker import Worker
from .publishing.workers import Workers
from .questions.downloads import DownloadAnswers
from .questions.schedules import Schedules
from .questions.targets import TargetAnswers
from .settings import UploadSettings
from .targets.registry import Registry
from .targets.settings import CredentialSettings, DailymotionKey, DailymotionPlace

SCHEMA = "uploads"

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Uploads:
    """What wiring needs of uploads: tasks that never end, handlers, and what answers questions."""

    tasks: Mapping[str, Task]
    handlers: UploadHandlers
    replies: Mapping[str, Reply]


@asynccontextmanager
async def wire(_: Readiness) -> AsyncGenerator[Running]:
    """Open what the uploader needs and say what it does."""
    settings = DownloadSettings()
    async with (
        open_database(PostgresSettings(), service="uploader") as database,
        open_bus(NatsSettings(), service="uploader") as bus,
    ):
        outbox, inbox, clock = Outbox(SCHEMA), Inbox(SCHEMA), SystemClock()
        graveyard = PostgresGraveyard(database, inbox)
        tunables = TunablesWatch(bus, bus.bucket(SETTINGS_BUCKET), keep_in=PlaceSettings().data_dir)
        async with open_downloads(
            database,
            bus,
            bus.bucket(HOSTS_BUCKET),
            lambda: tunables.current,
            clock,
            settings=settings,
            outbox=outbox,
            inbox=inbox,
        ) as downloads:
            uploads = await _uploads(
                database, bus, clock, outbox=outbox, inbox=inbox, folder=settings.folder()
            )
            answers = DownloadAnswers(database, downloads.folder, downloads.bringing, downloads.worker, clock)
            facts = Subscription(
                UPLOADER,
                together(downloads.handlers.facts(), uploads.handlers.facts()),
                ready=database.ping,
            )
            requests = downloads.handlers.subscription()
            replies = {**answers.replies(), **uploads.replies}
            yield Running(
                tasks={
                    **downloads.tasks,
                    **uploads.tasks,
                    "facts": lambda: bus.consume(facts, graveyard),
                    "requests": lambda: bus.consume(requests, graveyard),
                    "answers": lambda: bus.answer(replies),
                    "relay": Relay(database, bus, outbox, service="uploader").run,
                    "tunables": tunables.run,
                    "connection": bus.guard,
                },
                pings={"postgres": database.ping, "nats": bus.ping, "topology": bus.topology},
            )


async def _uploads(
    database: Database, bus: Bus, clock: Clock, *, outbox: Outbox, inbox: Inbox, folder: Path
) -> _Uploads:
    """Make everything about uploads. The environment's own target is brought in step first."""
    settings = UploadSettings()
    rules = rules_of(settings)
    registry = Registry(Guard(FetchSettings().private_hosts))
    seal = load_seal(CredentialSettings(), PlaceSettings().data_dir)
    await adopt(database, registry, seal, DailymotionKey(), DailymotionPlace())
    targets = PostgresTargets(database, registry, seal)
    uploads, planning = PostgresUploads(database, outbox), PostgresPlanning(database, rules)
    decisions, files = PostgresDecisions(database, outbox, rules), DiskFiles(folder)

    def worker(target_id: int, turn: Turnkeeping) -> Worker:
        return Worker(Desk(target_id, turn, uploads, planning, targets, files, clock, bus.tell, rules))

    workers = Workers(worker, uploads, PostgresTurns(PostgresSettings()), clock, settings.upload_poll_s)

    async def purge() -> None:
        while True:
            try:
                await purge_messaging(database, SCHEMA)
                await archive(database, now=clock.now(), after=settings.archive_after)
            except WellspringError as error:
                log.warning("retention.delayed", reason=error.message)
            await asyncio.sleep(settings.purge_every.total_seconds())

    schedules = Schedules(PostgresSchedules(database, outbox, rules), decisions, files, clock)

    async def changed(target_id: int) -> None:
        await planning.replan_and_wake(target_id, now=clock.now())

    replies = {**schedules.replies(), **TargetAnswers(targets, clock, changed).replies()}
    return _Uploads(
        tasks={"uploads": workers.run, "purge": purge},
        handlers=UploadHandlers(PostgresCatalogue(database, inbox, decisions), clock),
        replies=replies,
    )
