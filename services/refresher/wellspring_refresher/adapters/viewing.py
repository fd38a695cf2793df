"""What viewers and probes say of episodes, in Postgres: plays, hunger and deaths."""

from datetime import datetime

from wellspring_common.bus.port import Delivery
from wellspring_common.events.links import EpisodeStarved, LinksDied, LinksWanted
from wellspring_common.events.playback import PlaybackStarted
from wellspring_common.inbox import Inbox
from wellspring_common.postgres import Database

from ..domain.history import after_hunger, after_play, after_play_before, after_wish
from ..domain.outlook import Outlook
from ..domain.policy import Plan
from ..domain.rules import Rules
from . import queries, schedule_queries
from .timetable import plan_again


class PostgresViewing:
    """Plans again what somebody watches or misses. Every method is one transaction with its inbox row."""

    def __init__(self, database: Database, inbox: Inbox) -> None:
        self._database = database
        self._inbox = inbox

    async def played(
        self, consumer: str, delivery: Delivery, event: PlaybackStarted, rules: Rules, *, now: datetime
    ) -> int | None:
        """Count a play, have the next episode ready, and return which that is."""
        async with self._database.transaction() as connection:
            if not await self._inbox.first_time(connection, consumer, delivery.envelope.event_id):
                return None
            following = await connection.fetchval(schedule_queries.NEXT_EPISODE, event.episode_id)

            def change(outlook: Outlook) -> Outlook:
                if outlook.episode_id == event.episode_id:
                    return after_play(outlook, rules, now=now)
                return after_play_before(outlook, rules, now=now)

            both = [event.episode_id] if following is None else [event.episode_id, following]
            await plan_again(connection, both, rules, now=now, change=change)
            return None if following is None else int(following)

    async def starved(
        self, consumer: str, delivery: Delivery, event: EpisodeStarved, rules: Rules, *, now: datetime
    ) -> Plan | None:
        """Plan an episode that has too few links, and return the plan of one that is known."""
        async with self._database.transaction() as connection:
            if not await self._inbox.first_time(connection, consumer, delivery.envelope.event_id):
                return None
            episodes = [event.episode_id]
            plans = await plan_again(connection, episodes, rules, now=now, change=after_hunger)
            return plans.get(event.episode_id)

    async def wanted(
        self, consumer: str, delivery: Delivery, event: LinksWanted, rules: Rules, *, now: datetime
    ) -> Plan | None:
        """Plan an episode whose links somebody is about to use, and return the plan of one that is known."""
        async with self._database.transaction() as connection:
            if not await self._inbox.first_time(connection, consumer, delivery.envelope.event_id):
                return None

            def change(outlook: Outlook) -> Outlook:
                return after_wish(outlook, now=now)

            plans = await plan_again(connection, [event.episode_id], rules, now=now, change=change)
            return plans.get(event.episode_id)

    async def died(
        self, consumer: str, delivery: Delivery, event: LinksDied, rules: Rules, *, now: datetime
    ) -> None:
        """Keep how long the links lived, and plan their episode without them."""
        async with self._database.transaction() as connection:
            if not await self._inbox.first_time(connection, consumer, delivery.envelope.event_id):
                return
            await connection.execute(
                queries.SEE_DEATHS,
                [link.link_id for link in event.links],
                [link.generation for link in event.links],
                [link.ok_at for link in event.links],
                event.checked_at,
            )
            await plan_again(connection, [event.episode_id], rules, now=now)
