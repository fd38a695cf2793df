"""What editing titles and filling in their facts needs from the outside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from .crawling import Pictures
from .domain.metadata import Candidate, Found


@dataclass(frozen=True)
class TitleEdit:
    """What one save does to a title that somebody saw as `revision`."""

    revision: str
    changes: Mapping[str, Any]
    locked: Sequence[str]
    source: str | None = None


@dataclass(frozen=True)
class EpisodeEdit:
    """New values of an episode that somebody saw with the old ones, as texts."""

    episode_id: int
    seen: Mapping[str, str]
    values: Mapping[str, Any]
    is_locked: bool
    is_match: bool = False
    """Whether it takes what a file says: what is locked stays then, whatever `values` say."""


class Editing(Protocol):
    """Titles and episodes as a person edits them. What lies in the trash is not there."""

    async def one(self, title_id: int) -> dict[str, Any] | None:
        """Return every field of a title, with what is locked and which `revision` it is."""
        ...

    async def save(self, title_id: int, edit: TitleEdit, *, now: datetime) -> bool:
        """Store an edit and return whether it changed anything.

        Raises `Permanent`: `unknown_title`, `stale_edit`, `title_exists`, or `id_taken` with the field's name
        as its message.
        """
        ...

    async def episodes(self, title_id: int, *, limit: int, offset: int) -> tuple[int, list[dict[str, Any]]]:
        """Return how many episodes a title has, and a page of them in order."""
        ...

    async def episode_at(self, title_id: int, season: int, number: Any) -> dict[str, Any] | None:
        """Return an episode of a title by its place."""
        ...

    async def save_episodes(self, title_id: int, edits: Sequence[EpisodeEdit], *, now: datetime) -> list[int]:
        """Store edits, all or none, and return the ids that changed. Raises `Permanent` with `stale_edit`."""
        ...


class Provider(Protocol):
    """A place that knows facts of titles."""

    @property
    def name(self) -> str:
        """Return what it is called here."""
        ...

    @property
    def images(self) -> str:
        """Return the address that its pictures are below."""
        ...

    async def search(self, query: str, *, kind: str, year: str) -> list[Candidate]:
        """Return titles that may be meant. Raises `Permanent`, `Transient`."""
        ...

    async def fetch(self, key: str, *, kind: str) -> Found:
        """Return the facts of one title. Raises `Permanent`, `Transient`."""
        ...


@dataclass(frozen=True)
class Metadata:
    """All of them together, as the door holds them. Nobody is asked whom the operator did not switch on."""

    editing: Editing
    pictures: Pictures
    providers: Mapping[str, Provider] = field(default_factory=dict)
