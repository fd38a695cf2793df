"""One round of looks in one transaction: breakers, verdicts, events, and what is counted of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from wellspring_common.events.links import LinkRef, LinksDied, LinksRevived
from wellspring_common.outbox import Outbox
from wellspring_common.postgres import Connection

from ..domain.breakers import Breaker, Position
from ..domain.looks import Checked, Look
from ..domain.rounds import Rules, settle, turned
from ..domain.verdict import State
from ..ports import Round
from . import queries, rows
from .fingerprints import unmasked
from .run_counts import advance
from .starving import note_hosts_back, tell_starved


async def save_round(
    connection: Connection,
    outbox: Outbox,
    looks: Sequence[Look],
    *,
    now: datetime,
    rules: Rules,
    run_id: UUID | None,
) -> Round:
    """Judge looks and keep what comes of it, in the caller's transaction."""
    looks = await unmasked(connection, looks, now=now)
    before = await _breakers(connection, looks)
    own = rows.own_network(await connection.fetchrow(f"{queries.OWN} for update"))
    settled = settle(looks, before, own, rules=rules, now=now)
    if settled.own != own:
        await connection.execute(queries.SAVE_OWN, *rows.own_columns(settled.own))
    if settled.breakers:
        await connection.execute(queries.SAVE_BREAKERS, *rows.breaker_columns(settled.breakers))
    kept = await _keep(connection, settled.checked, now)
    hosts = turned(before, settled.breakers)
    closed = [host for host, position in hosts.items() if position is Position.CLOSED]
    if closed:
        await connection.execute(queries.LOOK_AGAIN, closed, now)
    asked = [each for each in kept if each.asked]
    await _count(connection, asked, now)
    await _tell(connection, outbox, asked, now)
    starved = await tell_starved(connection, outbox, _news(asked), rules=rules, now=now)
    if closed:
        starved += await note_hosts_back(connection, outbox, closed, rules=rules, now=now)
    if run_id is not None:
        await advance(connection, run_id, asked)
    return Round(kept, hosts, settled.own, settled.own.is_down is not own.is_down, starved)


async def _breakers(connection: Connection, looks: Sequence[Look]) -> dict[str, Breaker]:
    hosts = sorted({look.link.host for look in looks})
    return {row["host"]: rows.breaker(row) for row in await connection.fetch(queries.BREAKERS, hosts)}


async def _keep(connection: Connection, checked: Sequence[Checked], now: datetime) -> list[Checked]:
    if not checked:
        return []
    found = await connection.fetch(queries.SAVE, now, *rows.verdict_columns(checked))
    ids = {row["link_id"] for row in found}
    return [each for each in checked if each.link.link_id in ids]


async def _count(connection: Connection, asked: Sequence[Checked], now: datetime) -> None:
    if not asked:
        return
    await connection.execute(
        queries.STATS,
        now,
        [each.link.server for each in asked],
        [each.evidence.reason is None for each in asked],
        [each.evidence.latency_ms for each in asked],
    )


def _news(checked: Sequence[Checked]) -> list[Checked]:
    """Return the links that died or came back: what stayed as it was is no news."""
    return [
        each
        for each in checked
        if (each.link.health.state is State.DEAD) is not (each.health.state is State.DEAD)
    ]


async def _tell(connection: Connection, outbox: Outbox, checked: Sequence[Checked], now: datetime) -> None:
    for (episode_id, died, reason), refs in _by_episode(checked).items():
        if died:
            event: LinksDied | LinksRevived = LinksDied(
                episode_id=episode_id, links=tuple(refs), reason=reason, checked_at=now
            )
        else:
            event = LinksRevived(episode_id=episode_id, links=tuple(refs), checked_at=now)
        await outbox.add(connection, event, now=now)


def _by_episode(checked: Sequence[Checked]) -> Mapping[tuple[int, bool, str], list[LinkRef]]:
    found: dict[tuple[int, bool, str], list[LinkRef]] = defaultdict(list)
    for each in _news(checked):
        died = each.health.state is State.DEAD
        ref = LinkRef(
            link_id=each.link.link_id,
            generation=each.link.generation,
            source_id=each.link.source_id,
            server=each.link.server,
            verified=not died,
            ok_at=each.health.last_ok_at,
        )
        found[each.link.episode_id, died, each.health.reason or "alive" if died else ""].append(ref)
    return found
