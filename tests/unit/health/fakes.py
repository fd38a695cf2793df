"""Stand-ins for the ports of health."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from wellspring_common.bus.port import Delivery
from wellspring_common.events.links import LinksUpdated
from wellspring_common.events.playback import PlaybackFailed
from wellspring_health.domain.evidence import Evidence
from wellspring_health.domain.verdict import Health, State
from wellspring_health.ports import Checked, DueLink

URL = "https://pixel.example/v/1"


def due_link(link_id: int, now: datetime, state: State = State.UNKNOWN) -> DueLink:
    return DueLink(
        link_id=link_id,
        generation=1,
        episode_id=7,
        source_id=5,
        server="pixel",
        url=f"{URL}/{link_id}",
        headers={},
        health=Health(state=state, strikes=0, reason=None, last_ok_at=None, next_check_at=now),
    )


@dataclass
class FakeStore:
    """Links that are due once, and what was saved of them."""

    due: list[DueLink] = field(default_factory=list)
    saved: list[Checked] = field(default_factory=list)
    learned: list[tuple[LinksUpdated, timedelta]] = field(default_factory=list)
    hurried: list[PlaybackFailed] = field(default_factory=list)
    links: Mapping[tuple[str, str], int] = field(default_factory=dict)

    async def learn(
        self, consumer: str, delivery: Delivery, event: LinksUpdated, *, now: datetime, interval: timedelta
    ) -> int:
        self.learned.append((event, interval))
        return len(event.changed)

    async def hurry(
        self, consumer: str, delivery: Delivery, event: PlaybackFailed, *, now: datetime, lease: timedelta
    ) -> bool:
        self.hurried.append(event)
        return True

    async def claim_due(self, *, now: datetime, limit: int, lease: timedelta) -> list[DueLink]:
        claimed, self.due = self.due[:limit], self.due[limit:]
        return claimed

    async def save(self, checked: Sequence[Checked], *, now: datetime) -> None:
        self.saved += checked

    async def counts(self, *, now: datetime) -> Mapping[tuple[str, str], int]:
        return self.links

    async def oldest_due(self, *, now: datetime) -> timedelta:
        return timedelta(seconds=30)

    async def purge(self) -> int:
        return 0


@dataclass
class FakeProber:
    """Answers as told, link by link, and counts how many it is asked at once."""

    answers: Mapping[int, Evidence] = field(default_factory=dict)
    most_at_once: int = 0
    _at_once: int = 0

    async def probe(self, link: DueLink) -> Evidence:
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        await asyncio.sleep(0)
        self._at_once -= 1
        return self.answers.get(link.link_id, Evidence(None, 206, 12))
