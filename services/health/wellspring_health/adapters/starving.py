"""Episodes with fewer links than they should have: told once, until they recover or hours pass."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from wellspring_common.events.links import EpisodeStarved
from wellspring_common.outbox import Outbox
from wellspring_common.postgres import Connection

from ..domain.looks import Checked
from ..domain.rounds import Rules
from ..domain.starving import TOLD_AGAIN, Fed, Held, fed

_SOURCES = """
select e.id as episode_id, (select count(*) from catalog.sources as s where s.episode_id = e.id) as sources
from catalog.episodes as e
join catalog.titles as t on t.id = e.title_id and t.deleted_at is null
where e.id = any($1)
order by e.id
"""

# What the gateway reads of the same links to offer them: both decide by `wellspring_common.offering`.
_LINKS = """
select l.episode_id, coalesce(h.state, 'unknown') as state, h.last_ok_at as ok_at,
    coalesce(s.position <> 'closed', false) as host_down, l.expires_at, l.expiry_basis, l.refresh_class,
    l.scraped_at
from links.links as l
left join health.link_health as h on h.link_id = l.id and h.generation = l.generation
left join health.host_state as s on s.host = h.host
where l.episode_id = any($1)
"""

# What a host's outage kept back is offered again when its breaker closes.
_OF_HOSTS = """
select distinct s.episode_id
from health.starved as s
join health.link_health as h on h.episode_id = s.episode_id
where h.host = any($1)
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


async def note_hosts_back(
    connection: Connection, outbox: Outbox, hosts: Sequence[str], *, rules: Rules, now: datetime
) -> list[int]:
    """Forget starved episodes that hosts which work again feed, and return those that are told anew."""
    rows = await connection.fetch(_OF_HOSTS, hosts)
    return await _weigh(connection, outbox, {row["episode_id"] for row in rows}, rules=rules, now=now)


async def _weigh(
    connection: Connection, outbox: Outbox, episodes: set[int], *, rules: Rules, now: datetime
) -> list[int]:
    told, recovered = [], []
    for episode_id, found in (await fed_of(connection, episodes, rules=rules, now=now)).items():
        if not found.is_starved:
            recovered.append(episode_id)
        elif await connection.fetchval(_NOTE, episode_id, found.offered, found.minimum, now, TOLD_AGAIN):
            event = EpisodeStarved(
                episode_id=episode_id, offered=found.offered, minimum=found.minimum, checked_at=now
            )
            await outbox.add(connection, event, now=now)
            told.append(episode_id)
    if recovered:
        await connection.execute(_RECOVER, recovered)
    return told


async def fed_of(
    connection: Connection, episodes: set[int], *, rules: Rules, now: datetime
) -> Mapping[int, Fed]:
    """Return how well episodes are served, as the gateway shows it at the same moment.

    Nobody waits for those of a title in the trash: they are left out.
    """
    if not episodes:
        return {}
    ids = sorted(episodes)
    held: dict[int, list[Held]] = {each: [] for each in ids}
    for episode_id, *known in await connection.fetch(_LINKS, ids):
        held[episode_id].append(Held(*known))
    return {
        row["episode_id"]: fed(
            held[row["episode_id"]], sources=row["sources"], setting=rules.minimum, trust=rules.trust, now=now
        )
        for row in await connection.fetch(_SOURCES, ids)
    }
