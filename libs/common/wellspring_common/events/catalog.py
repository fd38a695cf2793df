"""Events about titles, episodes and sources."""

from enum import StrEnum
from typing import ClassVar

from .envelope import Event, Wire


class CatalogChange(StrEnum):
    """What happened to the episodes named."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


class MergedEpisode(Wire):
    """Of an episode that two titles had, the one that went and the one that stays."""

    gone: int
    stays: int


class Merger(Wire):
    """A title went into another one. Episodes that only it had went along as they are."""

    into: int
    episodes: tuple[MergedEpisode, ...]


class CatalogChanged(Event):
    """Episodes of a title, or their sources, were added, changed or removed."""

    subject: ClassVar[str] = "catalog.changed"

    title_id: int
    episode_ids: tuple[int, ...]
    change: CatalogChange
    merger: Merger | None = None
