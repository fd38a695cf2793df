"""Stand-ins for the ports of health."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from wellspring_common.bus.port import Delivery
from wellspring_common.events.catalog import CatalogChanged
from wellspring_common.events.links import LinksUpdated
from wellspring_common.events.playback import PlaybackFailed
from wellspring_health.domain.breakers import Breaker, OwnNetwork
from wellspring_health.domain.evidence import Evidence
from wellspring_health.domain.looks import Checked, DueLink, Look
from wellspring_health.domain.rounds import Rules, settle, turned
from wellspring_health.domain.verdict import Health, State
from wellspring_health.ports import Moved, Round

URL = "https://pixel.example/v/1"


def due_link(
    link_id: int, now: datetime, state: State = State.UNKNOWN, *, host: str = "pixel.example:443"
) -> DueLink:
    return DueLink(
        link_id=link_id,
        generation=1,
        episode_id=7,
        title_id=3,
        source_id=5,
        server="pixel",
        host=host,
        url=f"{URL}/{link_id}",
        headers={},
        health=Health(state=state, strikes=0, reason=None, last_ok_at=None, next_check_at=now),
        plays_per_day=3,
    )


@dataclass
class FakeStore:
    """Links that are due once, and what was saved of them."""

    due: list[DueLink] = field(default_factory=list)
    saved: list[Checked] = field(default_factory=list)
    learned: list[tuple[LinksUpdated, Rules]] = field(default_factory=list)
    hurried: list[PlaybackFailed] = field(default_factory=list)
    links: Mapping[tuple[str, str], int] = field(default_factory=dict)
    held: dict[str, Breaker] = field(default_factory=dict)
    own: OwnNetwork = field(default_factory=OwnNetwork)
    refused: list[list[str]] = field(default_factory=list)

    async def learn(
        self, consumer: str, delivery: Delivery, event: LinksUpdated, *, now: datetime, rules: Rules
    ) -> int:
        self.learned.append((event, rules))
        return len(event.changed)

    async def catalog_changed(
        self, consumer: str, delivery: Delivery, event: CatalogChanged, *, now: datetime
    ) -> Moved:
        return Moved()

    async def hurry(
        self, consumer: str, delivery: Delivery, event: PlaybackFailed, *, now: datetime, lease: timedelta
    ) -> bool:
        self.hurried.append(event)
        return True

    async def claim_due(
        self,
        *,
        now: datetime,
        limit: int,
        per_host: int,
        lease: timedelta,
        rules: Rules,
        busy: Collection[str] = (),
    ) -> list[DueLink]:
        self.refused.append(sorted(busy))
        claimed, self.due = self.due[:limit], self.due[limit:]
        return claimed

    async def save(
        self, looks: Sequence[Look], *, now: datetime, rules: Rules, run_id: UUID | None = None
    ) -> Round:
        before = dict(self.held)
        settled = settle(looks, before, self.own, rules=rules, now=now)
        self.own = settled.own
        self.held |= settled.breakers
        self.saved += settled.checked
        return Round(settled.checked, turned(before, settled.breakers), settled.own)

    async def asked_canaries(self, *, answered: bool, now: datetime) -> OwnNetwork:
        self.own = OwnNetwork() if answered else OwnNetwork(canaries_down=True, since=now)
        return self.own

    async def counts(self, *, now: datetime) -> Mapping[tuple[str, str], int]:
        return self.links

    async def breakers(self) -> tuple[Mapping[str, datetime], OwnNetwork]:
        found = {host: each.since for host, each in self.held.items() if each.frozen and each.since}
        return found, self.own

    async def starved(self) -> int:
        return 2

    async def oldest_due(self, *, now: datetime) -> timedelta:
        return timedelta(seconds=30)

    async def purge(self) -> int:
        return 0


@dataclass
class FakeProber:
    """Answers as told, link by link, and counts how many it is asked at once."""

    answers_of: Mapping[int, Evidence] = field(default_factory=dict)
    waits: Mapping[str, float] = field(default_factory=dict)
    reachable: Collection[str] = ()
    deadlines: list[float] = field(default_factory=list)
    most_at_once: int = 0
    _at_once: int = 0

    async def probe(self, link: DueLink, *, deadline_s: float) -> Evidence:
        self.deadlines.append(deadline_s)
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        await asyncio.sleep(0)
        self._at_once -= 1
        return self.answers_of.get(link.link_id, Evidence(None, 206, 12))

    def wait(self, host: str) -> float:
        return self.waits.get(host, 0.0)

    async def answers(self, url: str) -> bool:
        return url in self.reachable
