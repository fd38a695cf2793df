"""A channel on a platform: what it is told, what it answers, and what it can be asked to do."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from wellspring_common.uploading import Visibility

from ..domain.upload import Channel

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
    identity: str
    """The channel among those of all platforms, however one signed in to it: `dailymotion:x1abc`."""
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
