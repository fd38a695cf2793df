"""What the PeerTube's uploading side lets a test change, and who has an account there."""

from dataclasses import asdict, dataclass, fields
from typing import Any

USERNAME, PASSWORD = "demo-uploader", "demo-password"
CLIENT_ID, CLIENT_SECRET = "demo-client", "demo-client-secret"
CHANNEL, CHANNEL_ID = "demo_uploads", 11
SECOND_CHANNEL, SECOND_CHANNEL_ID = "demo_second", 12
FOREIGN_CHANNEL_ID = 5
"""A channel of somebody else: nothing may be put there."""
CHANNELS = {CHANNEL_ID: CHANNEL, SECOND_CHANNEL_ID: SECOND_CHANNEL}
GIB = 1024**3


@dataclass
class PeerTubeSettings:
    """The habits of the platform. They survive its restart."""

    quota_bytes: int = 500 * GIB
    daily_quota_bytes: int = 100 * GIB
    max_file_bytes: int = 64 * GIB
    transcoding_s: float = 2.0
    """How long a new video is transcoded, in world time."""
    finishing_s: float = 0.0
    """How long the answer to the last piece takes, in real time: until then others get 503."""
    session_life_s: float = 86_400.0
    """How long an upload lives without a sign of life, in world time."""
    token_life_s: float = 14_400.0
    filtered: bool = False
    """Whether the upload filter refuses every film."""

    def update(self, changes: dict[str, Any]) -> None:
        """Take over known settings; raises ValueError or TypeError for any other."""
        if unknown := set(changes) - {one.name for one in fields(self)}:
            raise ValueError(f"unknown settings: {sorted(unknown)}")
        for name, value in changes.items():
            setattr(self, name, type(getattr(self, name))(value))

    def as_json(self) -> dict[str, Any]:
        """The settings as the control host tells them, and as `update` takes them."""
        return asdict(self)
