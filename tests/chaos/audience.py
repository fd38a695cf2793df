"""Viewers whose players send beacons, and send them again until they are taken or the tab is closed."""

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import aiohttp

from wellspring_common.events.playback import PlaybackFault
from wellspring_gateway.domain.plays import Outcome, Play

PATIENCE_S = 150.0
ANSWER_S = aiohttp.ClientTimeout(total=3)
TAKEN = 202
PATIENT, IN_TWO_COPIES, ONCE_MORE = 0.7, 0.1, 0.2
OF_ONE_ADDRESS = 50
"""The gateway takes 60 beacons a minute from one."""
_addresses = itertools.count(1)


@dataclass(frozen=True)
class Link:
    """One link of a page."""

    episode_id: int
    link_id: int
    generation: int
    server: str


@dataclass(frozen=True)
class Beacon:
    """One message of a player. `outcome` is what it counts for, if it counts for anything."""

    play: Play
    link: Link
    outcome: Outcome | None

    @property
    def event_id(self) -> UUID:
        return self.play.event_id

    @property
    def body(self) -> dict[str, Any]:
        play = self.play
        return {
            "play_id": str(play.play_id),
            "tab_id": str(play.tab_id),
            "episode_id": play.episode_id,
            "link_id": play.link_id,
            "generation": play.generation,
            "outcome": "failed" if play.fault else "started",
            "first_try": play.first_try,
            "reason": play.fault,
            "over": play.over,
        }


def smooth(link: Link) -> list[Beacon]:
    """Return the beacon of a play that starts at once."""
    return [_beacon(uuid4(), uuid4(), link, outcome=Outcome.FIRST_TRY)]


def fallback(broken: Link, good: Link) -> list[Beacon]:
    """Return the beacons of a play whose first link breaks."""
    play, tab = uuid4(), uuid4()
    started = _beacon(play, tab, good, outcome=Outcome.AFTER_FALLBACK, first_try=False)
    return [_beacon(play, tab, broken, fault=PlaybackFault.NETWORK), started]


def hopeless(first: Link, last: Link) -> list[Beacon]:
    """Return the beacons of a play that runs out of links."""
    play, tab, broken = uuid4(), uuid4(), PlaybackFault.STALLED
    over = _beacon(play, tab, last, fault=broken, outcome=Outcome.FAILED, first_try=False, over=True)
    return [_beacon(play, tab, first, fault=broken), over]


def _beacon(
    play: UUID,
    tab: UUID,
    link: Link,
    *,
    outcome: Outcome | None = None,
    fault: PlaybackFault | None = None,
    first_try: bool = True,
    over: bool = False,
) -> Beacon:
    said = Play(play, tab, link.episode_id, link.link_id, link.generation, first_try, fault, over, 0)
    return Beacon(said, link, outcome)


@dataclass
class Audience:
    """Sends beacons and keeps its own books: what was sent, what was answered, what was sent once more."""

    url: str
    chance: random.Random
    sent: list[Beacon] = field(default_factory=list)
    accepted: set[UUID] = field(default_factory=set)
    unanswered: set[UUID] = field(default_factory=set)
    repeated: int = 0
    pause_s: float = 0.0
    """Between two plays of one viewer."""

    async def watch(self, links: Sequence[Link], over: asyncio.Event) -> None:
        """Play links one after the other. Some viewers close the tab when nobody answers."""
        while not over.is_set():
            for beacon in smooth(self.chance.choice(links)):
                await self.deliver(beacon, patient=self.chance.random() < PATIENT)
            await asyncio.sleep(self.pause_s)

    async def report(self, plays: Sequence[list[Beacon]], every_s: float, over: asyncio.Event) -> None:
        """Play what breaks, a play now and then, and the rest when the storm is over. Nobody gives up."""
        for play in plays:
            for beacon in play:
                await self.deliver(beacon, patient=True)
            with suppress(TimeoutError):
                async with asyncio.timeout(every_s):
                    await over.wait()

    async def deliver(self, beacon: Beacon, *, patient: bool) -> None:
        """Send a beacon until it is taken: in two copies at once now and then, and some once more."""
        self.sent.append(beacon)
        refused: Counter[int] = Counter()
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not await self._tried(beacon, refused, patient=patient):
                    continue
        except TimeoutError as error:
            raise AssertionError(f"not taken within {PATIENCE_S:g} s: {refused}") from error

    async def _tried(self, beacon: Beacon, refused: Counter[int], *, patient: bool) -> bool:
        """Try from one address for a while: what the gateway refuses counts there as well.

        `refused` gets what was answered instead of taking it, 0 for nothing.
        """
        async with seat() as session:
            for _ in range(OF_ONE_ADDRESS // 2):
                copies = 2 if self.chance.random() < IN_TWO_COPIES else 1
                answers = await asyncio.gather(*(self._post(session, beacon) for _ in range(copies)))
                if TAKEN in answers:
                    self.accepted.add(beacon.event_id)
                    again = self.chance.random() < ONCE_MORE and await self._post(session, beacon) == TAKEN
                    self.repeated += copies - 1 + again
                    return True
                refused.update(answers)
                if not patient:
                    self.unanswered.add(beacon.event_id)
                    return True
                await asyncio.sleep(0.1)
        return False

    async def repeat(self, beacons: Sequence[Beacon]) -> None:
        """Send beacons once more that were taken long ago."""
        for few in _in_parts(beacons):
            async with seat() as session:
                for beacon in few:
                    assert await self._post(session, beacon) == TAKEN
                    self.repeated += 1

    async def _post(self, session: aiohttp.ClientSession, beacon: Beacon) -> int:
        try:
            async with session.post(f"{self.url}/api/v1/plays", json=beacon.body) as answer:
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, TimeoutError, ConnectionError):
            return 0


@asynccontextmanager
async def seat() -> AsyncGenerator[aiohttp.ClientSession]:
    """Lend a session with a loopback address of its own: the gateway counts beacons by address."""
    number = next(_addresses)
    address = f"127.0.{1 + number // 250}.{1 + number % 250}"
    connector = aiohttp.TCPConnector(local_addr=(address, 0))
    async with aiohttp.ClientSession(connector=connector, timeout=ANSWER_S) as session:
        yield session


def _in_parts(beacons: Sequence[Beacon]) -> list[Sequence[Beacon]]:
    return [beacons[at : at + OF_ONE_ADDRESS] for at in range(0, len(beacons), OF_ONE_ADDRESS)]
