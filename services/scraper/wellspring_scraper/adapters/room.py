"""Whether the machine has the memory for a browser, and how much of it the browser may take."""

import asyncio
from collections.abc import Callable

import structlog

from wellspring_common.cgroup import GroupMemory
from wellspring_common.errors import Transient

NEEDED = 200 * 1024 * 1024
"""What driver, browser and a heavy page take that the kernel cannot take back (measured: 170 MB)."""
PATIENCE_S = 5.0
MOST_OF_ALL = 256 * 1024 * 1024
"""Memory of all processes of a browser that the kernel cannot take back. An honest heavy page has 110 MB."""
_RESERVE = 96 * 1024 * 1024
_EVERY_S = 0.25
_MB = 1024 * 1024

Look = Callable[[], GroupMemory | None]
"""Returns the memory of the own control group, or nothing where there is none."""

log = structlog.get_logger(__name__)


async def admit(look: Look) -> None:
    """Wait until a browser fits below the limit. Raises `Transient` with `memory_short`."""
    loop = asyncio.get_running_loop()
    end = loop.time() + PATIENCE_S
    while (found := look()) is not None and found.limit is not None and found.limit - found.hard < NEEDED:
        if loop.time() >= end:
            room, limit = (found.limit - found.hard) // _MB, found.limit // _MB
            log.warning("browser.deferred", room_mb=room, limit_mb=limit)
            raise Transient(
                f"A browser needs {NEEDED // _MB} MB, and {room} MB of {limit} MB are free.",
                code="memory_short",
            )
        await asyncio.sleep(_EVERY_S)


def most_of_all(look: Look) -> int:
    """Return what the processes of a browser may take without its driver: less where a limit leaves less."""
    found = look()
    if found is None or found.room is None:
        return MOST_OF_ALL
    return min(MOST_OF_ALL, found.room - _RESERVE)
