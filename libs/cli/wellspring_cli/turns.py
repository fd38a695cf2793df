"""What the refresher would ask for, read from its schedule: who has a turn, when, why, and who must wait."""

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import asyncpg

if TYPE_CHECKING:
    from wellspring_common.tunables import Tunables

DAY_S = 86_400

# In the order of the refresher's own claim: what is due by its urgency, and then what will be.
TURNS = """
select s.episode_id, t.title, e.season::float8 as season, e.number::float8 as number, s.due_at, s.why,
    s.urgency, s.popularity, s.popularity_at, s.failures, s.last_scraped_at,
    array(select c.url from catalog.sources as c where c.episode_id = s.episode_id) as urls
from links.refresh_schedule as s
join catalog.episodes as e on e.id = s.episode_id
join catalog.titles as t on t.id = e.title_id
where s.urgency = any('{0,1,2,3}'::smallint[]) and s.due_at <= $2 and s.why <> 'requested'
    and t.deleted_at is null
order by s.due_at <= $1 desc, case when s.due_at <= $1 then s.urgency end, s.due_at
limit $3
"""

COUNTS = """
select count(*) filter (where due_at <= $1) as due, count(*) as within
from links.refresh_schedule
where urgency = any('{0,1,2,3}'::smallint[]) and due_at <= $2 and why <> 'requested'
"""

WAITING = """
select count(*) from links.jobs
where kind = 'scrape' and state in ('queued', 'running') and lane = 'background'
"""

HOURS = "select host, asked from links.host_hours where hour = date_trunc('hour', $1::timestamptz, 'UTC')"

SETTINGS = "select key, value from catalog.settings"


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One refresh that would come. `held_by` is the host whose budget of this hour is used up."""

    episode_id: int
    title: str
    season: float
    number: float
    due_at: datetime
    why: str
    plays_per_day: float
    failures: int
    last_scraped_at: datetime | None
    hosts: tuple[str, ...]
    held_by: str | None

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return {**vars(self), "hosts": list(self.hosts), "plays_per_day": round(self.plays_per_day, 3)}


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """The refresher's next hours."""

    policy: str
    is_paused: bool
    due: int
    within: int
    being_scraped: int
    per_host_hour: int
    asked: Mapping[str, int]
    turns: Sequence[Turn]

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return {**vars(self), "turns": [turn.as_json() for turn in self.turns]}


async def outlook(
    connection: "asyncpg.Connection[asyncpg.Record]", *, now: datetime, within: timedelta, limit: int
) -> Outlook:
    """Return what would be refreshed and why. Nothing is changed."""
    tunables = await _tunables(connection)
    counts = await connection.fetchrow(COUNTS, now, now + within)
    assert counts is not None  # noqa: S101  (a count always has a row)
    asked = {row["host"]: row["asked"] for row in await connection.fetch(HOURS, now)}
    rows = await connection.fetch(TURNS, now, now + within, limit)
    half_life = timedelta(days=tunables.popularity_half_life_days)
    return Outlook(
        policy=tunables.refresh_policy,
        is_paused=tunables.refresh_paused,
        due=counts["due"],
        within=counts["within"],
        being_scraped=await connection.fetchval(WAITING),
        per_host_hour=tunables.scrapes_per_host_hour,
        asked=asked,
        turns=_turns(rows, asked, tunables.scrapes_per_host_hour, half_life, now),
    )


def _turns(
    rows: Sequence[asyncpg.Record], asked: Mapping[str, int], most: int, half_life: timedelta, now: datetime
) -> list[Turn]:
    used = Counter(asked)
    turns = []
    for row in rows:
        hosts = tuple(sorted({(urlsplit(url).hostname or "").lower() for url in row["urls"]}))
        is_due = row["due_at"] <= now
        held_by = next((host for host in hosts if used[host] >= most), None) if is_due else None
        if is_due and held_by is None:
            used.update(hosts)
        turns.append(
            Turn(
                episode_id=row["episode_id"],
                title=row["title"],
                season=row["season"],
                number=row["number"],
                due_at=row["due_at"],
                why=row["why"],
                plays_per_day=plays_per_day(row["popularity"], now - row["popularity_at"], half_life),
                failures=row["failures"],
                last_scraped_at=row["last_scraped_at"],
                hosts=hosts,
                held_by=held_by,
            )
        )
    return turns


def plays_per_day(score: float, age: timedelta, half_life: timedelta) -> float:
    """Return the plays a day that a popularity stands for: it counts half after each half-life."""
    left = score * math.exp2(-max(age / half_life, 0.0))
    return left * math.log(2) / (half_life.total_seconds() / DAY_S)


async def _tunables(connection: "asyncpg.Connection[asyncpg.Record]") -> "Tunables":
    from wellspring_common.tunables import Tunables  # noqa: PLC0415  (slow to import)

    rows = await connection.fetch(SETTINGS)
    return Tunables.model_validate({row["key"]: json.loads(row["value"]) for row in rows})
