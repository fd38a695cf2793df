"""A core of the uploader on a real database, whose platform, clock and crashes a test has in its hands."""

import asyncio
import hashlib
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.integration.common.databases import opened
from tests.support.platform import FakeTarget, Platform
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common.events.envelope import Event
from wellspring_common.events.uploads import UploadProgress
from wellspring_common.outbox import Outbox
from wellspring_common.testing.clock import FrozenClock
from wellspring_common.uploading import (
    ChangeSchedule,
    Choices,
    DecideUpload,
    Scheduled,
    ScheduleRef,
    ScheduleSeries,
    Visibility,
)
from wellspring_uploader.adapters.decisions import PostgresDecisions
from wellspring_uploader.adapters.files import DiskFiles
from wellspring_uploader.adapters.planning import PostgresPlanning
from wellspring_uploader.adapters.schedules import PostgresSchedules
from wellspring_uploader.adapters.uploads import SCHEMA, PostgresUploads
from wellspring_uploader.domain.rules import Rules
from wellspring_uploader.domain.upload import Channel
from wellspring_uploader.ports.targets import Target
from wellspring_uploader.ports.turns import Turnkeeping
from wellspring_uploader.publishing.desk import Desk, Step
from wellspring_uploader.publishing.worker import Worker
from wellspring_uploader.questions.schedules import Schedules

CHOICES = Choices(is_for_kids=False, visibility=Visibility.PUBLIC, category="tv")
BYTES = b"film" * 256


@dataclass
class Opening:
    """The `Targets` port: gives the one target there is, or what it is told to raise."""

    target: Target
    errors: list[Exception] = field(default_factory=list)
    opened: int = 0

    async def open(self, channel: Channel) -> Target:
        if self.errors:
            raise self.errors.pop(0)
        self.opened += 1
        if isinstance(self.target, FakeTarget):
            self.target.is_open = True
        return self.target


@dataclass
class Series:
    """A stored title with its episodes in order."""

    title_id: int
    title: str
    episode_ids: list[int]


class Rig:
    """Everything the core is made of."""

    def __init__(
        self, database: Any, admin: Any, clock: FrozenClock, folder: Path, target: FakeTarget
    ) -> None:
        self.admin, self.clock, self.folder = admin, clock, folder
        self.target, self.platform = target, target.platform
        self.rules = Rules()
        outbox = Outbox(SCHEMA)
        self.uploads = PostgresUploads(database, outbox)
        self.planning = PostgresPlanning(database, self.rules)
        self.files = DiskFiles(folder)
        self.opening = Opening(target)
        self.told: list[UploadProgress] = []
        self.asked = Schedules(
            PostgresSchedules(database, outbox, self.rules),
            PostgresDecisions(database, outbox, self.rules),
            self.files,
            clock,
        )
        self.target_id = 0

    @property
    def now(self) -> datetime:
        return self.clock.now()

    async def tell(self, event: Event) -> None:
        assert isinstance(event, UploadProgress)
        self.told.append(event)

    async def add_target(self, *, name: str = "main", interval_s: int = 3600, **settings: object) -> int:
        """Store a target as the questions about targets do."""
        self.target_id = await self.admin.fetchval(
            "insert into uploads.targets (name, kind, settings, interval_s) "
            "values ($1, 'dailymotion', $2::text::jsonb, $3) returning id",
            name,
            _json(settings),
            interval_s,
        )
        return self.target_id

    async def set_settings(self, settings: object) -> None:
        """Change a target's settings as its owner does."""
        await self.admin.execute(
            "update uploads.targets set settings = $1::text::jsonb", json.dumps(settings)
        )

    async def add_series(
        self, title: str = "Show", episodes: int = 3, *, rights: str = "owned", minutes: float = 24
    ) -> Series:
        """Store a title whose episodes are all downloaded."""
        title_id = await self.admin.fetchval(
            "insert into catalog.titles (kind, title, slug, rights, synopsis) "
            "values ('series', $1, $2, $3, 'About it.') returning id",
            title,
            title.lower().replace(" ", "-"),
            rights,
        )
        ids = []
        for number in range(1, episodes + 1):
            episode_id = await self.admin.fetchval(
                "insert into catalog.episodes (title_id, number) values ($1, $2) returning id",
                title_id,
                number,
            )
            ids.append(episode_id)
            await self.add_file(title_id, episode_id, minutes=minutes)
        return Series(title_id, title, ids)

    async def add_file(self, title_id: int, episode_id: int, *, minutes: float = 24) -> None:
        """Put a film on the disk and into the table."""
        name = f"{episode_id}.mp4"
        content = BYTES + name.encode()
        (self.folder / name).write_bytes(content)
        await self.admin.execute(
            "insert into uploads.media_files (episode_id, title_id, path, size_bytes, sha256, duration_s, "
            "container, origin) values ($1, $2, $3, $4, $5, $6, 'mp4', 'downloaded')",
            episode_id,
            title_id,
            name,
            len(content),
            hashlib.sha256(content).digest(),
            minutes * 60,
        )

    async def schedule(self, series: Series, **more: Any) -> Scheduled:
        """Put a series on the schedule as a person does."""
        wish = ScheduleSeries(title_id=series.title_id, requested_by="anna", **{"choices": CHOICES} | more)
        return await self.asked.schedule(wish)

    async def decide(self, upload_id: UUID, action: Any) -> Any:
        return await self.asked.decide(DecideUpload(upload_id=upload_id, action=action, asked_by="anna"))

    async def change(self, schedule_id: int, action: Any, before: int | None = None) -> None:
        wish = ChangeSchedule(schedule_id=schedule_id, action=action, before=before, asked_by="anna")
        await self.asked.change(wish)

    async def remove(self, title_id: int) -> int:
        return (await self.asked.remove(ScheduleRef(title_id=title_id, asked_by="anna"))).removed

    async def worker(self) -> Worker:
        """Take the target's turn as a new process does: whoever had it before has an old fence."""
        fence = await self.admin.fetchval(
            "update uploads.targets set fence = fence + 1 where id = $1 returning fence", self.target_id
        )
        desk = Desk(
            self.target_id,
            alone(fence),
            self.uploads,
            self.planning,
            self.opening,
            self.files,
            self.clock,
            self.tell,
            self.rules,
            jitter=lambda: 0.5,
        )
        return Worker(desk)

    async def rows(self, *columns: str) -> list[tuple[Any, ...]]:
        """Return uploads in the order of the queue."""
        found = await self.admin.fetch(
            f"select {', '.join(columns)} from uploads.uploads as u "
            "join uploads.schedules as s on s.id = u.schedule_id order by s.position, u.ordinal"
        )
        return [tuple(row) for row in found]

    async def states(self) -> list[str]:
        return [str(row[0]) for row in await self.rows("u.state")]

    async def facts(self) -> list[str]:
        """Return the subjects of what was told for good, in order."""
        rows = await self.admin.fetch("select subject from uploads.outbox order by id")
        return [row["subject"] for row in rows]

    async def run_until_idle(self, worker: Worker, *, most: int = 200) -> None:
        """Let the worker do everything that can be done at this moment."""
        did: list[tuple[Any, Any]] = []
        for _ in range(most):
            did.append(((await worker.step()).did, (await worker.watch_step()).did))
            if did[-1] == (None, None):
                return
        raise AssertionError(f"the worker finds no end: {did[-5:]}")

    async def run_for(self, worker: Worker, span: timedelta) -> None:
        """Let time pass from one happening to the next."""
        until = self.now + span
        while True:
            await self.run_until_idle(worker)
            nexts = [step.next_at for step in (await worker.step(), await worker.watch_step())]
            soonest = min(
                (at for at in nexts if at is not None and at > self.now),
                default=self.now + timedelta(hours=1),
            )
            if soonest > until:
                self.clock.advance(until - self.now)
                await self.run_until_idle(worker)
                return
            self.clock.advance(max(soonest - self.now, timedelta(seconds=1)))


async def until(worker: Worker, did: str, *, most: int = 50) -> None:
    """Let a worker go on until it has done something. Whatever is asked of it next, it does after that."""
    for _ in range(most):
        if (await worker.step()).did == did:
            return
    raise AssertionError(f"the worker never did {did!r}")


def alone(fence: int) -> Turnkeeping:
    """A turn that nobody takes away, on a channel that nobody else holds."""

    async def nothing(_: object) -> None:
        return

    async def never() -> None:
        await asyncio.Event().wait()

    return Turnkeeping(fence, nothing, never, nothing)


def _json(found: object) -> str:
    return json.dumps(found)


@asynccontextmanager
async def rigged(
    database: FreshDatabase, admin: Any, clock: FrozenClock, folder: Path, **target: Any
) -> AsyncGenerator[Rig]:
    """Open a core with a platform in memory."""
    async with opened(database, "uploader") as held:
        yield Rig(held, admin, clock, folder, FakeTarget(Platform(clock), **target))


__all__: Sequence[str] = ("CHOICES", "Rig", "Series", "Step", "rigged")
