"""Events about jobs of any kind."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from .envelope import Event


class JobCancelled(Event):
    """Somebody wants a job to end now: who has it stops, who would take it drops it."""

    subject: ClassVar[str] = "job.cancelled"

    job_id: UUID
    cancelled_by: str
    cancelled_at: datetime
