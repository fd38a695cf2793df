"""Episodes with fewer links than they should have: told once, until they recover or hours pass."""

from collections.abc import Sequence
from datetime import datetime

from wellspring_common.events.links import EpisodeStarved
from wellspring_common.minimum import minimum_servers
from wellspring_common.outbox import Outbox
from wellspring_common.postgres import Connection

from ..domain.looks import Checked
from ..domain.rounds import Rules
from ..domain.starving import TOLD_AGAIN

# What is offered, nearly as the gateway's `domain/offers.py` counts it. Left out: breakers, links that work
# once, and how little a learned expiry is trusted once it is past.
_OFFERED = """
select e.id as episode_id,
    (select count(*) from catalog.sources as s where s.episode_id = e.id) as sources,
    (
        select count(*)
        from links.links as l
        left join health.link_health as h on h.link_id = l.id and h.generation = l.generation
        where l.episode_id = e.id and coalesce(h.state, 'unknown') <> 'dead'
            and (
                l.expires_at is null or l.expires_at > $2
                or (
                    l.expiry_basis not in ('parameter', 'issued_at')
                    and h.state = 'alive' and h.last_ok_at > $2 - $3::interval
                )
            )
    ) as offered
from catalog.episodes as e
where e.id = any($1)
order by e.id
"""

_NOTE = """
insert into health.starved as held (episode_id, offered, minimum, told_at)
values ($1, $2, $3, $4)
on conflict (episode_id) do update
set offered = excluded.offered, minimum = excluded.minimum, told_at = excluded.told_at
where held.told_at <= excluded.told_at - $5::interval
returning true
"""

_RECOVER = "delete from health.starved where episode_id = any($1)"


async def tell_starved(
    connection: Connection, outbox: Outbox, news: Sequence[Checked], *, rules: Rules, now: datetime
) -> list[int]:
    """Tell of episodes that the news leave with too few links, and return them."""
    return await _weigh(connection, outbox, {each.link.episode_id for each in news}, rules=rules, now=now)


async def note_recovered(
    connection: Connection, outbox: Outbox, episode_id: int, *, rules: Rules, now: datetime
) -> None:
    """Forget an episode that was starved and has links again."""
    if await connection.fetchval("select true from health.starved where episode_id = $1", episode_id):
        await _weigh(connection, outbox, {episode_id}, rules=rules, now=now)


async def _weigh(
    connection: Connection, outbox: Outbox, episodes: set[int], *, rules: Rules, now: datetime
) -> list[int]:
    if not episodes:
        return []
    told, recovered = [], []
    for row in await connection.fetch(_OFFERED, sorted(episodes), now, rules.trust):
        episode_id, offered = row["episode_id"], row["offered"]
        minimum = minimum_servers(rules.minimum, row["sources"])
        if offered >= minimum:
            recovered.append(episode_id)
        elif await connection.fetchval(_NOTE, episode_id, offered, minimum, now, TOLD_AGAIN):
            event = EpisodeStarved(episode_id=episode_id, offered=offered, minimum=minimum, checked_at=now)
            await outbox.add(connection, event, now=now)
            told.append(episode_id)
    if recovered:
        await connection.execute(_RECOVER, recovered)
    return told
