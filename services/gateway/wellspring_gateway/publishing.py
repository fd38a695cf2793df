"""What the gateway's side of publishing needs from the outside: what the uploader keeps, and the uploader."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol, TypeVar
from uuid import UUID

from wellspring_common.uploading import Asked, Question

Answer = TypeVar("Answer", bound=Asked)


class Uploader(Protocol):
    """The service that publishes, asked for what only it may do."""

    async def ask(self, question: Question, asked: Asked, answer: type[Answer]) -> Answer:
        """Return what came of a wish.

        Raises `Permanent` with the code of a refusal, and `DependencyDown` with `uploader_away` where nobody
        answered.
        """
        ...


@dataclass(frozen=True)
class UploadRow:
    """One episode on the schedule of a target, as the uploader keeps it."""

    id: UUID
    schedule_id: int
    target_id: int
    target: str
    title_id: int
    title: str
    slug: str | None
    episode_id: int
    season: int
    number: Decimal
    ordinal: int
    state: str
    planned_at: datetime | None
    waits_for: str | None
    tries: int
    next_try_at: datetime | None
    error_code: str | None
    error_detail: str | None
    bytes_sent: int
    size_bytes: int | None
    seq: int
    video_id: str | None
    video_url: str | None
    started_at: datetime | None
    completed_at: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class UploadFilter:
    """Which uploads. `None` filters nothing."""

    states: tuple[str, ...] | None = None
    title_id: int | None = None
    target_id: int | None = None
    schedule_id: int | None = None


@dataclass(frozen=True)
class ScheduleRow:
    """A series on the schedule of a target, with how many of its uploads are in which state."""

    id: int
    title_id: int
    title: str
    slug: str | None
    target_id: int
    target: str
    position: int
    state: str
    choices: dict[str, Any]
    download_first: bool
    starts_at: datetime
    requested_by: str | None
    created_at: datetime
    counts: dict[str, int]


@dataclass(frozen=True)
class TargetRow:
    """One channel on one platform. Its secrets are nobody's to read."""

    id: int
    name: str
    kind: str
    settings: dict[str, Any]
    interval_s: int
    state: str
    state_reason: str | None
    quota_until: datetime | None
    from_environment: bool
    tested_at: datetime | None
    test_result: dict[str, Any] | None
    used_videos: int
    """How many films it took within the last 24 hours."""
    used_minutes: float


@dataclass(frozen=True)
class DownloadRow:
    """One file on its way home."""

    id: UUID
    title_id: int
    title: str | None
    slug: str | None
    episode_id: int
    season: int | None
    number: Decimal | None
    quality: int | None
    state: str
    attempts: int
    server: str | None
    bytes_done: int
    bytes_total: int | None
    error_code: str | None
    error_detail: str | None
    next_try_at: datetime
    requested_by: str | None
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True)
class DownloadFilter:
    """Which downloads. `None` filters nothing."""

    state: str | None = None
    title_id: int | None = None


class UploadBook(Protocol):
    """What the uploader keeps, to look at."""

    async def counts(self, *, title_id: int | None = None) -> dict[str, int]:
        """Return how many uploads are in which state."""
        ...

    async def uploads(
        self, wanted: UploadFilter, *, after: tuple[datetime, UUID] | None, limit: int
    ) -> list[UploadRow]:
        """Return uploads behind a place in the list, the one that moved last first."""
        ...

    async def upload(self, upload_id: UUID) -> UploadRow | None:
        """Return one upload."""
        ...

    async def steps(self, upload_id: UUID, *, limit: int) -> list[dict[str, Any]]:
        """Return what happened to an upload, the newest first."""
        ...

    async def calendar(self, *, limit: int, target_id: int | None = None) -> list[UploadRow]:
        """Return what waits for its slot, in the order in which it goes out."""
        ...

    async def in_order(self, *, title_id: int | None, limit: int) -> list[UploadRow]:
        """Return uploads series after series, episode after episode."""
        ...

    async def schedules(self, *, ended: bool, limit: int) -> list[ScheduleRow]:
        """Return the series on schedules in their order, with or without those that came to an end."""
        ...

    async def schedule(self, schedule_id: int) -> ScheduleRow | None:
        """Return one of them."""
        ...

    async def titles(self, *, also: int | None, limit: int) -> list[dict[str, Any]]:
        """Return the titles whose rights somebody stated, and one more, with how many files are here."""
        ...

    async def targets(self, *, now: datetime) -> list[TargetRow]:
        """Return the targets by name."""
        ...


class DownloadList(Protocol):
    """Downloads and the files that came of them."""

    async def page(
        self, wanted: DownloadFilter, *, after: tuple[datetime, UUID] | None, limit: int
    ) -> list[DownloadRow]:
        """Return downloads older than a place in the list, the newest first."""
        ...

    async def one(self, download_id: UUID) -> DownloadRow | None:
        """Return one download."""
        ...

    async def counts(self) -> dict[str, int]:
        """Return how many downloads are in which state."""
        ...

    async def disk(self) -> tuple[int, int]:
        """Return how many files are here and how many bytes they take."""
        ...

    async def files(self, title_id: int) -> Sequence[dict[str, Any]]:
        """Return the files of a title's episodes."""
        ...


@dataclass(frozen=True)
class Publishing:
    """All of them together, as the door holds them."""

    uploader: Uploader
    book: UploadBook
    downloads: DownloadList
