"""Forcing a scrape: the cooldown first, then one job an episode."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog

from .domain.cooldown import cooldown_message
from .domain.offers import Link
from .door import Door

REASON = "force"

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Queued:
    """A job answers the wish. `deduplicated` means that it was there before."""

    job_id: UUID
    deduplicated: bool


@dataclass(frozen=True)
class Refused:
    """The wish has to wait, or can't be met. `allowed_at` says until when."""

    code: str
    detail: str
    allowed_at: datetime | None = None


async def force_scrape(
    door: Door,
    episode_id: int,
    *,
    requested_by: str,
    reason: str = REASON,
    broken: Callable[[Link], bool] = lambda _: False,
) -> Queued | Refused | None:
    """Queue an interactive scrape of an episode. Nothing, when there is no such episode.

    A job that already runs answers every further wish, whatever the cooldown says. `broken` tells
    the links that do not play, whatever is stored of them: nobody has to wait because of those.
    """
    state = await door.catalog.state(episode_id)
    if state is None:
        return None
    if not state.masters:
        return Refused("no_source", "This episode has no source page to scrape: add one first.")
    now, tunables = door.clock.now(), door.tunables.current
    running = state.job is not None and state.job.state in {"queued", "running"}
    if not running:
        dead = {link.id for link in state.offered(now=now, tunables=tunables) if broken(link)}
        sound = state.sound(now=now, tunables=tunables, without=dead)
        allowed_at = state.allowed_at(now=now, tunables=tunables, sound=sound, found_broken=bool(dead))
        if allowed_at is not None:
            return Refused("cooldown", cooldown_message(allowed_at, now), allowed_at)
    wish = await door.jobs.request(episode_id, reason=reason, requested_by=requested_by, now=now)
    door.states.forget(episode_id)  # whoever asked sees their job at once, not when the fact comes round
    if wish is None:
        return Refused("no_source", "This episode has no source page to scrape: add one first.")
    log.info(
        "scrape.requested",
        job_id=str(wish.job_id),
        episode_id=episode_id,
        deduplicated=wish.deduplicated,
    )
    return Queued(wish.job_id, wish.deduplicated)
