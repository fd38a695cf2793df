"""An upload and its target, as decisions see them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from wellspring_common.account_limits import Limits, limits_of, stricter
from wellspring_common.events.uploads import UploadState
from wellspring_common.uploading import Choices


class ChannelState(StrEnum):
    """Whether a target takes films."""

    READY = "ready"
    PAUSED = "paused"
    AUTH_PAUSED = "auth_paused"
    HELD = "held"


@dataclass(frozen=True)
class Upload:
    """One episode on its way to one target, whole: what is stored is this.

    `session` holds `place` (where the bytes go), `used` (bytes have gone there), `reference` (what makes the
    video), `waited` (the reference is older than a wait for the quota), `listed` and `list_tries` (playlist),
    `doubt` (a draft may appear late) and `down` (ids of videos of it that the platform took down).
    """

    upload_id: UUID
    schedule_id: int
    target_id: int
    title_id: int
    title: str
    episode_id: int
    season: int
    number: Decimal
    ordinal: int
    choices: Choices
    marker: str
    state: UploadState = UploadState.PLANNED
    tries: int = 0
    next_try_at: datetime | None = None
    error_code: str | None = None
    error_detail: str | None = None
    media_file_id: int | None = None
    sha256: bytes | None = None
    size_bytes: int | None = None
    duration_s: float | None = None
    bytes_sent: int = 0
    session: Mapping[str, Any] = field(default_factory=dict)
    video_title: str | None = None
    video_id: str | None = None
    video_url: str | None = None
    intended_at: datetime | None = None
    looked_at: datetime | None = None
    looks: int = 0
    seq: int = 0
    started_at: datetime | None = None
    created_on_target_at: datetime | None = None
    published_at: datetime | None = None
    completed_at: datetime | None = None

    @property
    def named(self) -> dict[str, Any]:
        """Return what every event of an upload says of it."""
        return {
            "upload_id": self.upload_id,
            "schedule_id": self.schedule_id,
            "target_id": self.target_id,
            "title_id": self.title_id,
            "title": self.title,
            "episode_id": self.episode_id,
            "season": self.season,
            "number": self.number,
            "ordinal": self.ordinal,
        }


def lasting(session: Mapping[str, Any], *more: str) -> dict[str, Any]:
    """Return what a session keeps where an upload begins anew, with what else is named."""
    return {name: value for name, value in session.items() if name in {"doubt", "down", *more}}


@dataclass(frozen=True)
class Channel:
    """A target's row."""

    target_id: int
    name: str
    kind: str
    settings: Mapping[str, Any]
    interval_s: int
    state: ChannelState
    quota_until: datetime | None
    quota_refusals: int
    last_started_at: datetime | None
    fence: int
    identity: str | None = None
    """The channel by its platform's own word. Nothing: nobody has signed in yet."""
    told_limits: Mapping[str, Any] = field(default_factory=dict)
    """What the platform itself said of the account, at the last test."""

    @property
    def limits(self) -> Limits:
        """Return what the account may do."""
        return stricter(limits_of(self.kind, self.settings), self.told_limits)
