"""What health needs from the outside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from wellspring_common.bus.port import Delivery
from wellspring_common.events.links import LinksUpdated
from wellspring_common.events.playback import PlaybackFailed

from .domain.evidence import Evidence
from .domain.verdict import Health


@dataclass(frozen=True)
class DueLink:
    """One link to probe, with what is known of it."""

    link_id: int
    generation: int
    episode_id: int
    source_id: int
    server: str
    url: str
    headers: Mapping[str, str]
    health: Health


@dataclass(frozen=True)
class Checked:
    """One probed link with the verdict."""

    link: DueLink
    evidence: Evidence
    health: Health


class Store(Protocol):
    """Where verdicts are kept."""

    async def learn(
        self, consumer: str, delivery: Delivery, event: LinksUpdated, *, now: datetime, interval: timedelta
    ) -> int:
        """Take new generations of links into care and return how many."""
        ...

    async def hurry(
        self, consumer: str, delivery: Delivery, event: PlaybackFailed, *, now: datetime, lease: timedelta
    ) -> bool:
        """Make a link that broke in a player due, and return whether it was not due soon anyway.

        A report on another generation counts for nothing, and a link that must not be probed stays alone.
        """
        ...

    async def claim_due(self, *, now: datetime, limit: int, lease: timedelta) -> list[DueLink]:
        """Return links whose check is due, kept from other replicas for a lease."""
        ...

    async def save(self, checked: Sequence[Checked], *, now: datetime) -> None:
        """Store verdicts and tell what died or came back.

        A verdict on an older generation is void, and so is one whose lease was lost.
        """
        ...

    async def counts(self, *, now: datetime) -> Mapping[tuple[str, str], int]:
        """Return how many links are in each state on each server. What has expired is in no other state."""
        ...

    async def oldest_due(self, *, now: datetime) -> timedelta:
        """Return how long the most overdue check has waited."""
        ...

    async def purge(self) -> int:
        """Delete what is past its retention and return how many rows."""
        ...


class Prober(Protocol):
    """Asks a server for the start of a file."""

    async def probe(self, link: DueLink) -> Evidence:
        """Return what one bounded request showed. Never raises for what the world does."""
        ...
