"""From a permanent address to a link that plays: looked at first, and scraped where it must be."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from wellspring_common.errors import Throttled
from wellspring_common.events.playback import PlaybackFault
from wellspring_common.offering import SINGLE_USE

from .domain.carrying import NOBODY, Carrier
from .domain.offers import Link
from .domain.opening import Wish, answers
from .domain.state import EpisodeState
from .door import Door
from .force import Refused, force_scrape
from .listener import Listener

MOST_LOOKS = 6
TURNS = 2
"""Links that a cooldown made us look at may all be dead too: then it no longer holds."""
RETRY_S = 30.0
REQUESTED_BY = "address"
STEP = b"event: step"

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Broken:
    """A link that was looked at in vain."""

    link: Link
    fault: PlaybackFault


@dataclass(frozen=True)
class Chosen:
    """A link that plays, with those that did not."""

    link: Link
    broken: tuple[Broken, ...]


@dataclass(frozen=True)
class Nothing:
    """No link plays. `retry_after` is in seconds."""

    retry_after: float
    broken: tuple[Broken, ...] = ()


class Choice:
    """One opening of an address by one client. Where a play `starts`, no earlier look is good enough."""

    def __init__(self, door: Door, wish: Wish, carrier: Carrier, client: str, *, starts: bool) -> None:
        self._door = door
        self._wish = wish
        self._carrier = carrier
        self._client = client
        self._starts = starts
        self._broken: list[Broken] = []
        self._asked = False
        """Whether a scrape was waited for."""

    def at_sight(self, state: EpisodeState) -> Chosen | Nothing:
        """Return the link that a scan of a library is sent to: nobody is asked, nothing is scraped."""
        found = self._open(state)
        return Chosen(found[0], ()) if found else Nothing(RETRY_S)

    async def make(self, state: EpisodeState) -> Chosen | Nothing:
        """Return a link that plays. Scrapes once, where none does."""
        found = await self._look(self._open(state))
        for _ in range(TURNS):
            if found is not None:
                break
            fresh = await self._scraped()
            if isinstance(fresh, Nothing):
                return Nothing(fresh.retry_after, tuple(self._broken))
            found = await self._look(self._open(fresh))
            if self._asked:
                break
        return self._chosen(found) if found is not None else Nothing(RETRY_S, tuple(self._broken))

    def _chosen(self, link: Link) -> Chosen:
        return Chosen(link, tuple(self._broken))

    def _open(self, state: EpisodeState) -> list[Link]:
        door, now = self._door, self._door.clock.now()
        offered = state.offered(now=now, tunables=door.tunables.current)
        return [link for link in answers(self._wish, offered, self._carrier) if not self._failed_here(link)]

    def _failed_here(self, link: Link) -> bool:
        now = self._door.clock.now()
        return self._door.addressing.failures.has(self._client, link.id, link.generation, now=now)

    async def _look(self, links: Sequence[Link]) -> Link | None:
        waiting = None
        for link in links[:MOST_LOOKS]:
            try:
                fault = await self._fault(link)
            except Throttled:
                waiting = waiting or link  # its host says nothing of it: better than no link at all
                continue
            if fault is None:
                return link
            self._broken.append(Broken(link, fault))
        return waiting

    async def _fault(self, link: Link) -> PlaybackFault | None:
        addressing, now = self._door.addressing, self._door.clock.now()
        looked = addressing.looked
        seen = not self._starts and looked.has(link.id, link.generation, now=now)
        if seen or link.refresh_class == SINGLE_USE:
            return None
        headers = await addressing.links.of(link.id, link.generation) if link.needs_headers else {}
        if headers is None:
            return PlaybackFault.EXPIRED
        fault = await addressing.media.fault(link, headers)
        if fault is None:
            looked.remember(link.id, link.generation, now=now)
        else:
            looked.forget(link.id, link.generation)
            addressing.failures.remember(self._client, link.id, link.generation, now=now)
        return fault

    async def _scraped(self) -> EpisodeState | Nothing:
        """Return the episode after a scrape, at the latest when the player has waited long enough."""
        door, episode_id = self._door, self._wish.episode_id
        now, wait_s = door.clock.now(), door.tunables.current.address_wait_seconds
        over = door.addressing.scrapes.retry_after(self._client, now=now)
        if over is not None:
            return Nothing(over)
        with door.live.listening(episode_id, NOBODY) as listener:
            answer = await force_scrape(door, episode_id, requested_by=REQUESTED_BY, broken=self._failed_here)
            if answer is None or isinstance(answer, Refused):
                fresh = await door.catalog.state(episode_id)  # another's scrape may have ended just now
                if fresh is not None and self._open(fresh):
                    return fresh
                return Nothing(_seconds_until(answer.allowed_at if answer else None, now))
            self._asked, job_id = True, str(answer.job_id)
            done = await self._heard(listener, lambda state: self._is_answered(state, job_id), wait_s)
        log.info("address.waited", episode_id=episode_id, job_id=job_id, answered=done is not None)
        return done or await door.catalog.state(episode_id) or Nothing(RETRY_S)

    def _is_answered(self, state: EpisodeState, job_id: str) -> bool:
        ended = state.job is None or state.job.id != job_id or state.job.state not in {"queued", "running"}
        return ended or bool(self._open(state))

    async def _heard(
        self, listener: Listener, enough: Callable[[EpisodeState], bool], wait_s: float
    ) -> EpisodeState | None:
        """Return the episode as soon as there is enough of it, or nothing when the time is over."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                while not listener.ended:
                    blocks = await listener.heard(within_s=wait_s)
                    if all(block.startswith(STEP) for block in blocks):
                        continue  # nothing yet but steps on the way
                    state = await self._door.catalog.state(self._wish.episode_id)
                    if state is not None and enough(state):
                        return state
        return None


def _seconds_until(moment: datetime | None, now: datetime) -> float:
    return RETRY_S if moment is None else max(1.0, (moment - now).total_seconds())
