"""What the uploader needs from the outside."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from wellspring_common.bus.port import Delivery
from wellspring_common.events.envelope import Event
from wellspring_common.uploading import Visibility

from .domain.calendar import Turn
from .domain.preflight import FileFacts
from .domain.quota import Used
from .domain.templates import Facts
from .domain.upload import Channel, ChannelState, Upload

Told = Callable[[int], Awaitable[None]]
"""Hears how many bytes of the file the platform has. Called often: whoever listens thins it out."""


@dataclass(frozen=True)
class Film:
    """The file that is to be published."""

    path: Path
    size_bytes: int
    duration_s: float
    sha256: bytes


@dataclass(frozen=True)
class Card:
    """What a platform is told about a film. `marker` is a tag by which we know our own again."""

    title: str
    description: str
    tags: tuple[str, ...]
    category: str
    language: str | None
    is_for_kids: bool
    visibility: Visibility
    marker: str


@dataclass(frozen=True)
class Account:
    """Who a target's credentials belong to, and what it may do as far as the platform says."""

    name: str
    channel: str
    limits: Mapping[str, float] = field(default_factory=dict)
    """Any of `videos_per_day`, `minutes_per_day`, `longest_minutes`, `largest_bytes`."""


@dataclass(frozen=True)
class Sent:
    """The platform has every byte.

    `reference` is what `create` needs; `video_id` is there where sending made the video already.
    """

    reference: Mapping[str, Any]
    video_id: str | None = None


@dataclass(frozen=True)
class Made:
    """A video on the platform, as its owner sees it."""

    video_id: str
    title: str
    tags: tuple[str, ...]
    duration_s: float | None
    created_at: datetime
    is_published: bool
    """Whether everybody can find it. What is not may be a draft, or as private as its card wanted it."""
    url: str | None = None


class Processing(StrEnum):
    """What the platform is doing with a film."""

    WORKING = "working"
    READY = "ready"
    REJECTED = "rejected"
    BROKEN = "broken"
    GONE = "gone"


@dataclass(frozen=True)
class Progress:
    """How far a platform is with a film. `percent` is nothing where it does not say."""

    processing: Processing
    is_published: bool
    """Whether everybody can find it: never for a film whose card says private. Nothing to wait for."""
    percent: int | None = None
    url: str | None = None
    detail: str | None = None


class Target(Protocol):
    """One channel on one platform. A new platform is one file with this.

    Every method raises `Transient` for what may pass, and what `domain/refusals` names: `CredentialsRefused`
    after a renewal did not help, `QuotaReached`, `OutcomeUnknown` where a request may have been carried out,
    `SessionLost`, `FileRefused`, `AccountSuspected`. Its bearer goes to the API's own host alone.

    `Forbidden` is a `CredentialsRefused` of one call: where our own ledger says that the account's day is
    full, it is a quota that does not say so.
    """

    makes_by_sending: bool
    """Whether the last byte makes the (unpublished) video: an interrupted end is then an unknown outcome.

    `send` raises `OutcomeUnknown` itself where the last piece may have arrived, and where a session that is
    gone may have ended well. After a crash while sending there is no such word: look (`find`) before going
    on. After looking in vain a new session is begun: `create` is never called.
    """
    has_playlists: bool

    async def test(self) -> Account:
        """Return who we are there. Uploads nothing."""
        ...

    async def begin(self, film: Film, card: Card) -> Mapping[str, Any]:
        """Return a new session to send to, small enough to store as JSON."""
        ...

    async def send(self, session: Mapping[str, Any], film: Film, told: Told) -> Sent:
        """Send the film from where the session stands until the platform has all of it.

        One that can be resumed asks for its position first. Raises `SessionLost` where only a new one helps.
        """
        ...

    async def create(self, sent: Sent, card: Card) -> str:
        """Make the video, unpublished, and return its id. Not repeated by itself: raises `OutcomeUnknown`."""
        ...

    async def find(
        self, card: Card, film: Film, *, since: datetime, until: datetime | None = None
    ) -> Sequence[Made]:
        """Return our own videos that are this film, drafts too: by marker, else by title and duration.

        What was made long after `until` is passed over.
        """
        ...

    async def publish(self, video_id: str, card: Card) -> None:
        """Publish a video as the card says. May be repeated."""
        ...

    async def look(self, video_id: str) -> Progress:
        """Return what became of a video."""
        ...

    async def discard(self, video_id: str) -> None:
        """Delete a draft of ours. A video that is gone already is no error."""
        ...

    async def playlist(self, name: str) -> str:
        """Return the id of our playlist of that name, made where there is none."""
        ...

    async def enlist(self, playlist_id: str, video_id: str) -> None:
        """Put a video at the end of a playlist, once."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class Targets(Protocol):
    """Opens the targets that are stored."""

    async def open(self, channel: Channel) -> Target:
        """Return a target, ready to be asked. Whoever opened it closes it. Raises `CredentialsRefused`."""
        ...


class FenceLostError(Exception):
    """Another worker serves the target now: whoever hears this ends, and writes nothing more."""


class OutrunError(Exception):
    """Somebody else has changed the upload meanwhile: it is read and judged again."""


class TurnLostError(Exception):
    """The connection that held a worker's turn is gone, and the turn with it."""


@dataclass(frozen=True)
class Turnkeeping:
    """A turn that was taken: the fence of its holder."""

    fence: int
    woken: Callable[[float], Awaitable[None]]
    """Waits for so many seconds, or until somebody has changed something."""
    lost: Callable[[], Coroutine[Any, Any, None]]
    """Never returns, and raises `TurnLostError` when the turn is gone."""


class Turns(Protocol):
    """Sees to it that only one worker at a time serves a target."""

    def take(self, target_id: int) -> "AbstractAsyncContextManager[Turnkeeping | None]":
        """Hold a target's turn inside the block, or find it taken: then there is nothing."""
        ...


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

    async def changed(self, delivery: Delivery, title_id: int, *, now: datetime) -> int:
        """Take episodes that are gone off their schedules, plan anew, and return how many went."""
        ...


class Files(Protocol):
    """The disk with the films."""

    def path(self, stored: Stored) -> Path:
        """Return where a film is."""
        ...

    async def look(self, stored: Stored) -> FileFacts:
        """Return what the disk has of a film."""
        ...
