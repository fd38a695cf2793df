"""Events about publishing the episodes of a series on a platform."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from .envelope import Event, Wire


class UploadState(StrEnum):
    """Where an upload is. The first line is its way, the second what may hold it up or end it."""

    PLANNED = "planned"
    SESSION = "session"
    SENDING = "sending"
    SENT = "sent"
    CREATE_INTENT = "create_intent"
    CREATED = "created"
    PUBLISH_INTENT = "publish_intent"
    PUBLISHED = "published"
    ENCODING = "encoding"
    LIVE = "live"

    QUOTA_WAIT = "quota_wait"
    UNCONFIRMED = "unconfirmed"
    FAILED = "failed"
    NEEDS_FIX = "needs_fix"
    SKIPPED = "skipped"
    REJECTED = "rejected"
    REMOVED = "removed"


class UploadScheduled(Event):
    """A series was put on the schedule of a target. `starts_at` is the slot of its first episode."""

    subject: ClassVar[str] = "upload.scheduled"

    schedule_id: int
    target_id: int
    title_id: int
    title: str
    episodes: int
    starts_at: datetime


class _OfEpisode(Wire):
    """What every event of one upload says. `ordinal` counts the episodes of its schedule from 1."""

    upload_id: UUID
    schedule_id: int
    target_id: int
    title_id: int
    title: str
    episode_id: int
    season: int
    number: Decimal
    ordinal: int


class UploadCompleted(Event, _OfEpisode):
    """An episode is published."""

    subject: ClassVar[str] = "upload.completed"

    video_id: str
    video_url: str | None = None


class UploadFailed(Event, _OfEpisode):
    """A try failed, and another will be made at `next_try_at`."""

    subject: ClassVar[str] = "upload.failed"

    tries: int
    code: str
    detail: str
    next_try_at: datetime


class UploadSkipped(Event, _OfEpisode):
    """An episode will not be published without a person: the queue goes on behind it.

    `state` is `skipped` after three tries, `needs_fix` where the file or its data are refused as they are,
    and `rejected` where the platform took the film down.
    """

    subject: ClassVar[str] = "upload.skipped"

    state: UploadState
    tries: int
    code: str
    detail: str


class UploadProgress(Event, _OfEpisode):
    """How far an upload is, for the people who watch it: never stored, at most twice a second.

    `bytes_sent` are bytes that the platform acknowledged where it says so. `seq` only grows for one upload.
    `percent` never goes back within a try. `rate` is in bytes a second, `eta_s` in seconds.
    """

    subject: ClassVar[str] = "live.upload"

    seq: int
    at: datetime
    state: UploadState
    bytes_sent: int
    bytes_total: int
    percent: int
    rate: float | None = None
    eta_s: float | None = None
    tries: int = 0
    next_try_at: datetime | None = None
    reason: str | None = None

    def routing(self) -> str:
        """Return the subject with the title, so that a page can listen to its own."""
        return f"{self.subject}.{self.title_id}"
