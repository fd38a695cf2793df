"""Planning: what is known of episodes is read, changed by what happened, and their next turn written."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime

import asyncpg

from wellspring_common.events.scrape import ExpiryBasis, RefreshClass
from wellspring_common.postgres import Connection

from ..domain.outlook import LinkOutlook, Outlook
from ..domain.policy import Plan, Why, plan
from ..domain.popularity import Popularity
from ..domain.rules import Rules
from . import schedule_queries as queries

_HARD = frozenset({ExpiryBasis.PARAMETER.value, ExpiryBasis.ISSUED_AT.value})

Change = Callable[[Outlook], Outlook]


def unchanged(outlook: Outlook) -> Outlook:
    """Return the same: nothing happened that the tables do not say."""
    return outlook


async def plan_again(
    connection: Connection,
    episodes: Sequence[int],
    rules: Rules,
    *,
    now: datetime,
    change: Change = unchanged,
    ends_job: bool = False,
) -> dict[int, Plan]:
    """Plan the next turn of episodes after a change, and return the plans.

    Without `ends_job`, the turn of an episode that is being scraped stays with its job. An episode that is
    not in the catalogue any more is passed over.
    """
    if not episodes:
        return {}
    await connection.execute(queries.KNOW_EPISODES, sorted(set(episodes)))
    rows = await connection.fetch(queries.EPISODES, sorted(set(episodes)))
    links = await links_of(connection, [row["episode_id"] for row in rows])
    decided = []
    for row in rows:
        outlook = change(_outlook(row, links[row["episode_id"]]))
        decided.append((outlook, _plan(row, outlook, rules, now=now)))
    if decided:
        await _save(connection, decided, now=now, keep_taken=not ends_job)
    return {outlook.episode_id: decision for outlook, decision in decided}


async def links_of(connection: Connection, episodes: Sequence[int]) -> defaultdict[int, list[LinkOutlook]]:
    """Return what is known of the links of episodes."""
    links: defaultdict[int, list[LinkOutlook]] = defaultdict(list)
    for row in await connection.fetch(queries.LINKS, list(episodes)):
        links[row["episode_id"]].append(
            LinkOutlook(
                server=row["server"],
                expires_at=row["expires_at"],
                hard=row["expiry_basis"] in _HARD,
                refresh_class=RefreshClass(row["refresh_class"]),
                dead=row["dead"],
                quality=row["quality"],
            )
        )
    return links


def _outlook(row: asyncpg.Record, links: Sequence[LinkOutlook]) -> Outlook:
    return Outlook(
        episode_id=row["episode_id"],
        links=links,
        popularity=Popularity(row["popularity"], row["popularity_at"]),
        next_up_since=row["next_up_since"],
        watched_at=row["watched_at"],
        starved=row["starved"],
        failures=row["failures"],
        last_scraped_at=row["last_scraped_at"],
        failed_at=row["failed_at"],
        starved_scrapes=row["starved_scrapes"],
    )


def _plan(row: asyncpg.Record, outlook: Outlook, rules: Rules, *, now: datetime) -> Plan:
    if row["in_trash"]:
        return Plan(None, Why.IN_TRASH)
    if not row["has_sources"]:
        return Plan(None, Why.NO_SOURCE)
    return plan(outlook, rules, now=now)


async def _save(
    connection: Connection, decided: Sequence[tuple[Outlook, Plan]], *, now: datetime, keep_taken: bool
) -> None:
    outlooks, plans = [each for each, _ in decided], [each for _, each in decided]
    await connection.execute(
        queries.SAVE,
        [outlook.episode_id for outlook in outlooks],
        [each.due_at for each in plans],
        [each.why.value for each in plans],
        [int(each.urgency) for each in plans],
        [outlook.popularity.score for outlook in outlooks],
        [outlook.popularity.at for outlook in outlooks],
        [outlook.watched_at for outlook in outlooks],
        [outlook.next_up_since for outlook in outlooks],
        [outlook.starved for outlook in outlooks],
        [outlook.starved_scrapes for outlook in outlooks],
        [outlook.failures for outlook in outlooks],
        [outlook.failed_at for outlook in outlooks],
        now,
        keep_taken,
        [outlook.last_scraped_at for outlook in outlooks],
    )
