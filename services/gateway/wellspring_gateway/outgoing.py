"""What players elsewhere need of the library: its pages, its episodes in order, and what is new."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from .domain.entries import Entry, Scope, Show


@dataclass(frozen=True)
class Version:
    """What tells one state of a part of the library from another."""

    episodes: int
    mark: str
    changed_at: datetime | None


@dataclass(frozen=True)
class Shelf:
    """One page of a catalogue: what is looked for, and how many titles come before."""

    kind: str
    query: str = ""
    genre: str = ""
    skip: int = 0


class Outgoing(Protocol):
    """The library as it leaves. Titles in the trash never do."""

    async def shelf(self, wanted: Shelf) -> list[Show]:
        """Return a page of titles, the newest first."""
        ...

    async def genres(self, kind: str) -> list[str]:
        """Return the genres that titles of a kind have."""
        ...

    async def show(self, *, title_id: int | None = None, imdb_id: str | None = None) -> Show | None:
        """Return a title by its id or by IMDb's."""
        ...

    async def entries_of(self, show: Show) -> list[Entry]:
        """Return a title's episodes in order."""
        ...

    async def entry(self, show: Show, season: int, number: Decimal) -> Entry | None:
        """Return one episode of a title."""
        ...

    def entries(self, scope: Scope) -> AsyncIterator[list[Entry]]:
        """Yield all episodes in batches, those of one title one after the other, and hold one batch."""
        ...

    async def version(self, scope: Scope) -> Version:
        """Return the state of a part of the library."""
        ...

    async def newest(self, slug: str, limit: int) -> list[Entry]:
        """Return the episodes that came last, of one title where a slug says so."""
        ...

    async def named(self, slug: str) -> Show | None:
        """Return a title by its slug."""
        ...
