"""What is known of an episode when its next refresh is decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from wellspring_common.events.scrape import RefreshClass

from .popularity import Popularity


@dataclass(frozen=True, slots=True)
class LinkOutlook:
    """What is known of one stored link. `hard` means that its expiry is known and not guessed."""

    server: str
    expires_at: datetime | None
    hard: bool
    refresh_class: RefreshClass
    dead: bool
    quality: int | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is known of one episode.

    `failed_at` is when the last of `failures` was (now, where it is not given), `starved_scrapes` how many
    scrapes did not end the hunger.
    """

    episode_id: int
    links: Sequence[LinkOutlook]
    popularity: Popularity
    next_up_since: datetime | None
    watched_at: datetime | None
    starved: bool
    failures: int
    last_scraped_at: datetime | None
    failed_at: datetime | None = None
    starved_scrapes: int = 0
