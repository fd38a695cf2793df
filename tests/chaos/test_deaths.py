"""Whoever is killed while links die, each death is learned of once, and each hungry episode fed once."""

import asyncio
import random
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import asyncpg
import pytest

from tests.chaos.audience import Link
from tests.chaos.claim import Claim
from tests.chaos.instead import instead
from tests.chaos.ledger import reading, stored
from tests.chaos.mourning import Mourning, mourning
from tests.chaos.storm import GONE, killed, shelf_of
from tests.chaos.truth import Mark, left_behind, mark, truth
from tests.chaos.weather import settled
from tests.support.gateway import eventually
from tests.support.running import Running
from wellspring_cli.stack import Stack
from wellspring_common.events.topology import REFRESHER
from wellspring_refresher.domain.schedule import IDLE_STARVED_WAITS

pytestmark = [pytest.mark.chaos, pytest.mark.long, pytest.mark.asyncio(loop_scope="session")]

VICTIMS = ("health", "refresher", "nats", "refresher", "postgres")
PATIENCE_S = 120.0

Tell = Callable[[object], None]


async def written(stack: Stack, service: str, sql: str, *given: object) -> str:
    """Write something as a service does, to let time pass."""
    connection = await asyncpg.connect(stack.database_url(service))
    try:
        return await connection.execute(sql, *given)
    finally:
        await connection.close()


async def die_in_turn(running: Running, links: Sequence[Link], chance: random.Random) -> int:
    """Let the links of one episode after the other be looked at while processes are killed."""
    by_episode: dict[int, list[int]] = {}
    for link in links:
        by_episode.setdefault(link.episode_id, []).append(link.link_id)
    for victim, ids in zip(VICTIMS, by_episode.values(), strict=True):
        await written(
            running.stack,
            "health",
            "update health.link_health set next_check_at = now() where link_id = any($1)",
            ids,
        )
        if victim == "refresher":
            await eventually(partial(learned, running.stack, ids), bool, patience_s=PATIENCE_S)
        else:
            await asyncio.sleep(chance.uniform(0.4, 1.2))
        await killed(running.stack, victim)
    return len(VICTIMS)


async def learned(stack: Stack, links: Sequence[int]) -> bool:
    """Return whether the refresher has learned of the death of links. It has not said so then."""
    async with reading(stack) as connection:
        return bool(
            await connection.fetchval(
                "select exists (select from health.outbox as o "
                "join links.inbox as i on i.event_id = o.event_id and i.consumer = $1 "
                "cross join jsonb_array_elements(convert_from(o.payload, 'utf8')::jsonb -> 'links') as link "
                "where o.subject = 'links.died' and (link ->> 'link_id')::bigint = any($2))",
                REFRESHER.name,
                links,
            )
        )


async def jobs_of(stack: Stack, episodes: Sequence[int], since: Mark) -> list[Any]:
    """Return the scrapes that nobody asked for: why, and what became of them."""
    async with reading(stack) as connection:
        return await connection.fetch(
            "select episode_id, reason, state from links.jobs "
            "where episode_id = any($1) and requested_at >= $2 order by episode_id",
            episodes,
            since.at,
        )


@dataclass(frozen=True)
class Deaths:
    """What happened to a few episodes, and what became of it."""

    episodes: Sequence[int]
    links: int
    since: Mark
    found: Mourning
    claim: Claim


async def deaths_through_kills(running: Running, show: str, how: str) -> Deaths:
    """Let the files of one server be gone while processes are killed, with a refresher that is `how`."""
    stack = running.stack
    shelf = await shelf_of(running, show, len(VICTIMS))
    dying = [link for link in shelf.broken if link.server == GONE]
    episodes = sorted({link.episode_id for link in dying})
    since = await mark(stack)
    await running.demo.fault(target=GONE, kind="status", status=410)
    argv = (sys.executable, "-m", "tests.chaos.careless_refresher", how)
    try:
        async with instead(stack, "refresher", argv=argv):
            kills = await die_in_turn(running, dying, random.Random(7))
            await eventually(
                lambda: mourning(stack, episodes, since),
                lambda seen: seen.died.total() >= len(dying) and len(seen.starved) >= len(episodes),
                patience_s=PATIENCE_S,
            )
            await settled(stack, since)
    finally:
        await running.demo.heal()
    found, seen = await mourning(stack, episodes, since), await truth(stack, since)
    claim = found.claim(kills=kills, redelivered=seen.deliveries - seen.messages)
    return Deaths(episodes, len(dying), since, found, claim)


async def test_each_death_is_learned_of_and_each_hungry_episode_fed_once_whoever_is_killed(
    running: Running, tell: Tell
) -> None:
    seen = await deaths_through_kills(running, "Dying Through Kills", "slow")
    found, claim = seen.found, seen.claim
    tell(claim)
    assert (claim.lost, claim.twice) == (0, 0), found
    assert claim.redelivered > 0
    assert found.died.total() == seen.links == 3 * len(VICTIMS)
    assert found.starved == Counter(seen.episodes)
    await told_once(running.stack, seen.episodes, seen.since)
    await fed_once(running.stack, seen.episodes, seen.since)
    assert await left_behind(running.stack, seen.since) == {}
    assert_it_can_tell(found)


@pytest.mark.control
async def test_the_ledger_of_deaths_sees_a_refresher_that_has_no_inbox(running: Running, tell: Tell) -> None:
    seen = await deaths_through_kills(running, "Dying Twice", "forgetful")
    tell(seen.claim)
    assert (seen.claim.lost, seen.claim.twice > 0) == (0, True), seen.found


async def told_once(stack: Stack, episodes: Sequence[int], since: Mark) -> None:
    """Fail unless the stream holds each death and each hunger once, and the schedule a turn for it."""
    said = await stored(stack, "links.died", "episode.starved", since=since.sequences["EVENTS"] + 1)
    starved = Counter(each.payload["episode_id"] for each in said if each.subject == "episode.starved")
    assert starved == Counter(episodes)
    died = Counter(link["link_id"] for each in said for link in each.payload.get("links", ()))
    assert set(died.values()) == {1}
    async with reading(stack) as connection:
        waits = await connection.fetchval(
            "select max(due_at - last_scraped_at) from links.refresh_schedule where episode_id = any($1)",
            episodes,
        )
    tired = IDLE_STARVED_WAITS[0].total_seconds()
    assert waits.total_seconds() == pytest.approx(tired, abs=1), "as soon as is worth it, unwatched"


async def fed_once(stack: Stack, episodes: Sequence[int], since: Mark) -> None:
    """Let the wait after a scrape be over, kill the refresher as it asks, and see one scrape each."""
    assert await jobs_of(stack, episodes, since) == []
    sql = "update links.refresh_schedule set due_at = now() where episode_id = any($1)"
    await written(stack, "refresher", sql, episodes)
    await eventually(lambda: jobs_of(stack, episodes, since), bool, patience_s=PATIENCE_S)
    await killed(stack, "refresher")
    await settled(stack, since)
    jobs = [tuple(row) for row in await jobs_of(stack, episodes, since)]
    assert jobs == [(each, "starved", "succeeded") for each in episodes]


def assert_it_can_tell(found: Mourning) -> None:
    """Fail unless a death that is missed, one that is there twice and a lost hunger are seen."""
    one = next(iter(found.lives))
    poorer, richer = found.lives - Counter([one]), found.lives + Counter([one])
    assert replace(found, lives=poorer).claim(kills=0).lost == 1
    assert replace(found, lives=richer).claim(kills=0).twice == 1
    assert replace(found, hungry=frozenset()).claim(kills=0).lost == len(found.starved)
    twice_told = found.starved + Counter([next(iter(found.starved))])
    assert replace(found, starved=twice_told).claim(kills=0).twice == 1
