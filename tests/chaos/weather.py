"""What a stack goes through under load, and what it claims when nothing moves any more."""

import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.chaos.audience import Audience
from tests.chaos.claim import WELL, Claim, claimed
from tests.chaos.load import Load, under_load
from tests.chaos.reaper import EVERYBODY
from tests.chaos.storm import shelf_of
from tests.chaos.truth import Mark, left_behind, mark, under_way
from tests.support.gateway import eventually
from wellspring_cli.stack import Stack
from wellspring_scraper.adapters import processes

SETTLE_S = 150.0
_BROWSER = "wellspring-browser-"
SLOW_PAGE_S = 0.7
"""So that whatever happens finds somebody at work."""


async def settled(stack: Stack, since: Mark, *, but: frozenset[str] = frozenset()) -> None:
    """Wait until everybody is up and nothing moves. What was in hand at a kill comes again after 30 s.

    `but` is what may never come to its end where somebody was careless.
    """
    await stack.wait_ready(*EVERYBODY)
    await eventually(lambda: under_way(stack, since), lambda found: found.keys() <= but, patience_s=SETTLE_S)


def orphans() -> list[int]:
    """Return browsers of scrapers that are no more. Stacks beside this one have scrapers of their own."""
    folders = Path(tempfile.gettempdir()).glob(f"{_BROWSER}*")
    lonely = [each for each in folders if not _lives(each.name.removeprefix(_BROWSER).partition("-")[0])]
    return [pid for each in lonely for pid in processes.holders(each)]


def _lives(pid: str) -> bool:
    return Path("/proc", pid).exists()


async def weathered(
    load: Load,
    weather: Callable[[], Awaitable[int]],
    tell: Callable[[object], None],
    *,
    well: frozenset[str] = WELL,
) -> Claim:
    """Let something happen to a stack under load, and return what it claims then.

    `weather` returns how many were killed. Fails when anything is lost, done twice, buried or left behind.
    """
    stack = load.running.stack
    claim, since = await claim_after(load, weather, tell, well=well)
    assert claim.why == (), "\n".join((str(claim), *claim.why))
    assert (claim.lost, claim.twice) == (0, 0)
    assert await left_behind(stack, since) == {}
    assert orphans() == []
    return claim


async def claim_after(
    load: Load,
    weather: Callable[[], Awaitable[int]],
    tell: Callable[[object], None],
    *,
    but: frozenset[str] = frozenset(),
    well: frozenset[str] = WELL,
) -> tuple[Claim, Mark]:
    """Return what is claimed after some weather, whatever that is."""
    running, stack = load.running, load.running.stack
    shelf = await shelf_of(running, f"Watched In {load.name}", 1)
    audience = Audience(running.url, load.chance)
    since = await mark(stack)
    await running.demo.fault(target="site", kind="slow", delay_s=SLOW_PAGE_S)
    try:
        async with under_load(load, audience, [*shelf.good, *shelf.broken]):
            kills = await weather()
    finally:
        await running.demo.heal()
    await settled(stack, since, but=but)
    claim = await claimed(load, audience, since, kills=kills, well=well)
    tell(claim)
    return claim, since
