"""Events about what a viewer's player met."""

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from .envelope import Event


class PlaybackFault(StrEnum):
    """Why a link could not be played on, as far as the player can tell."""

    NETWORK = "network"
    DECODE = "decode"
    STALLED = "stalled"
    EXPIRED = "expired"
    FORBIDDEN = "forbidden"
    UNKNOWN = "unknown"


class PlaybackStarted(Event):
    """A play shows its first moving picture. `first_try` means that no link broke before it."""

    subject: ClassVar[str] = "playback.started"

    play_id: UUID
    episode_id: int
    link_id: int
    generation: int
    server: str
    quality: int | None
    surface: str = "browser"
    position_s: float = Field(ge=0)
    first_try: bool


class PlaybackFailed(Event):
    """One generation of a link broke in a player. The play itself may have gone on with another link."""

    subject: ClassVar[str] = "playback.failed"

    play_id: UUID
    episode_id: int
    link_id: int
    generation: int
    server: str
    quality: int | None
    surface: str = "browser"
    position_s: float = Field(ge=0)
    first_try: bool
    reason: PlaybackFault
