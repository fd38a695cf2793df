"""Letting real services give up on events: parts that are sick, and a page on which scrapers die."""

from collections import Counter
from functools import partial
from operator import le

from tests.chaos.audience import Audience, smooth
from tests.chaos.ledger import reading
from tests.chaos.letters import Letter, letters_since
from tests.chaos.load import Load, Pace
from tests.chaos.sickness import Sickness
from tests.chaos.storm import Shelf, killed
from tests.chaos.truth import Mark
from tests.support.gateway import eventually
from tests.support.running import Running
from wellspring_cli.stack import Stack

EPISODES = 3
PLAYS = 20
TITLES = 5
RUNS_OF_POISON = 3
PAGE_S = 5.0
"""How long a page takes on which a scraper dies."""
PATIENCE_S = 120.0
SICK = Counter(
    {
        ("refresher", "bug"): EPISODES,
        ("health", "bug"): EPISODES,
        ("gateway", "bug"): 1,
        ("refresher_plays", "bug"): PLAYS,
    }
)
POISON = Counter({("scraper_interactive", "poison"): 1})


async def everything_dies(
    running: Running, sick: Sickness, shelf: Shelf, audience: Audience, since: Mark
) -> None:
    """Let events of four consumers meet parts that are sick, and one of a fifth kill whoever handles it."""
    ours = [await _added(running, f"Given Up {number}") for number in range(2 * EPISODES)]
    catalogue = await Load(running, "Given Up", audience.chance, Pace()).catalogue()
    await sick.of("links", *ours[:EPISODES])
    await sick.of("probes", *ours[EPISODES:])
    await sick.of("crawls", catalogue)
    for episode_id in ours:
        await _asked(running, f"episodes/{episode_id}/scrape")
    await _asked(running, f"catalogues/{catalogue}/crawls", scope="ongoing", limit=TITLES, thorough=True)
    await plays_die(sick, shelf, audience, PLAYS)
    await given_up(running.stack, since, SICK)
    await _poison_kills(running)
    await given_up(running.stack, since, SICK + POISON)


async def plays_die(sick: Sickness, shelf: Shelf, audience: Audience, plays: int) -> None:
    """Let people watch an episode whose plays nobody can count."""
    link = shelf.good[0]
    await sick.of("plays", link.episode_id)
    for _ in range(plays):
        await audience.deliver(smooth(link)[0], patient=True)


async def given_up(stack: Stack, since: Mark, wanted: Counter[tuple[str, str]]) -> list[Letter]:
    """Wait until so many letters are there, by consumer and code, and return them."""
    found: list[Letter] = await eventually(
        lambda: letters_since(stack, since),
        lambda letters: Counter((each.consumer, each.code) for each in letters) == wanted,
        patience_s=PATIENCE_S,
    )
    return found


async def _poison_kills(running: Running) -> None:
    """Kill the scraper whenever it is at work on one job, until it must not touch that any more."""
    episode_id = await _added(running, "Given Up As Poison")
    await running.demo.fault(target="site", kind="slow", delay_s=PAGE_S)
    try:
        await _asked(running, f"episodes/{episode_id}/scrape")
        for run in range(1, RUNS_OF_POISON + 1):
            await eventually(
                partial(_runs, running.stack, episode_id), partial(le, run), patience_s=PATIENCE_S
            )
            await killed(running.stack, "scraper")
    finally:
        await running.demo.heal()


async def _runs(stack: Stack, episode_id: int) -> int:
    """Return how often the scraper has begun with an episode's job."""
    sql = "select coalesce(max(attempts), 0) from links.jobs where episode_id = $1 and state = 'running'"
    async with reading(stack) as connection:
        return int(await connection.fetchval(sql, episode_id))


async def _added(running: Running, show: str) -> int:
    """Add an episode that has one page, and return it."""
    return await running.operator.add_episode(show, 1, await running.demo.mint(show, 1, (480,)))


async def _asked(running: Running, path: str, **wish: object) -> None:
    operator, url = running.operator, f"{running.url}/api/v1/{path}"
    async with operator.session.post(url, json=wish or None, headers=operator.headers) as response:
        assert response.status == 202, await response.text()
