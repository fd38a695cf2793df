"""A run of probes stays with whoever works on it: its lease is renewed while looks come in."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

import structlog

from wellspring_common.clock import Clock
from wellspring_common.errors import WellspringError

from ..ports import Runs

BEATS = 3
"""So many renewals in the time of a lease: two may fail."""
STALLED_S = 150.0
"""No look takes so long. Where none has ended for this time, the run is left to others."""

log = structlog.get_logger(__name__)


@asynccontextmanager
async def kept(
    runs: Runs, run_id: UUID, clock: Clock, *, lease: timedelta
) -> AsyncGenerator[Callable[[], None]]:
    """Renew the lease of a run inside the block, which calls what it is given after each look."""
    signs = [time.monotonic()]
    beating = asyncio.create_task(_beat(runs, run_id, clock, lease, signs))
    try:
        yield lambda: signs.append(time.monotonic())
    finally:
        beating.cancel()
        await asyncio.wait({beating})
        if not beating.cancelled():
            beating.result()


async def _beat(runs: Runs, run_id: UUID, clock: Clock, lease: timedelta, signs: list[float]) -> None:
    while time.monotonic() - signs[-1] < STALLED_S:
        await asyncio.sleep(lease.total_seconds() / BEATS)
        try:
            await runs.renew(run_id, now=clock.now(), lease=lease)
        except WellspringError as error:
            log.warning("probe_run.lease_not_renewed", run_id=str(run_id), reason=error.message)
    log.error("probe_run.stalled", run_id=str(run_id))
