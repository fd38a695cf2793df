"""What the room around a picture needs from the outside: subtitles, marks, and all of a page at once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from .domain.documents.links import Progress
from .domain.documents.watching import Marks, MarksEdit, Subtitles
from .ports.answers import Keep


@dataclass(frozen=True)
class RoomFacts:
    """What a player's page tells besides links."""

    progress: Progress | None
    poster: str | None
    subtitles: list[Subtitles]
    marks: Marks


@dataclass(frozen=True)
class SubtitleFile:
    """Subtitles to keep, as WebVTT already."""

    language: str
    label: str
    vtt: str
    source_url: str | None = None


class Rooms(Protocol):
    """Everything of one page in one question."""

    async def of(self, episode_id: int, user_id: int | None) -> RoomFacts:
        """Return what is known around an episode, and of whoever watches."""
        ...


class SubtitleStore(Protocol):
    """Subtitles of episodes."""

    async def of_episode(self, episode_id: int) -> list[Subtitles] | None:
        """Return an episode's subtitles. Nothing for no episode."""
        ...

    async def add(
        self, episode_id: int, new: SubtitleFile, *, now: datetime, keep: Keep | None
    ) -> Subtitles | None:
        """Keep subtitles, nothing for no episode. Raises `Permanent` with `subtitles_exist`, `too_many`."""
        ...

    async def vtt(self, subtitles_id: int, digest: str) -> str | None:
        """Return subtitles by their id and the start of their digest."""
        ...

    async def remove(self, subtitles_id: int) -> bool:
        """Delete subtitles and return whether they were there."""
        ...


class SubtitleFiles(Protocol):
    """Subtitle files of the outside."""

    async def fetch(self, url: str) -> bytes:
        """Return a file's bytes. Raises what the fetcher raises."""
        ...


class MarkStore(Protocol):
    """Where intro and credits lie."""

    async def of_title(self, title_id: int) -> Marks | None:
        """Return a title's marks. Nothing for no title."""
        ...

    async def of_episode(self, episode_id: int) -> Marks | None:
        """Return the marks that count for an episode. Nothing for no episode."""
        ...

    async def put_title(self, title_id: int, marks: MarksEdit) -> Marks | None:
        """Keep a title's marks, nothing for no title."""
        ...

    async def put_episode(self, episode_id: int, marks: MarksEdit) -> Marks | None:
        """Keep an episode's own marks, nothing for no episode."""
        ...

    async def drop_episode(self, episode_id: int) -> bool:
        """Let an episode have its title's marks again, and return whether it had its own."""
        ...


@dataclass(frozen=True)
class Watching:
    """All of it together, as the door holds it."""

    rooms: Rooms
    subtitles: SubtitleStore
    files: SubtitleFiles
    marks: MarkStore
