"""What opening an address counts for: plays and broken links, as a page's beacons tell them."""

from dataclasses import replace
from uuid import UUID

import structlog

from wellspring_common import metrics
from wellspring_common.errors import WellspringError
from wellspring_common.ids import uuid7
from wellspring_common.metering import count_by_host

from .choosing import Broken, Chosen, Nothing
from .domain.offers import Link
from .domain.plays import EVERYBODY, Play
from .door import Door

SURFACE = "address"

log = structlog.get_logger(__name__)


async def count_opening(
    door: Door,
    client: str,
    episode_id: int,
    found: Chosen | Nothing,
    *,
    is_start: bool,
    may_probe: bool = False,
) -> None:
    """Tell of broken links, and count a play that begins, or cannot. What fails here stops no player.

    A beginning that `may_probe` may be a library's look at a file, which is no play.
    """
    now, plays = door.clock.now(), isinstance(found, Chosen)
    play_id, begins = door.addressing.plays.join(
        client, episode_id, new=uuid7(), starts=is_start and plays, now=now, may_probe=may_probe
    )
    told = [_failed(play_id, episode_id, broken) for broken in found.broken]
    if told and is_start and not plays and not may_probe:
        told[-1] = replace(told[-1], over=True)
    if isinstance(found, Chosen) and begins:
        told.append(_play(play_id, episode_id, found.link, first_try=not found.broken))
    try:
        for play in told:
            await tell(door, play)
    except WellspringError as error:
        log.warning("play.uncounted", episode_id=episode_id, reason=error.message)


async def tell(door: Door, play: Play) -> None:
    """Tell of one play or broken link, within what all players may report."""
    now = door.clock.now()
    if door.play_budget.retry_after(EVERYBODY, now=now) is not None:
        return
    counted = await door.plays.record(play, now=now)
    if counted is not None and counted.outcome is not None:
        count_by_host(metrics.PLAYS, counted.server, outcome=counted.outcome.value, surface=counted.surface)


def _play(play_id: UUID, episode_id: int, link: Link, *, first_try: bool) -> Play:
    return Play(
        play_id=play_id,
        tab_id=play_id,
        episode_id=episode_id,
        link_id=link.id,
        generation=link.generation,
        first_try=first_try,
        fault=None,
        over=False,
        position_s=0,
        surface=SURFACE,
    )


def _failed(play_id: UUID, episode_id: int, broken: Broken) -> Play:
    return replace(_play(play_id, episode_id, broken.link, first_try=False), fault=broken.fault)
