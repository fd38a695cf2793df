"""What a player's beacon says, what it counts for, and how many one client may send."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from wellspring_common.events.playback import PlaybackFailed, PlaybackFault, PlaybackStarted
from wellspring_common.ids import derived_id

KEPT = timedelta(days=400)
"""How long the counts of a day are kept: a year can be compared with the one before."""

EVERYBODY = "everybody"


class Outcome(StrEnum):
    """How a play began, counted once a play."""

    FIRST_TRY = "live_first_try"
    AFTER_FALLBACK = "live_after_fallback"
    FAILED = "failed"


@dataclass(frozen=True)
class Play:
    """What one beacon reports. `fault` is set when a link broke, `over` when no link was left."""

    play_id: UUID
    tab_id: UUID
    episode_id: int
    link_id: int
    generation: int
    first_try: bool
    fault: PlaybackFault | None
    over: bool
    position_s: float
    surface: str = "browser"

    @property
    def started_id(self) -> UUID:
        """Return the id of the event that says that this play started."""
        return derived_id(self.play_id, f"{self.tab_id}/started")

    @property
    def event_id(self) -> UUID:
        """Return the id of this beacon's event: a repeated beacon has the same one."""
        if self.fault is None:
            return self.started_id
        return derived_id(self.play_id, f"{self.tab_id}/failed/{self.link_id}.{self.generation}")

    def outcome(self, *, started_before: bool) -> Outcome | None:
        """Return what this beacon adds to the counts: nothing for a link that gave way to another."""
        if self.fault is None:
            return Outcome.FIRST_TRY if self.first_try else Outcome.AFTER_FALLBACK
        return Outcome.FAILED if self.over and not started_before else None

    def event(self, *, server: str, quality: int | None) -> PlaybackStarted | PlaybackFailed:
        """Return what the other services hear."""
        started = PlaybackStarted(
            play_id=self.play_id,
            episode_id=self.episode_id,
            link_id=self.link_id,
            generation=self.generation,
            server=server,
            quality=quality,
            surface=self.surface,
            position_s=self.position_s,
            first_try=self.first_try,
        )
        return started if self.fault is None else PlaybackFailed(**started.model_dump(), reason=self.fault)


def oldest_kept(now: datetime) -> date:
    """Return the first day whose counts are still kept."""
    return (now - KEPT).date()


class RateLimit:
    """Counts what each client sends in a window, in memory: another process counts for itself."""

    def __init__(
        self, *, most: int = 60, window: timedelta = timedelta(minutes=1), clients: int = 10_000
    ) -> None:
        self._most = most
        self._window = window
        self._clients = clients
        self._seen: OrderedDict[str, tuple[datetime, int]] = OrderedDict()

    def retry_after(self, client: str, *, now: datetime, most: int | None = None) -> float | None:
        """Count one request, and return for how many seconds this client has to wait, if it has to.

        `most` stands for the limit that was given at first, where it may change.
        """
        since, count = self._seen.get(client, (now, 0))
        if now - since >= self._window:
            since, count = now, 0
        if count >= (self._most if most is None else most):
            return (since + self._window - now).total_seconds()
        self._seen[client] = (since, count + 1)
        self._seen.move_to_end(client)
        while len(self._seen) > self._clients:
            self._seen.popitem(last=False)
        return None
