"""What health knows of the servers, read once a minute and shared by all pages."""

import time
from collections.abc import Callable, Mapping

from wellspring_common.postgres import Connection

from ..domain.records import ServerRecord

FRESH_S = 60.0
_READ = "select server, probes, reliability, latency_ms from health.server_record where probes > 0"


class ServerRecords:
    """The records of all servers, at most a minute old."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._known: Mapping[str, ServerRecord] = {}
        self._read_at: float | None = None

    async def current(self, connection: Connection) -> Mapping[str, ServerRecord]:
        """Return the records. One page a minute pays for all."""
        now = self._monotonic()
        if self._read_at is None or now - self._read_at >= FRESH_S:
            # set before the question, so that the pages that come meanwhile do not ask it too
            before, self._read_at = self._read_at, now
            try:
                rows = await connection.fetch(_READ)
            except BaseException:
                self._read_at = before
                raise
            self._known = {
                row["server"]: ServerRecord(row["probes"], row["reliability"] or 0.0, row["latency_ms"])
                for row in rows
            }
        return self._known
