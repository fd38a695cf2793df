"""People who watch while links break and processes are killed, and what must be left of it."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import asyncpg

from tests.chaos.audience import Audience, Beacon, Link, fallback, hopeless
from tests.chaos.ledger import Ledger, all_told, deaths, is_idle, plays_told, reading, reports_heard
from tests.support.gateway import eventually
from tests.support.running import Running
from wellspring_cli.stack import Stack
from wellspring_common.events.topology import HEALTH_REPORTS

VICTIMS = ("gateway", "health", "nats", "postgres")
LEASE_S = 6
"""A probe that was lost with its service is repeated after this long here, and not after five minutes."""
VIEWERS = 4
GONE, KEPT = "pixel", "fsl"
"""The server whose files are taken away, and the one that nobody reports."""
PATIENCE_S = 90.0


@dataclass(frozen=True)
class Shelf:
    """Links of a few episodes: those that play, and those that break in players."""

    good: list[Link]
    broken: list[Link]

    def plays(self) -> list[list[Beacon]]:
        """Return plays in which every broken link breaks, each once."""
        found, left = [], [*self.broken]
        while len(left) > 2:
            found += [hopeless(left.pop(), left.pop()), fallback(left.pop(), self.good[0])]
        return found + [fallback(link, self.good[-1]) for link in left]


async def shelf_of(running: Running, show: str, episodes: int) -> Shelf:
    """Return a shelf whose links were all seen an hour ago and are to be seen again in half an hour."""
    links: list[Link] = []
    for number in range(1, episodes + 1):
        pages = await running.demo.mint(show, number)
        episode_id = await running.operator.add_episode(show, number, pages)
        await running.operator.force_scrape(episode_id)
        state = await running.operator.links(episode_id, 9, patience_s=PATIENCE_S)
        links += [Link(episode_id, each["id"], each["generation"], each["server"]) for each in state["links"]]
    ids = [link.link_id for link in links]
    connection = await asyncpg.connect(running.stack.database_url("health"))
    try:
        await eventually(
            lambda: connection.execute(
                "update health.link_health set last_checked_at = now() - interval '1 hour', "
                "next_check_at = now() + interval '30 minutes' where link_id = any($1) and state = 'alive'",
                ids,
            ),
            lambda done: done == f"UPDATE {len(ids)}",
        )
    finally:
        await connection.close()
    good = [link for link in links if link.server == KEPT]
    return Shelf(good, [link for link in links if link.server != KEPT])


@asynccontextmanager
async def watched(
    audience: Audience, links: Sequence[Link], plays: Sequence[list[Beacon]] = ()
) -> AsyncGenerator[None]:
    """Let people watch, and report what breaks, for as long as the block takes."""
    over = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for _ in range(VIEWERS):
            group.create_task(audience.watch(links, over))
        group.create_task(audience.report(plays, 0.7, over))
        try:
            yield
        finally:
            over.set()


async def killed(stack: Stack, victim: str) -> None:
    """Kill a process and wait until its successor works."""
    stack.kill(victim)
    await stack.supervisor.processes[victim].gone()
    await stack.wait_ready(victim)


async def settled(stack: Stack, audience: Audience, *, idle: bool = False) -> Ledger:
    """Return what became of the beacons when all of them were told, and heard where they are reports.

    With `idle` also what was heard but not acknowledged comes again before: that takes 30 s.
    """
    await stack.wait_ready(*VICTIMS)
    await eventually(lambda: all_told(stack, audience), bool, patience_s=PATIENCE_S)
    reports = {each.event_id for each in audience.sent if each.play.fault is not None}
    heard = await eventually(
        lambda: reports_heard(stack, reports), lambda found: found == len(reports), patience_s=PATIENCE_S
    )
    if idle:
        await eventually(lambda: is_idle(stack, HEALTH_REPORTS), bool, patience_s=PATIENCE_S)
    ledger: Ledger = await eventually(lambda: plays_told(stack, audience), bool, patience_s=PATIENCE_S)
    return replace(ledger, hurried=heard, lost=ledger.lost + len(reports) - heard)


async def verdicts(stack: Stack, links: Sequence[Link]) -> dict[str, set[Any]]:
    """Return what is believed of links, by server, and whether each was asked within the last minutes."""
    async with reading(stack) as connection:
        rows = await connection.fetch(
            "select link_id, state, last_checked_at > now() - interval '30 minutes' as asked, "
            "next_check_at > now() + make_interval(secs => $2) as planned "
            "from health.link_health where link_id = any($1)",
            [link.link_id for link in links],
            2 * LEASE_S,
        )
    found: dict[str, set[Any]] = {link.server: set() for link in links}
    server = {link.link_id: link.server for link in links}
    for row in rows:
        found[server[row["link_id"]]].add((row["state"], row["asked"], row["planned"]))
    return found


async def plans(stack: Stack, links: Sequence[Link]) -> list[Any]:
    """Return when each link is to be asked next."""
    async with reading(stack) as connection:
        return await connection.fetch(
            "select link_id, next_check_at from health.link_health where link_id = any($1) order by link_id",
            [link.link_id for link in links],
        )


async def storm(
    running: Running,
    shelf: Shelf,
    audience: Audience,
    kills: Callable[[], Awaitable[int]],
    tell: Callable[[Ledger], None],
    *,
    idle: bool = False,
) -> Ledger:
    """Let people watch while one server's files are gone and processes are killed, and check all of it."""
    await running.demo.fault(target=GONE, kind="status", status=410)
    try:
        async with watched(audience, shelf.good, shelf.plays()):
            count = await kills()
        ledger = replace(await settled(running.stack, audience, idle=idle), kills=count)
        try:
            await check_verdicts(running.stack, shelf)
            await check_repetition(running.stack, shelf, audience, ledger)
        finally:
            ledger = replace(ledger, repeated=audience.repeated)
            tell(ledger)
    finally:
        await running.demo.heal()
    return ledger


async def check_verdicts(stack: Stack, shelf: Shelf) -> None:
    """Fail unless every reported link was asked, no other was, and each death was told once."""
    asked = {
        server: {("dead" if server == GONE else "alive", True, True)}
        for server in {each.server for each in shelf.broken}
    }
    await eventually(lambda: verdicts(stack, shelf.broken), lambda found: found == asked)
    assert await verdicts(stack, shelf.good) == {KEPT: {("alive", False, True)}}
    gone = {link.link_id: 1 for link in shelf.broken if link.server == GONE}
    ours = {link.link_id for link in (*shelf.good, *shelf.broken)}
    await eventually(
        lambda: deaths(stack),
        lambda told: all({link: each[link] for link in ours & each.keys()} == gone for each in told),
    )


async def check_repetition(stack: Stack, shelf: Shelf, audience: Audience, ledger: Ledger) -> None:
    """Fail when beacons that are sent once more, long after, change anything."""
    before = await plans(stack, shelf.broken)
    again = [each for each in audience.sent if each.play.fault is not None]
    again += [each for each in audience.sent if each.event_id in audience.accepted][:100]
    await audience.repeat(again)
    after = await settled(stack, audience)
    assert replace(after, kills=ledger.kills, repeated=ledger.repeated) == ledger
    assert await plans(stack, shelf.broken) == before, "a report that was sent again hurried a link again"
