"""Deletes what is past its time, table by table."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog

from wellspring_common.clock import Clock
from wellspring_common.errors import WellspringError
from wellspring_common.postgres import Database
from wellspring_common.retention import purge_messaging

EVERY_S = 3600

log = structlog.get_logger(__name__)


class Dated(Protocol):
    """Rows that are kept for a time from now."""

    async def purge(self, *, now: datetime) -> object:
        """Delete what is past its time."""
        ...


class Undated(Protocol):
    """Rows that know by themselves when their time is over."""

    async def purge(self) -> object:
        """Delete what is past its time."""
        ...


@dataclass(frozen=True)
class Retention:
    """Every table of the gateway with a rule for how long its rows are kept."""

    database: Database
    schema: str
    clock: Clock
    dated: Sequence[Dated]
    undated: Sequence[Undated]

    async def run(self) -> None:
        """Purge once an hour until cancelled."""
        while True:
            try:
                await self._purge()
            except WellspringError as error:
                log.warning("retention.delayed", reason=error.message)
            await asyncio.sleep(EVERY_S)

    async def _purge(self) -> None:
        await purge_messaging(self.database, self.schema)
        for table in self.undated:
            await table.purge()
        for rows in self.dated:
            await rows.purge(now=self.clock.now())
