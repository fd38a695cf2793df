"""How popular plays made their episodes, held against the plays that were committed."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tests.chaos.ledger import reading
from tests.chaos.truth import Truth
from wellspring_cli.stack import Stack
from wellspring_common.events.topology import REFRESHER_PLAYS
from wellspring_common.tunables import Tunables
from wellspring_refresher.domain.popularity import Popularity

HALF_LIFE = timedelta(days=Tunables().popularity_half_life_days)
FLOAT = 0.05
"""A play more or less is 1. What the moments of handling are known by makes far less than this."""


@dataclass(frozen=True)
class Plays:
    """The plays of one episode that were committed, and when the refresher counted each of them."""

    committed: int
    counted_at: tuple[datetime, ...]

    def score_at(self, moment: datetime) -> float:
        """Return what they come to then: what was not counted at all is missed as a whole play."""
        missing = self.committed - len(self.counted_at)
        return missing + sum(math.exp2(-((moment - each) / HALF_LIFE)) for each in self.counted_at)


def difference(plays: Plays, found: Popularity) -> float:
    """Return how many plays the popularity has too many, or too few where it is below zero."""
    return found.score - plays.score_at(found.at)


async def popularities(stack: Stack, started: Mapping[int, Collection[UUID]]) -> dict[int, float]:
    """Return how many plays each episode's popularity is out, by the events that tell of its plays.

    They must be all the plays that the episode ever had.
    """
    found = {}
    async with reading(stack) as connection, connection.transaction(isolation="repeatable_read"):
        for episode_id, events in started.items():
            row = await connection.fetchrow(
                "select popularity, popularity_at from links.refresh_schedule where episode_id = $1",
                episode_id,
            )
            counted = await connection.fetch(
                "select handled_at from links.inbox where consumer = $1 and event_id = any($2)",
                REFRESHER_PLAYS.name,
                list(events),
            )
            assert row is not None, f"the schedule does not know episode {episode_id}"
            plays = Plays(len(events), tuple(each["handled_at"] for each in counted))
            found[episode_id] = difference(plays, Popularity(row["popularity"], row["popularity_at"]))
    return found


def started_in(seen: Truth, episodes: Collection[int]) -> dict[int, set[UUID]]:
    """Return the plays that were committed, by episode."""
    started: dict[int, set[UUID]] = {each: set() for each in episodes}
    for row in seen.rows:
        if row.subject == "playback.started" and row.payload["episode_id"] in started:
            started[row.payload["episode_id"]].add(row.event_id)
    return started


def miscounted(out: Mapping[int, float]) -> tuple[int, int, tuple[str, ...]]:
    """Return how many plays were lost, how many counted twice, and where, a line each."""
    told = tuple(f"popularity of {each}: {by:+.4f} plays" for each, by in out.items() if abs(by) > FLOAT)
    return (
        sum(max(-round(each), 0) for each in out.values()),
        sum(max(round(each), 0) for each in out.values()),
        told,
    )
