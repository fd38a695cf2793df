"""Downloads as the API takes and gives them."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from .base import Given, Taken
from .texts import Id

DownloadState = Literal["queued", "running", "paused", "succeeded", "failed", "cancelled"]


class Download(Given):
    """One file on its way home."""

    id: UUID = Field(examples=["0199f3a0-7c1e-7a55-8b1f-0a4a8d7f4e11"])
    title_id: int
    title: str | None
    episode_id: int
    season: int | None
    number: Decimal | None
    quality: int | None = Field(description="Lines that were asked for, null for the best there is.")
    state: DownloadState
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


class Downloads(Given):
    """One page of downloads, the newest first."""

    downloads: list[Download]
    next: str | None = Field(description="The cursor of the next page, null on the last one.")


class NewDownloads(Taken):
    """The files of a title, or of some of its episodes."""

    title_id: Id
    episode_ids: Annotated[list[Id], Field(max_length=5000)] = []
    quality: Annotated[int, Field(ge=1, le=20_000, examples=[720])] | None = None


class DownloadsAsked(Given):
    """How many were queued, how many are under way already, and how many files are here."""

    queued: int
    running: int
    present: int


class DownloadDecision(Taken):
    """What is to become of a download."""

    action: Literal["cancel", "pause", "resume", "retry"]


class BroughtFile(Taken):
    """A file that lies below the uploader's media folder already, and the episode that it is."""

    episode_id: Id
    path: Annotated[str, Field(min_length=1, max_length=1000, examples=["mine/S01E01.mp4"])]


class MediaFile(Given):
    """A film on the uploader's disk."""

    media_file_id: int
    size_bytes: int
    duration_s: float
