"""Importing a file of episodes: whatever is right is stored, and each row has an answer."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from itertools import islice
from operator import attrgetter, itemgetter
from typing import Any

from .adding import checked_key, player_link
from .domain.importing import Mistake, Outcome, Row, Table, read_table, told
from .door import Door

BATCH = 500
"""Rows of one transaction: others get their turn between two."""


@dataclass(frozen=True)
class Imported:
    """What became of a file."""

    rows: tuple[dict[str, Any], ...]
    imported: int
    existing: int
    mistakes: tuple[Mistake, ...]


@dataclass(frozen=True)
class Preview:
    """What would become of a file."""

    new: int
    existing: int
    first: tuple[Row, ...]
    mistakes: tuple[Mistake, ...]


async def opened(body: bytes) -> Table:
    """Return the table in a file. Raises `FileRefusedError`."""
    return await asyncio.to_thread(read_table, body)


async def import_table(door: Door, table: Table, body: bytes, *, key: str | None) -> Imported:
    """Store all episodes of a file that may be stored and are new.

    Sent again with the same key, also after only a part of it was stored, it returns what it would have
    returned first. Raises `Permanent` when the key was used for another file, or is none.
    """
    checked_key(key)
    digest = hashlib.sha256(body).digest()
    rows: list[dict[str, Any]] = []
    mistakes: list[Mistake] = []
    existing = imported = 0
    ordinal = 0
    # mixed shows would be told of in every batch, each of them
    async for batch in _batches(door, await asyncio.to_thread(table.together)):
        good = [each for each in batch if isinstance(each, Row)]
        mistakes += [each for each in batch if isinstance(each, Mistake)]
        outcomes = await door.compat.importing.store(
            good, now=door.clock.now(), key=_key_of(key, ordinal), request_hash=digest
        )
        ordinal += 1
        existing += sum(outcome.existed for outcome in outcomes)
        imported += sum(not outcome.existed for outcome in outcomes)
        answered = iter(outcomes)
        rows += [_told(each, next(answered) if isinstance(each, Row) else None) for each in batch]
    rows.sort(key=itemgetter("line"))
    mistakes.sort(key=attrgetter("line"))
    return Imported(tuple(rows), imported, existing, tuple(mistakes))


async def preview(door: Door, table: Table, *, shown: int) -> Preview:
    """Return what an import would do, and its first rows. Nothing is stored."""
    mistakes: list[Mistake] = []
    first: list[Row] = []
    seen: set[tuple[object, ...]] = set()
    new = existing = 0
    async for batch in _batches(door, table):
        good = [each for each in batch if isinstance(each, Row)]
        mistakes += [each for each in batch if isinstance(each, Mistake)]
        first += good[: shown - len(first)]
        known = await door.compat.importing.known(good)
        for row, is_known in zip(good, known, strict=True):
            place = (row.episode.show.lower(), row.episode.season, row.episode.number)
            existing += is_known or place in seen
            new += not (is_known or place in seen)
            seen.add(place)
    return Preview(new, existing, tuple(first), tuple(mistakes))


async def _batches(door: Door, table: Table) -> AsyncGenerator[list[Row | Mistake]]:
    found = table.parsed(vet=door.vet, default_definition=door.tunables.current.default_definition)
    # hundreds of addresses are looked at for each: others are answered meanwhile
    while batch := await asyncio.to_thread(lambda: list(islice(found, BATCH))):
        yield batch


def _key_of(key: str | None, ordinal: int) -> str | None:
    if key is None or ordinal == 0:
        return key
    return f"import-{hashlib.sha256(key.encode()).hexdigest()[:40]}-{ordinal}"


def _told(each: Row | Mistake, outcome: Outcome | None) -> dict[str, Any]:
    if isinstance(each, Mistake) or outcome is None:
        return told(each, None, None)
    return told(each, outcome, player_link(each.episode, outcome.episode_id))
