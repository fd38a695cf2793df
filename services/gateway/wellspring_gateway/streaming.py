"""Films and shows by the URLs of `link-management.md`, and having their links found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from .domain.streaming import SHOWN_EPISODES, Film, Part, Shelf, most_wanting, needs_scrape
from .door import Door
from .force import Queued, Refused, force_scrape


@dataclass(frozen=True)
class Started:
    """Scrapes that answer the wish: new ones, or those that run already."""

    jobs: tuple[UUID, ...]


async def shown(door: Door, film: Film, *, season: int | None, number: Decimal | None) -> Shelf:
    """Return the episodes of a title that its own address shows."""
    return await door.compat.streaming.shelf([film.id], each=SHOWN_EPISODES, season=season, number=number)


def is_wanting(door: Door, shelf: Shelf) -> bool:
    """Return whether looking at these episodes should have their links found."""
    wanting = needs_scrape(shelf, now=door.clock.now(), tunables=door.tunables.current)
    return wanting and any(part.has_source for part in shelf.parts)


async def refresh(door: Door, parts: Sequence[Part], *, requested_by: str, reason: str) -> Started | Refused:
    """Have the links of the most wanting episodes found, as far as their cooldowns allow."""
    jobs: list[UUID] = []
    refused: list[Refused] = []
    for part in most_wanting(parts):
        answer = await force_scrape(door, part.episode_id, requested_by=requested_by, reason=reason)
        if isinstance(answer, Queued):
            jobs.append(answer.job_id)
        elif answer is not None:
            refused.append(answer)
    if jobs:
        return Started(tuple(jobs))
    if not refused:
        return Refused("no_source", "This title has no source page to scrape: add one first.")
    return min(refused, key=_allowed_at)


def _allowed_at(refused: Refused) -> tuple[bool, datetime | None]:
    return (refused.allowed_at is None, refused.allowed_at)
