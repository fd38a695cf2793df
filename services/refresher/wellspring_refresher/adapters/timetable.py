"""When an episode is due next, in the transaction that ended its scrape."""

from datetime import datetime, timedelta

from wellspring_common.events.scrape import LinksScraped
from wellspring_common.postgres import Connection
from wellspring_common.tunables import Tunables

from ..domain.merge import JobState
from ..domain.schedule import due_after_failure, next_due
from . import queries


async def schedule_next(
    connection: Connection,
    event: LinksScraped,
    state: JobState,
    *,
    now: datetime,
    tunables: Tunables,
) -> None:
    """Plan the next scrape ahead of the first expiry, or sooner where some sources gave nothing."""
    due = next_due(
        expiries=[link.expires_at for result in event.results for link in result.links],
        now=now,
        ttl=timedelta(hours=tunables.link_ttl_hours),
        ahead=timedelta(minutes=tunables.refresh_ahead_minutes),
        episode_id=event.episode_id,
    )
    failures = 0
    if state is JobState.PARTIAL:
        # the sources that gave nothing are asked again sooner, and each time a little later
        failures = int(await connection.fetchval(queries.FAILURES, event.episode_id) or 0) + 1
        due = min(due, due_after_failure(failures=failures, now=now))
    await connection.execute(queries.SCHEDULE_SUCCESS, event.episode_id, due, now, failures)


async def schedule_retry(connection: Connection, episode_id: int, *, now: datetime) -> None:
    """Plan another try after a failure, each a little later. What was never scraped is a person's to ask."""
    row = await connection.fetchrow(queries.COUNT_FAILURE, episode_id)
    if row is not None and row["was_scraped"]:
        due = due_after_failure(failures=row["failures"], now=now)
        await connection.execute(queries.SCHEDULE_RETRY, episode_id, due)
