"""Planning the whole schedule again once its rules have changed, a batch at a time."""

from datetime import datetime

from wellspring_common.postgres import Database

from ..domain.rules import Rules
from . import schedule_queries as queries
from .timetable import plan_again


class PostgresPlanning:
    """Keeps in mind by which rules the schedule was planned, and how far."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def plan_on(self, rules: Rules, *, most: int, now: datetime) -> int | None:
        """Plan the next episodes by these rules and return how many, or nothing once all are.

        A second process that comes by meanwhile leaves the work to the first: it hears 0.
        """
        named = repr(rules)
        async with self._database.transaction() as connection:
            held = await connection.fetchrow(queries.PLANNED_BY)
            if held is None:
                return 0
            is_known = held["rules"] == named
            if is_known and held["planned_to"] is None:
                return None
            after = held["planned_to"] if is_known else 0
            rows = await connection.fetch(queries.NEXT_TO_PLAN, after, most)
            episodes = [row["episode_id"] for row in rows]
            await plan_again(connection, episodes, rules, now=now)
            await connection.execute(queries.PLANNED_TO, named, episodes[-1] if episodes else None)
            return len(episodes) if episodes else None
