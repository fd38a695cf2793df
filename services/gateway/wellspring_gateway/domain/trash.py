"""What lies in the trash, for how long, and why it was moved there."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from .text import is_storable, without_unseen

KEPT = timedelta(days=30)
LONGEST_REASON = 500


@dataclass(frozen=True)
class TrashedTitle:
    """A title in the trash, with what restoring it would bring back."""

    id: int
    slug: str
    title: str
    kind: str
    year: int | None
    episodes: int
    links: int
    deleted_at: datetime
    deleted_by: str | None
    because: str | None
    """A person's words, or where there is a `clean_run` the clean-up's code."""
    clean_run: str | None

    @property
    def purged_at(self) -> datetime:
        """Return when it is gone for good."""
        return self.deleted_at + KEPT


def parse_reason(said: str | None) -> str | None:
    """Return a reason in one line, or nothing. Raises `ValueError` for one that can't be kept."""
    words = " ".join(without_unseen(said or "").split())
    if len(words) > LONGEST_REASON or not is_storable(words):
        raise ValueError(f"A reason is text of at most {LONGEST_REASON} characters.")
    return words or None
