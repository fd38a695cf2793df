"""What the refresher made of deaths and hunger, held against what health told."""

import json
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from tests.chaos.claim import Claim
from tests.chaos.ledger import reading
from tests.chaos.truth import Mark
from wellspring_cli.stack import Stack


@dataclass(frozen=True)
class Mourning:
    """What was said of deaths and hunger, and what the refresher has of it."""

    died: Counter[tuple[str, datetime]]
    """Links that died, by server and by the moment of the look that told."""
    lives: Counter[tuple[str, datetime]]
    starved: Counter[int]
    hungry: frozenset[int]
    """Episodes whose schedule knows that they starve."""

    def claim(self, *, kills: int, redelivered: int = 0) -> Claim:
        """Return it as a claim."""
        return Claim(
            committed=self.died.total() + len(self.starved),
            effects=(self.died & self.lives).total() + len(self.hungry & self.starved.keys()),
            lost=(self.died - self.lives).total() + len(self.starved.keys() - self.hungry),
            twice=(self.lives - self.died).total() + self.starved.total() - len(self.starved),
            kills=kills,
            redelivered=redelivered,
        )


async def mourning(stack: Stack, episodes: Collection[int], since: Mark) -> Mourning:
    """Return what became of the deaths and the hunger of episodes since a mark."""
    async with reading(stack) as connection, connection.transaction(isolation="repeatable_read"):
        rows = await connection.fetch(
            "select subject, convert_from(payload, 'utf8') as said from health.outbox "
            "where id > $1 and subject in ('links.died', 'episode.starved')",
            since.rows["health"],
        )
        lives = await connection.fetch(
            "select server, seen_at from links.lifetimes_seen where seen_at >= $1 and dead_by_s is not null",
            since.at,
        )
        hungry = await connection.fetch(
            "select episode_id from links.refresh_schedule "
            "where episode_id = any($1) and starved_since >= $2 and why = 'starved'",
            list(episodes),
            since.at,
        )
    said = [(row["subject"], json.loads(row["said"])) for row in rows]
    return Mourning(
        died=Counter(
            (link["server"], datetime.fromisoformat(event["checked_at"]))
            for subject, event in said
            if subject == "links.died"
            for link in event["links"]
        ),
        lives=Counter((row["server"], row["seen_at"]) for row in lives),
        starved=Counter(event["episode_id"] for subject, event in said if subject == "episode.starved"),
        hungry=frozenset(row["episode_id"] for row in hungry),
    )
