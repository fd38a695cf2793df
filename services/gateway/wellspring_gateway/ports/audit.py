"""The log of what people did, as it is stored."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from ..domain.deeds import Deed


@dataclass(frozen=True)
class AuditRow:
    """One line of the log of what people did."""

    id: int
    at: datetime
    user_id: int | None
    actor: str
    via: str
    client: str | None
    action: str
    target: str | None
    detail: dict[str, Any]


class Audit(Protocol):
    """The log of what people did."""

    async def add(self, deed: Deed) -> None:
        """Write a line."""
        ...

    async def complete(self, line: int, deed: Deed) -> None:
        """Write a line anew with what was not known before the change."""
        ...

    async def find(self, *, before: int | None, action: str, actor: str, limit: int) -> list[AuditRow]:
        """Return lines, the newest first, from before an id: of one action or family, of one actor."""
        ...

    async def purge(self, *, now: datetime) -> int:
        """Delete lines past their time and return how many."""
        ...
