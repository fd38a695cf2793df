"""What health needs from the outside."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from wellspring_common.bus.port import Delivery
from wellspring_common.events.catalog import CatalogChanged
from wellspring_common.events.links import LinksUpdated
from wellspring_common.events.playback import PlaybackFailed
from wellspring_common.events.probes import ProbeRequested

from .domain.breakers import OwnNetwork, Position
from .domain.evidence import Evidence
from .domain.looks import Checked, DueLink, Look
from .domain.rounds import Rules


@dataclass(frozen=True)
class Round:
    """What became of a round of looks.

    `kept` are the verdicts that counted, `own_turned` says that our own network went away or came back.
    """

    kept: Sequence[Checked]
    hosts_turned: Mapping[str, Position]
    own: OwnNetwork
    own_turned: bool = False
    starved: Sequence[int] = ()


@dataclass(frozen=True)
class Moved:
    """How many links of a title rest since it is in the trash, or are due since it is back."""

    rested: int = 0
    due: int = 0


@dataclass(frozen=True)
class OpenRun:
    """One run of probes on demand that this replica works on."""

    run_id: UUID
    filter: Mapping[str, Any]
    left: int
    requested_at: datetime

    @property
    def timeout_s(self) -> float | None:
        """Return the deadline of one look, where the run has its own."""
        wish = self.filter.get("timeout_s")
        return None if wish is None else float(wish)


class Store(Protocol):
    """Where verdicts are kept."""

    async def learn(
        self, consumer: str, delivery: Delivery, event: LinksUpdated, *, now: datetime, rules: Rules
    ) -> int:
        """Take new generations of links into care and return how many."""
        ...

    async def catalog_changed(
        self, consumer: str, delivery: Delivery, event: CatalogChanged, *, now: datetime
    ) -> Moved:
        """Let links of a title that is in the trash rest, and make them due when it is back."""
        ...

    async def hurry(
        self, consumer: str, delivery: Delivery, event: PlaybackFailed, *, now: datetime, lease: timedelta
    ) -> bool:
        """Make a link that broke in a player due, and return whether it was not due soon anyway.

        A report on another generation counts for nothing, and a link that must not be probed stays alone.
        """
        ...

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
        """Return links whose check is due, kept from other replicas for a lease.

        Hosts take turns, no host has more than `per_host`, and none of a host that rests or is `busy`.
        """
        ...

    async def save(
        self, looks: Sequence[Look], *, now: datetime, rules: Rules, run_id: UUID | None = None
    ) -> Round:
        """Judge looks, store the verdicts and tell what died or came back. `run_id` is the run they are of.

        A verdict on an older generation is void, and so is one whose lease was lost.
        """
        ...

    async def asked_canaries(self, *, answered: bool, now: datetime) -> OwnNetwork:
        """Keep whether any canary answered, and return what is known of our own network."""
        ...

    async def counts(self, *, now: datetime) -> Mapping[tuple[str, str], int]:
        """Return how many links are in each state on each server. What has expired is in no other state."""
        ...

    async def breakers(self) -> tuple[Mapping[str, datetime], OwnNetwork]:
        """Return since when which hosts fail, and what is known of our own network."""
        ...

    async def starved(self) -> int:
        """Return how many episodes have fewer links than the minimum and have not recovered."""
        ...

    async def oldest_due(self, *, now: datetime) -> timedelta:
        """Return how long the most overdue check has waited."""
        ...

    async def purge(self) -> int:
        """Delete what is past its retention and return how many rows."""
        ...


class Runs(Protocol):
    """Probes on demand."""

    async def add(self, consumer: str, delivery: Delivery, event: ProbeRequested, *, now: datetime) -> bool:
        """Keep a run that somebody asked for, and return whether it is new."""
        ...

    async def take(self, *, now: datetime, lease: timedelta) -> OpenRun | None:
        """Return the oldest open run, kept from other replicas for a lease."""
        ...

    async def next_links(
        self,
        run_id: UUID,
        *,
        now: datetime,
        limit: int,
        per_host: int,
        lease: timedelta,
        run_lease: timedelta,
        busy: Collection[str],
    ) -> list[DueLink]:
        """Return links that the run has not looked at, hosts by turns, and renew the run's lease."""
        ...

    async def renew(self, run_id: UUID, *, now: datetime, lease: timedelta) -> None:
        """Keep a run that is worked on from other replicas for another lease."""
        ...

    async def has_more(self, run_id: UUID) -> bool:
        """Return whether any link of a run is left."""
        ...

    async def give_up(self, run_id: UUID, hosts: Collection[str]) -> int:
        """Leave out what is left of hosts that must not be asked for long, and return how many links."""
        ...

    async def finish(self, run_id: UUID, *, now: datetime, error: str | None = None) -> None:
        """End a run."""
        ...


class Prober(Protocol):
    """Asks a server for the start of a file."""

    async def probe(self, link: DueLink, *, deadline_s: float) -> Evidence:
        """Return what one bounded request showed. Never raises for what the world does."""
        ...

    def wait(self, host: str) -> float:
        """Return in how many seconds a host may be asked by work that nobody waits for."""
        ...

    async def answers(self, url: str) -> bool:
        """Return whether anything at all answers there."""
        ...
