"""Events about bringing the files of episodes home."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from .envelope import Event


class DownloadRequested(Event):
    """Somebody wants the files of a title's episodes.

    No `episode_ids` means all that the title has when the uploader reads this. `quality` is in lines, or
    nothing for the best there is.
    """

    subject: ClassVar[str] = "download.requested"

    request_id: UUID
    title_id: int
    episode_ids: tuple[int, ...] = ()
    quality: int | None = None
    requested_by: str
    requested_at: datetime


class DownloadCompleted(Event):
    """An episode's file is here, whole and verified."""

    subject: ClassVar[str] = "download.completed"

    download_id: UUID
    title_id: int
    episode_id: int
    media_file_id: int
    size_bytes: int
    duration_s: float


class DownloadFailed(Event):
    """A download was given up, for a reason with a name."""

    subject: ClassVar[str] = "download.failed"

    download_id: UUID
    title_id: int
    episode_id: int
    attempts: int
    code: str
    detail: str


class DownloadProgress(Event):
    """How far a download is, for the people who watch it: never stored, at most twice a second.

    `rate` is in bytes a second, `eta_s` in seconds.
    """

    subject: ClassVar[str] = "live.download"

    download_id: UUID
    title_id: int
    episode_id: int
    at: datetime
    state: str
    bytes_done: int
    bytes_total: int | None = None
    rate: float | None = None
    eta_s: float | None = None
    server: str | None = None
    code: str | None = None

    def routing(self) -> str:
        """Return the subject with the episode, so that a page can listen to its own."""
        return f"{self.subject}.{self.episode_id}"
