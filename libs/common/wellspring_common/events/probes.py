"""Events about looking at links on demand."""

from typing import ClassVar
from uuid import UUID

from .envelope import Event


class ProbeRequested(Event):
    """Somebody wants links looked at now: all, or those that meet every condition given.

    `older_than_hours` is the time since the last look, `timeout_s` the deadline of one look, `host` the
    host in the link's URL or the server's key, `title` a slug.
    """

    subject: ClassVar[str] = "probe.requested"

    run_id: UUID
    requested_by: str
    limit: int | None = None
    older_than_hours: float | None = None
    timeout_s: float | None = None
    host: str | None = None
    title: str | None = None
    episode_id: int | None = None
