"""What one look at one link is about, before and after it was judged."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from .evidence import Evidence
from .verdict import Health

NEAR, WATCHED, IDLE = 0, 1, 2
"""Urgency: near a verdict or reported by a player, of something watched, the rest."""


@dataclass(frozen=True)
class DueLink:
    """One link to probe, with what is known of it.

    `host` is that of its URL with the port. `guessed_until` is an expiry that is no more than a guess.
    `wanted_at` is when somebody pressed play on the episode before its own, and not yet on that.
    """

    link_id: int
    generation: int
    episode_id: int
    title_id: int
    source_id: int
    server: str
    host: str
    url: str
    headers: Mapping[str, str]
    health: Health
    size_bytes: int | None = None
    guessed_until: datetime | None = None
    plays_per_day: float = 0.0
    wanted_at: datetime | None = None


@dataclass(frozen=True)
class Look:
    """What a probe of a link showed."""

    link: DueLink
    evidence: Evidence


@dataclass(frozen=True)
class Checked:
    """One look with what is believed after it. `asked` is false when the look is put off."""

    link: DueLink
    evidence: Evidence
    health: Health
    urgency: int
    asked: bool = True
