"""Makes everything about downloads out of what the uploader has open."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from wellspring_common.bus.port import Bus, Values
from wellspring_common.clock import Clock
from wellspring_common.cooldowns import Cooldowns
from wellspring_common.fetch.guard import Guard
from wellspring_common.fetch.pace import Pacer, PaceRule
from wellspring_common.fetch.streams import Streams
from wellspring_common.inbox import Inbox
from wellspring_common.outbox import Outbox
from wellspring_common.postgres import Database
from wellspring_common.settings import FetchSettings
from wellspring_common.tunables import Tunables

from ..adapters.downloads import Downloads
from ..adapters.downloads_disk import MediaFolder
from ..adapters.ffmpeg import Ffmpeg
from ..adapters.media import MediaFiles
from .bringing import Bringing
from .course import Ground
from .finishing import Finisher
from .handlers import DownloadHandlers
from .looking import Looking
from .opening import Opener
from .rate import Rate
from .run import Runner
from .settings import DownloadSettings
from .walk import Walk
from .worker import Worker

Task = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class DownloadParts:
    """What wiring needs of downloads: tasks that never end, handlers, and what answers questions."""

    tasks: Mapping[str, Task]
    handlers: DownloadHandlers
    folder: MediaFolder
    bringing: Bringing
    worker: Worker
    media: MediaFiles
    looking: Looking


@asynccontextmanager
async def open_downloads(
    database: Database,
    bus: Bus,
    hosts: Values,
    tunables: Callable[[], Tunables],
    clock: Clock,
    *,
    settings: DownloadSettings,
    outbox: Outbox,
    inbox: Inbox,
) -> AsyncGenerator[DownloadParts]:
    """Open what downloads need. `hosts` is the bucket in which services tell who wants to be left alone."""
    folder = MediaFolder(settings.folder())
    folder.make()
    guard = Guard(FetchSettings().private_hosts)
    pacer = Pacer(PaceRule(burst=32, rate_per_s=settings.hosts_rate))
    cooldowns = Cooldowns(bus, hosts, pacer, clock, service="uploader")
    await cooldowns.load()
    async with Streams(guard, idle_s=settings.idle.total_seconds()) as streams:
        downloads, media = Downloads(database, outbox), MediaFiles(database)
        ffmpeg = Ffmpeg(settings.ffmpeg)
        ground = Ground(
            downloads=downloads,
            folder=folder,
            bus=bus,
            clock=clock,
            rate=Rate(lambda: tunables().download_rate_kib),
            reserve_gib=lambda: tunables().download_reserve_gib,
            lease=settings.lease,
            checkpoint=settings.checkpoint,
        )
        walk = Walk(ground, Opener(guard, streams, pacer, clock), tunables)
        runner = Runner(ground, walk, Finisher(folder, ffmpeg, media))
        worker = Worker(ground, runner, lambda: tunables().downloads_at_once, settings.poll.total_seconds())
        looking = Looking(downloads, media, folder, clock, settings)
        yield DownloadParts(
            tasks={
                "downloads": worker.run,
                "media": looking.run,
                "disk": looking.measure,
                "cooldowns": cooldowns.run,
            },
            handlers=DownloadHandlers(database, inbox, folder, clock, worker, database.ping),
            folder=folder,
            bringing=Bringing(folder, ffmpeg, media, clock),
            worker=worker,
            media=media,
            looking=looking,
        )
