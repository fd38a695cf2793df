"""Events about titles, episodes and sources."""

from enum import StrEnum
from typing import ClassVar

from .envelope import Event


class CatalogChange(StrEnum):
    """What happened to the episodes named."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


class CatalogChanged(Event):
    """Episodes of a title, or their sources, were added, changed or removed."""

    subject: ClassVar[str] = "catalog.changed"

    title_id: int
    episode_ids: tuple[int, ...]
    change: CatalogChange
