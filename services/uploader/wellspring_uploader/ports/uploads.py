"""What is stored: uploads and their calendar, the films, and the disk they are on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol
from uuid import UUID

from wellspring_common.bus.port import Delivery
from wellspring_common.events.catalog import Merger
from wellspring_common.events.envelope import Event

from ..domain.calendar import Turn
from ..domain.preflight import FileFacts
from ..domain.quota import Used
from ..domain.templates import Facts
from ..domain.upload import Channel, ChannelState, Upload


class OutrunError(Exception):
    """Somebody else has changed the upload meanwhile: it is read and judged again."""


@dataclass(frozen=True)
class Stored:
    """A film's file as it is stored."""

    media_file_id: int
    path: str
    size_bytes: int
    duration_s: float
    sha256: bytes


@dataclass(frozen=True)
class Former:
    """What a target that was removed has made of an episode."""

    upload_id: UUID
    sha256: bytes
    size_bytes: int
    duration_s: float
    created_on_target_at: datetime
    is_out: bool
    """Whether it was published: else it may be a draft."""


@dataclass(frozen=True)
class Note:
    """What is kept beside an upload in the same transaction: a line for people, and what follows from it."""

    code: str | None = None
    detail: str | None = None
    events: tuple[Event, ...] = ()
    started_at: datetime | None = None
    """The slot that a start took."""
    quota_until: datetime | None = None
    quota_refused: bool = False
    quota_free: bool = False
    stops: ChannelState | None = None
    stops_because: str | None = None
    enters_ledger: bool = False
    leaves_ledger: bool = False


class Uploads(Protocol):
    """What workers read and write. Every write takes the fence of the writer's turn."""

    async def channel(self, target_id: int) -> Channel | None:
        """Return a target."""
        ...

    async def channels(self) -> Sequence[int]:
        """Return the ids of all targets."""
        ...

    async def claim(self, fence: int, target_id: int, identity: str) -> None:
        """Keep which channel a target has signed in to.

        Raises `CredentialsRefused` where another target is that channel, or this one was another until now.
        """
        ...

    async def under_way(self, target_id: int) -> Upload | None:
        """Return the upload that has the target for itself."""
        ...

    async def upload(self, upload_id: UUID) -> Upload | None:
        """Return an upload."""
        ...

    async def watched(self, target_id: int, *, now: datetime) -> Sequence[Upload]:
        """Return the published uploads that are to be looked at now."""
        ...

    async def next_look(self, target_id: int) -> datetime | None:
        """Return when the next published or doubtful upload is to be looked at."""
        ...

    async def doubtful(self, target_id: int, *, now: datetime) -> Upload | None:
        """Return an upload that went on after a doubt, and whose drafts are to be looked for now."""
        ...

    async def litter(self, target_id: int) -> Sequence[Upload]:
        """Return the uploads that ended and whose drafts are still on the platform."""
        ...

    async def earlier(self, upload: Upload) -> Sequence[Upload]:
        """Return the uploads of the same episode that were taken off with a draft on the platform."""
        ...

    async def heir(self, upload: Upload) -> Upload | None:
        """Return the upload that took the place of one that was taken off, if there is one."""
        ...

    async def formers(self, upload: Upload) -> Sequence[Former]:
        """Return what targets that were removed have made of the same episode."""
        ...

    async def last_verdict(self, target_id: int, *, besides: UUID) -> str | None:
        """Return the state that the newest judged upload of a target ended in."""
        ...

    async def save(self, fence: int, before: Upload, after: Upload, note: Note, *, now: datetime) -> Upload:
        """Store an upload with what belongs to it, and return it as stored.

        Raises `FenceLostError`, and `OutrunError` where it is in another state than before.
        """
        ...

    async def note_progress(self, fence: int, upload: Upload, bytes_sent: int) -> int:
        """Store how far sending is, and return the new `seq`. Raises `FenceLostError` and `OutrunError`."""
        ...

    async def used(self, target_id: int, *, now: datetime) -> Sequence[Used]:
        """Return what counts against a target's quota now."""
        ...

    async def film(self, upload: Upload) -> Stored | None:
        """Return the file of an upload, the one that it began with where that is still there."""
        ...

    async def facts(self, upload: Upload) -> Facts | None:
        """Return what templates know of an episode, or nothing where it may not be published any more."""
        ...

    async def playlist(self, upload: Upload) -> str | None:
        """Return the id of the playlist of an upload's season, where it is known."""
        ...

    async def keep_playlist(self, upload: Upload, playlist_id: str) -> None:
        """Remember the playlist of a season."""
        ...


@dataclass(frozen=True)
class Plan:
    """The calendar of a target, as it was just stored."""

    turns: tuple[Turn, ...]

    @property
    def due(self) -> Turn | None:
        """Return whose turn is now."""
        return next((turn for turn in self.turns if turn.is_due), None)

    @property
    def next_at(self) -> datetime | None:
        """Return the first moment at which somebody may have a turn."""
        return min((turn.planned_at for turn in self.turns if turn.planned_at is not None), default=None)


class Planning(Protocol):
    """Keeps the calendar that people see in step with what is so."""

    async def replan(self, target_id: int, *, now: datetime) -> Plan:
        """Compute a target's calendar again, store what changed, and return it."""
        ...


class Catalogue(Protocol):
    """Follows what becomes of titles and episodes."""

    async def changed(
        self, delivery: Delivery, title_id: int, merger: Merger | None, *, now: datetime
    ) -> int:
        """Take episodes that are gone off their schedules, plan anew, and return how many went.

        What was published and downloaded of an episode that was merged counts for the one that stays.
        """
        ...


class Files(Protocol):
    """The disk with the films."""

    def path(self, stored: Stored) -> Path:
        """Return where a film is."""
        ...

    async def look(self, stored: Stored) -> FileFacts:
        """Return what the disk has of a film."""
        ...
