"""Events about finding the links behind sources."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from .containers import Container as Container  # noqa: PLC0414  (told on from here)
from .envelope import Event, Wire


class Lane(StrEnum):
    """How urgent a scrape is: somebody waits, or nobody does."""

    INTERACTIVE = "interactive"
    BACKGROUND = "background"


class LinkKind(StrEnum):
    """What a link is good for."""

    STREAM = "stream"
    DOWNLOAD = "download"
    EMBED = "embed"


class ExpiryBasis(StrEnum):
    """Why we believe that a link dies when we say."""

    PARAMETER = "parameter"
    ISSUED_AT = "issued_at"
    LEARNED = "learned"
    DEFAULT = "default"


class RefreshClass(StrEnum):
    """What making a new link does to the old one."""

    SAFE = "safe"
    KILLS_OLD = "kills_old"
    SINGLE_USE = "single_use"
    IP_BOUND = "ip_bound"


class Rung(StrEnum):
    """The step of the ladder that produced a result."""

    STATIC = "static"
    RESOLVER = "resolver"
    BROWSER = "browser"
    DIRECT = "direct"


class SourceRef(Wire):
    """One permanent page to scrape. `quality` is in lines, or nothing where the page lists several."""

    source_id: int
    quality: int | None
    url: str
    definition: str
    language: str | None = None


class ScrapeRequested(Event):
    """Somebody or something wants the links of an episode's sources found.

    `spare` are servers that must not be asked for a new link now, because making one uses the old one up.
    """

    subject: ClassVar[str] = "scrape.requested"

    job_id: UUID
    episode_id: int
    lane: Lane
    pool: str = "default"
    reason: str
    requested_at: datetime
    sources: tuple[SourceRef, ...]
    spare: tuple[str, ...] = ()

    def routing(self) -> str:
        """Return the subject with its lane and pool."""
        return f"{self.subject}.{self.lane.value}.{self.pool}"


class ScrapeStarted(Event):
    """The scraper has begun work on a job."""

    subject: ClassVar[str] = "scrape.started"

    job_id: UUID
    episode_id: int
    attempt: int
    started_at: datetime


class FoundLink(Wire):
    """One link as the scraper found it. `verified` means that a ranged request saw the file.

    `expiry_evidence` says in a few words where the expiry was read, such as `X-Amz-Expires`.
    """

    server: str
    label: str
    kind: LinkKind
    container: Container
    url: str
    headers: dict[str, str] = {}
    quality: int | None
    size_bytes: int | None = None
    language: str | None = None
    expires_at: datetime | None
    expiry_basis: ExpiryBasis
    expiry_evidence: str | None = None
    refresh_class: RefreshClass = RefreshClass.SAFE
    verified: bool
    http_status: int | None = None
    latency_ms: int | None = None


class Problem(Wire):
    """Something that went wrong on the way, by a stable code, with details for a person."""

    code: str
    detail: str
    url: str | None = None
    server: str | None = None


class SourceResult(Wire):
    """What one source gave. No links always comes with at least one problem.

    `escalated_because` says why a browser was asked for.
    """

    source_id: int
    quality: int | None
    rung: Rung
    links: tuple[FoundLink, ...]
    problems: tuple[Problem, ...] = ()
    pages: int
    elapsed_ms: int
    escalated_because: str | None = None


class LinksScraped(Event):
    """A job found links for at least one of its sources."""

    subject: ClassVar[str] = "links.scraped"

    job_id: UUID
    episode_id: int
    attempt: int
    started_at: datetime
    finished_at: datetime
    results: tuple[SourceResult, ...]


class ScrapeFailed(Event):
    """A job found nothing, for a reason with a name."""

    subject: ClassVar[str] = "scrape.failed"

    job_id: UUID
    episode_id: int
    attempt: int
    started_at: datetime
    finished_at: datetime
    code: str
    detail: str
    retryable: bool
    results: tuple[SourceResult, ...] = ()
