"""Dead letters of every service, in Postgres."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import structlog

from wellspring_common import dead_letters, metrics
from wellspring_common.dead_letters import Address, Wanted
from wellspring_common.errors import Permanent, WellspringError
from wellspring_common.postgres import Database

from ..domain.cursors import decode_cursor, encode_cursor, moment, row_id

LIST = "letters"
LOOK_EVERY_S = 15.0

log = structlog.get_logger(__name__)


class PostgresLetters:
    """Reads letters through one view, and decides about them through functions: it has no other right."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._open = 0

    @property
    def open(self) -> int:
        """Return how many letters were open when somebody looked last."""
        return self._open

    async def find(
        self, wanted: Wanted, *, limit: int, cursor: str | None
    ) -> tuple[int, list[dict[str, Any]], str | None]:
        """Return how many letters are meant, a page of them without their contents, and the next cursor."""
        after = _place(cursor) if cursor else None
        async with self._database.connection() as connection:
            total = await dead_letters.count(connection, wanted)
            found = await dead_letters.find(connection, wanted, limit=limit + 1, after=after)
        if len(found) <= limit:
            return total, found, None
        last = found[limit - 1]
        following = encode_cursor(LIST, last["created_at"], last["id"], last["schema"])
        return total, found[:limit], following

    async def read(self, address: Address) -> dict[str, Any] | None:
        """Return a whole letter."""
        async with self._database.connection() as connection:
            return await dead_letters.read(connection, address)

    async def replay(self, address: Address, *, by: str) -> None:
        """Have a letter brought to its consumer again. Raises `Permanent` where that cannot be."""
        async with self._database.transaction() as connection:
            letter = await dead_letters.read(connection, address)
            if letter is None:
                raise Permanent(f"There is no letter {address}.", code="not_found")
            await dead_letters.replay(connection, address, letter["consumer"], by=by)
        log.info("dead_letter.replayed", letter=str(address), by=by)
        await self._look()

    async def drop(self, address: Address, *, by: str, why: str) -> None:
        """Give a letter up for good. Raises `Permanent` where that cannot be."""
        async with self._database.connection() as connection:
            await dead_letters.drop(connection, address, by=by, why=why)
        log.info("dead_letter.dropped", letter=str(address), by=by, reason=why)
        await self._look()

    async def watch(self) -> None:
        """Count the open letters now and then, until cancelled."""
        while True:
            try:
                await self._look()
            except WellspringError as error:
                log.warning("dead_letters.uncounted", reason=error.message)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _look(self) -> None:
        async with self._database.connection() as connection:
            self._tell(await dead_letters.count_open(connection))

    def _tell(self, found: Mapping[str, int]) -> None:
        self._open = sum(found.values())
        for schema, letters in found.items():
            metrics.DEAD_LETTERS_OPEN.labels(schema).set(letters)


def _place(cursor: str) -> tuple[datetime, Address]:
    created_at, letter_id, schema = decode_cursor(LIST, cursor, (moment, row_id, _schema))
    return created_at, Address(schema, letter_id)


def _schema(text: str) -> str:
    if text not in dead_letters.SCHEMAS:
        raise ValueError("no schema of ours")
    return text
