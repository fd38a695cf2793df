"""Events about stored links."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from .envelope import Event, Wire


class LinkRef(Wire):
    """One generation of one link: a verdict on another generation counts for nothing.

    `verified` means that the scraper saw the file when it found the link, `ok_at` is when a probe last did.
    """

    link_id: int
    generation: int
    source_id: int
    server: str
    verified: bool = False
    ok_at: datetime | None = None


class LinksUpdated(Event):
    """An episode's stored links changed, or its job ended. `state` is the job's."""

    subject: ClassVar[str] = "links.updated"

    episode_id: int
    job_id: UUID
    state: str
    error_code: str | None = None
    changed: tuple[LinkRef, ...]


class LinksDied(Event):
    """Links that served their file no longer do."""

    subject: ClassVar[str] = "links.died"

    episode_id: int
    links: tuple[LinkRef, ...]
    reason: str
    checked_at: datetime


class LinksRevived(Event):
    """Links that counted as dead serve their file again."""

    subject: ClassVar[str] = "links.revived"

    episode_id: int
    links: tuple[LinkRef, ...]
    checked_at: datetime


class EpisodeStarved(Event):
    """An episode has fewer links that may be offered than the minimum: it is wanted again soon."""

    subject: ClassVar[str] = "episode.starved"

    episode_id: int
    offered: int
    minimum: int
    checked_at: datetime


class LinksWanted(Event):
    """Somebody is about to use an episode's links and found none that works: they are wanted now.

    `why` is `download`. The refresher decides when: a source that keeps failing is not asked without pause.
    """

    subject: ClassVar[str] = "links.wanted"

    episode_id: int
    why: str
    wanted_at: datetime
