"""What an operator decides about refreshing."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from wellspring_common.tunables import Tunables


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The settings that decide when something is refreshed, and the few times that are not for tuning."""

    policy: Literal["smart", "always"] = "smart"
    ttl: timedelta = timedelta(hours=6)
    ahead: timedelta = timedelta(minutes=10)
    half_life: timedelta = timedelta(days=3)
    worth: float = 0.05
    """So many plays expected before the new links die are worth a refresh."""
    unwatched_every: timedelta | None = timedelta(days=7)
    minimum: int = 2
    """So many links a quality should have to offer, where its source has as many."""
    watching: timedelta = timedelta(hours=3)
    """So long after a play somebody is taken to be watching."""
    next_up_for: timedelta = timedelta(hours=54)
    """So long after a play the next episode is kept ready."""
    sitting: timedelta = timedelta(hours=1)
    """More plays within so long of one ask no more for the next episode than that one."""
    reach: timedelta = timedelta(minutes=90)
    """Links of the next episode that live this much longer need no refresh at once."""
    lull: timedelta = timedelta(minutes=5)
    """However short links live, an episode is left alone for this long after a scrape."""


def rules_of(tunables: Tunables) -> Rules:
    """Return the rules that the settings make."""
    days = tunables.unwatched_refresh_days
    return Rules(
        policy=tunables.refresh_policy,
        ttl=timedelta(hours=tunables.link_ttl_hours),
        ahead=timedelta(minutes=tunables.refresh_ahead_minutes),
        half_life=timedelta(days=tunables.popularity_half_life_days),
        worth=tunables.plays_worth_a_refresh,
        unwatched_every=timedelta(days=days) if days > 0 else None,
        minimum=tunables.min_servers_per_source,
    )
