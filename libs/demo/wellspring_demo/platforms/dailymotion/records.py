"""What the demo's Dailymotion keeps: uploads, videos and playlists."""

from dataclasses import dataclass, field
from typing import Any

STARTING, UPLOADING, DONE, ERROR = "starting", "uploading", "done", "error"


@dataclass
class Upload:
    """One upload address, and what came to it."""

    uuid: str
    seal: str
    host: str
    """Which of the upload hosts it is at."""
    created_at: float
    active_at: float
    """When something was last seen of it; world time."""
    state: str = STARTING
    total: int = 0
    parts: list[tuple[int, int]] = field(default_factory=list)
    """The spans that have arrived whole, of an upload in pieces."""
    receipt: dict[str, str] = field(default_factory=dict)
    """What the upload host answered at the end."""
    done_at: float | None = None

    @property
    def size(self) -> int:
        """Bytes of the whole file, once it is there."""
        return int(self.receipt.get("size", 0))

    @property
    def seconds(self) -> float:
        """How long its film is, once it is there."""
        return int(self.receipt.get("duration", 0)) / 1_000

    @property
    def readable(self) -> bool:
        """Whether it is a film."""
        return self.receipt.get("streamable") == "Yes"


@dataclass
class Video:
    """One video, published or not. Deleted ones stay: they count to the limits."""

    id: str
    private_id: str
    profile: str
    generation: str
    created_at: float
    title: str
    category: str
    is_for_kids: bool
    description: str = ""
    tags: list[str] = field(default_factory=list)
    visibility: str = "public"
    published: bool = False
    published_at: float | None = None
    updated_at: float | None = None
    explicit: bool = False
    language: str | None = None
    more: dict[str, Any] = field(default_factory=dict)
    """Fields that were sent and are only kept."""
    file: str | None = None
    """The upload that its film came by; None for one that is pulled."""
    file_url: str = ""
    film_at: float | None = None
    """When its film was there; processing counts from then."""
    seconds: float = 0.0
    size: int = 0
    verdict: str | None = None
    deleted_at: float | None = None
    deleted_by: str | None = None


@dataclass
class Playlist:
    """Videos in an order."""

    id: str
    profile: str
    name: str
    created_at: float
    description: str = ""
    videos: list[str] = field(default_factory=list)
    deleted: bool = False
