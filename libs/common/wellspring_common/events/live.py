"""Progress for open pages: core NATS only, never stored, fine to lose."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from .envelope import Event


class Step(StrEnum):
    """What a scrape is doing right now."""

    QUEUED = "queued"
    STARTED = "started"
    FETCHING = "fetching"
    BROWSING = "browsing"
    FOUND = "found"
    VERIFYING = "verifying"
    VERIFIED = "verified"
    REJECTED = "rejected"
    FAILED = "failed"
    FINISHED = "finished"


class HostQuiet(Event):
    """A host asked one of us to be left alone (`Retry-After`): it is for all of us. `host` has its port."""

    subject: ClassVar[str] = "live.host.quiet"

    host: str
    until: datetime
    said_by: str


class ScrapeStep(Event):
    """One step of a running scrape, for the people who watch it."""

    subject: ClassVar[str] = "live.scrape"

    job_id: UUID
    episode_id: int
    at: datetime
    step: Step
    source_id: int | None = None
    quality: int | None = None
    server: str | None = None
    host: str | None = None
    count: int | None = None
    code: str | None = None

    def routing(self) -> str:
        """Return the subject with the episode, so that a page can listen to its own."""
        return f"{self.subject}.{self.episode_id}"
