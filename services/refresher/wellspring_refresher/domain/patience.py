"""How long a job may take before nobody waits for it any more."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long jobs may run or wait before they count as lost."""

    job_lease: timedelta
    queue_patience: timedelta
    crawl_lease: timedelta
    crawl_patience: timedelta
