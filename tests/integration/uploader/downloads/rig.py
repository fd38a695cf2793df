"""Downloads as the uploader runs them, on a bus in memory."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from tests.integration.common.library import Episode, add_episode
from tests.integration.common.waiting import eventually
from wellspring_common.clock import SystemClock
from wellspring_common.events.downloads import DownloadProgress
from wellspring_common.inbox import Inbox
from wellspring_common.outbox import Outbox
from wellspring_common.postgres import Database
from wellspring_common.testing.bus import MemoryBus
from wellspring_common.testing.kv import MemoryValues
from wellspring_common.tunables import Tunables
from wellspring_uploader.adapters.downloads_asking import Granted, Wish, ask_for
from wellspring_uploader.downloads.settings import DownloadSettings
from wellspring_uploader.downloads.wiring import DownloadParts, open_downloads

ENDED = frozenset({"succeeded", "failed", "cancelled"})


class ToldBus(MemoryBus):
    """A bus that remembers what was told."""

    def __init__(self) -> None:
        super().__init__(pace=0.02)
        self.told: list[DownloadProgress] = []

    async def tell(self, event: Any) -> None:
        """Remember it."""
        if isinstance(event, DownloadProgress):
            self.told.append(event)


@dataclass
class Rig:
    """Everything about downloads, ready to be run."""

    database: Database
    admin: Any
    parts: DownloadParts
    bus: ToldBus
    folder: Path
    tunables: Tunables = field(default_factory=lambda: Tunables(download_reserve_gib=0))

    async def episode(self, **more: Any) -> Episode:
        """Store an episode with its sources."""
        return await add_episode(self.admin, **more)

    async def link(self, episode: Episode, url: str, **more: Any) -> int:
        """Store a link of an episode, alive unless something else is said."""
        values = {
            "quality": 480,
            "server": f"s{uuid4().hex[:6]}",
            "kind": "download",
            "container": "mp4",
            "state": "alive",
            "refresh_class": "safe",
            "headers": {},
            "size": None,
            "life": timedelta(hours=2),
            **more,
        }
        link_id = await self.admin.fetchval(
            "insert into links.links (source_id, episode_id, quality, server, label, kind, container, url, "
            "headers, size_bytes, verified, scraped_at, expires_at, expiry_basis, refresh_class, job_id) "
            "values ($1, $2, $3, $4, 'x', $5, $6, $7, $8, $9, true, now(), now() + $10::interval, "
            "'parameter', $11, gen_random_uuid()) returning id",
            episode.source_ids[0],
            episode.episode_id,
            values["quality"],
            values["server"],
            values["kind"],
            values["container"],
            url,
            json.dumps(values["headers"]),
            values["size"],
            values["life"],
            values["refresh_class"],
        )
        await self.admin.execute(
            "insert into health.link_health (link_id, episode_id, generation, state, last_ok_at, "
            "next_check_at) values ($1, $2, 1, $3, now(), now())",
            link_id,
            episode.episode_id,
            values["state"],
        )
        return int(link_id)

    async def ask(self, episode: Episode, **more: Any) -> Granted:
        """Ask for the files of a title."""
        wish = Wish(uuid4(), episode.title_id, "tests", **more)
        async with self.database.transaction() as connection:
            return await ask_for(connection, wish, now=SystemClock().now())

    async def row(self, episode: Episode) -> Any:
        """Return the newest download of an episode."""
        return await self.admin.fetchrow(
            "select * from uploads.downloads where episode_id = $1 order by id desc limit 1",
            episode.episode_id,
        )

    async def once(self) -> bool:
        """Run the next download that is due to its end, and return whether there was one."""
        worker = self.parts.worker
        job = await worker.ground.downloads.claim(now=SystemClock().now(), lease=worker.ground.lease)
        if job is None:
            return False
        await worker.runner.run(job)
        return True

    async def bring(self, episode: Episode, **more: Any) -> Any:
        """Ask for an episode's file, run its download once, and return its row."""
        await self.ask(episode, **more)
        assert await self.once()
        return await self.row(episode)

    async def until(self, episode: Episode, *states: str, within: float = 30) -> Any:
        """Wait until a download is in a state."""
        return await eventually(lambda: self.row(episode), lambda row: row["state"] in states, within=within)

    async def film(self, episode: Episode) -> Any:
        """Return what is known of an episode's file."""
        return await self.admin.fetchrow(
            "select * from uploads.media_files where episode_id = $1", episode.episode_id
        )

    async def said(self, subject: str) -> list[dict[str, Any]]:
        """Return the events of a subject that the outbox holds."""
        rows = await self.admin.fetch(
            "select payload from uploads.outbox where subject = $1 order by id", subject
        )
        return [json.loads(row["payload"]) for row in rows]

    async def due_now(self, episode: Episode) -> None:
        """Let a download that waits have its turn."""
        await self.admin.execute(
            "update uploads.downloads set next_try_at = now() where episode_id = $1", episode.episode_id
        )

    def part(self, row: Any) -> Path:
        """Return where a download writes."""
        return self.parts.folder.part(UUID(str(row["id"])))


@asynccontextmanager
async def rigged(database: Database, admin: Any, folder: Path) -> AsyncGenerator[Rig]:
    """Open everything about downloads."""
    bus = ToldBus()
    made: list[Rig] = []
    settings = DownloadSettings(
        media_dir=folder,
        lease=timedelta(seconds=5),
        poll=timedelta(milliseconds=50),
        checkpoint=timedelta(milliseconds=50),
        idle=timedelta(seconds=10),
        hosts_rate=1000,
    )
    async with open_downloads(
        database,
        bus,
        MemoryValues(),
        lambda: made[0].tunables,
        SystemClock(),
        settings=settings,
        outbox=Outbox("uploads"),
        inbox=Inbox("uploads"),
    ) as parts:
        made.append(Rig(database, admin, parts, bus, folder))
        yield made[0]


@asynccontextmanager
async def at_work(rig: Rig) -> AsyncGenerator["asyncio.Task[None]"]:
    """Let the worker work."""
    task = asyncio.create_task(rig.parts.worker.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait({task})
