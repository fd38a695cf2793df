"""What the gateway's upkeep needs from the outside: trash, clean-up, looks on demand, the health of hosts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from .domain.cleaning import Rules
from .domain.host_health import HostHealth
from .domain.probing import ProbeFilter
from .domain.trash import TrashedTitle
from .ports.library import Requested


class Trash(Protocol):
    """Titles that nobody sees any more, until they are restored or purged."""

    async def put(self, title_id: int, *, by: str, because: str | None, now: datetime) -> bool | None:
        """Move a title to the trash and return whether it was not there yet. Nothing for no title."""
        ...

    async def restore(self, title_id: int, *, by: str, now: datetime) -> bool | None:
        """Bring a title back with everything and return whether it was in the trash. Nothing for no title."""
        ...

    async def slug(self, title_id: int) -> str | None:
        """Return the slug of a title, in the trash or not."""
        ...

    async def find(self, *, limit: int, cursor: str | None) -> tuple[int, list[TrashedTitle], str | None]:
        """Return how many titles are in the trash, a page of them, the newest first, and the next cursor."""
        ...

    async def purge(self, *, now: datetime) -> int:
        """Delete what has been in the trash for its time, and return how many titles."""
        ...


@dataclass(frozen=True)
class CleanRun:
    """A run of the clean-up: what it did, and the library before and after."""

    id: UUID | None
    """Nothing for a rehearsal."""
    requested_by: str
    counts: dict[str, int]
    before: dict[str, Any]
    after: dict[str, Any]
    started_at: datetime
    finished_at: datetime
    undone_by: str | None = None
    undone_at: datetime | None = None
    titles: Sequence[dict[str, Any]] = ()
    """What was decided about which title, and why."""
    held_back: Sequence[str] = ()
    """Hosts whose breaker is open, for a rehearsal: the real run would refuse."""


class Cleaning(Protocol):
    """The clean-up of titles that have nothing left to play."""

    async def run(self, rules: Rules, *, by: str, dry: bool, now: datetime) -> CleanRun:
        """Mark, unmark and move to the trash. Raises `Permanent` with `breaker_open` while one is open."""
        ...

    async def run_due(self, rules: Rules, *, every_hours: float, now: datetime) -> CleanRun | None:
        """Do the same by the clock, where the last run is long enough ago. Raises `Permanent` as `run`."""
        ...

    async def undo(self, run_id: UUID, *, by: str, now: datetime) -> list[int] | None:
        """Restore what a run moved to the trash and return which titles. Nothing for no run."""
        ...

    async def one(self, run_id: UUID) -> CleanRun | None:
        """Return a run with the titles that it moved to the trash."""
        ...

    async def recent(self, limit: int) -> list[CleanRun]:
        """Return the newest runs, without their titles."""
        ...

    async def marks(self, limit: int) -> list[dict[str, Any]]:
        """Return the titles that are marked, the oldest mark first."""
        ...

    async def purge(self, *, now: datetime) -> int:
        """Delete runs past their time and return how many."""
        ...


class ProbeRuns(Protocol):
    """Looks at links that a person asked for."""

    async def request(self, wanted: ProbeFilter, *, by: str, now: datetime, key: str | None) -> Requested:
        """Ask the health service, once for each key.

        Raises `Permanent` with `unknown_title` or `unknown_episode`, and `idempotency_conflict` where the
        key was used for another wish.
        """
        ...

    async def one(self, run_id: UUID) -> dict[str, Any] | None:
        """Return a run as far as it has come."""
        ...

    async def recent(self, limit: int, *, now: datetime) -> list[dict[str, Any]]:
        """Return the newest runs, with those that nobody has taken up yet."""
        ...


class Hosts(Protocol):
    """What health knows of hosts."""

    async def now(self, now: datetime) -> HostHealth:
        """Return the hosts whose breakers are not closed, the newest first, and what our network is at."""
        ...


@dataclass(frozen=True)
class Upkeep:
    """All of them together, as the door holds them."""

    trash: Trash
    cleaning: Cleaning
    probes: ProbeRuns
    hosts: Hosts
