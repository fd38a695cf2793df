"""What the PeerTube keeps of its uploader: sessions, videos and playlists."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Session:
    """One resumable upload."""

    id: str
    wish: dict[str, Any]
    """What the video shall be, as it was sent at the beginning."""
    size: int
    opened_at: float
    active_at: float
    answer: dict[str, Any] | None = None
    """What the last piece was answered: told once more to whoever sends it again."""
    ended: bool = False


@dataclass
class OwnVideo:
    """One uploaded video."""

    id: int
    uuid: str
    short: str
    name: str
    channel_id: int
    privacy: int
    made_at: float
    film: str
    """The session that its film came by."""
    size: int
    seconds: float
    width: int = 0
    height: int = 0
    description: str | None = None
    tags: list[str] = field(default_factory=list)
    category: int | None = None
    licence: int | None = None
    language: str | None = None
    nsfw: bool = False
    waits: bool = False
    """Whether it stays hidden until it is transcoded."""
    published_at: float | None = None
    verdict: str | None = None
    deleted: bool = False


@dataclass
class OwnPlaylist:
    """Videos in an order; each has a number of its own in it."""

    id: int
    uuid: str
    short: str
    name: str
    privacy: int
    made_at: float
    channel_id: int | None = None
    description: str | None = None
    elements: list[tuple[int, int]] = field(default_factory=list)
    """The element's number and the video's."""
    deleted: bool = False
