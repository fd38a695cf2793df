"""How much of a large library is held while it leaves."""

import weakref
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from wellspring_gateway.domain.entries import Entry, Origin, Show
from wellspring_gateway.routes import exports

ORIGIN = Origin("http://nas:8000")
NOW = datetime(2026, 11, 21, tzinfo=UTC)
BATCH = 50

Body = Callable[[AsyncIterator[list[Entry]], Origin], AsyncIterator[bytes]]


async def batches(count: int, alive: "dict[int, weakref.ref[Entry]]") -> AsyncIterator[list[Entry]]:
    """Yield batches of one title each, and note which of their episodes anybody still holds."""
    for title in range(1, count + 1):
        show = Show(id=title, kind="series", title=f"Show {title}", slug=f"show-{title}")
        batch = [
            Entry(show=show, id=title * BATCH + n, season=1, number=Decimal(n), created_at=NOW)
            for n in range(BATCH)
        ]
        for entry in batch:
            alive[entry.id] = weakref.ref(entry, lambda _, name=entry.id: alive.pop(name))  # type: ignore[misc]
        yield batch
        del batch


@pytest.mark.parametrize("body", [exports._playlist, exports._zip, exports._listed])
async def test_what_is_gone_is_forgotten(body: Body) -> None:
    alive: dict[int, weakref.ref[Entry]] = {}
    most = sent = 0
    async for part in body(batches(60, alive), ORIGIN):
        sent += len(part)
        most = max(most, len(alive))
    assert sent > 60 * BATCH * 60
    assert most <= 2 * BATCH + 1
    assert len(alive) <= 1
