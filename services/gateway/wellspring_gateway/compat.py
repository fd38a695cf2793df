"""What the founding documents' URLs need from the outside, beyond what the pages need."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from .domain.importing import Outcome, Row
from .domain.streaming import Film, Shelf


class Streaming(Protocol):
    """Titles with the links of a bounded number of their episodes."""

    async def films(self, kind: str | None, *, before: int | None, limit: int) -> list[Film]:
        """Return the newest titles below an id."""
        ...

    async def film(self, meant: int | str) -> Film | None:
        """Return a title by our id (a number) or by that of IMDb."""
        ...

    async def shelf(
        self, titles: Sequence[int], *, each: int, season: int | None = None, number: Decimal | None = None
    ) -> Shelf:
        """Return the newest `each` episodes of titles, or those of a season or a number."""
        ...


class Importing(Protocol):
    """Many episodes at once."""

    async def known(self, rows: Sequence[Row]) -> list[bool]:
        """Return of each row whether the library has its episode."""
        ...

    async def store(
        self, rows: Sequence[Row], *, now: datetime, key: str | None, request_hash: bytes
    ) -> list[Outcome]:
        """Store the episodes that are new and tell of them, in one transaction. What exists is not touched.

        The same rows under the same key get the same outcomes. Raises `Permanent` when the key was used for
        another request.
        """
        ...


@dataclass(frozen=True)
class Compat:
    """The ports of the seeds' URLs."""

    streaming: Streaming
    importing: Importing
