"""Episodes whose turn it is, and how long jobs may take."""

from datetime import timedelta
from typing import Any

from tests.integration.common.library import Episode
from wellspring_common.testing.clock import FrozenClock
from wellspring_common.tunables import Tunables

LEASE = timedelta(minutes=10)
PATIENCE = timedelta(hours=6)
HOUR = timedelta(hours=1)
ALWAYS = Tunables(refresh_policy="always")


async def make_due(admin: Any, clock: FrozenClock, *episodes: Episode, ago: timedelta = HOUR) -> None:
    for episode in episodes:
        await admin.execute(
            "insert into links.refresh_schedule (episode_id, due_at, why, last_scraped_at) "
            "values ($1, $2, 'expiry', $2)",
            episode.episode_id,
            clock.now() - ago,
        )
