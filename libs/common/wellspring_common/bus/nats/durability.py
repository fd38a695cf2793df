"""Whether the server keeps what it acknowledges: its version, and that it syncs first."""

import re

import aiohttp
import structlog

from wellspring_common.errors import Permanent, reason_of

log = structlog.get_logger(__name__)


OLDEST = (2, 15, 1)
"""Before it, nats-server lost acknowledged messages at kills and compactions even where it always synced."""


class NotDurable(Permanent):
    """The server may lose acknowledged events."""

    code = "nats_not_durable"


def check_version(version: str) -> None:
    """Raise `NotDurable` for a server that is known to lose what it acknowledged."""
    numbers = re.match(r"(\d+)\.(\d+)\.(\d+)", version)
    if numbers is None:
        log.warning("nats.durability_unknown", reason=f"a version that says nothing: {version}")
    elif tuple(int(each) for each in numbers.groups()) < OLDEST:
        oldest = ".".join(str(each) for each in OLDEST)
        raise NotDurable(
            f"nats-server {version} is known to lose events that it acknowledged. Run {oldest} or later."
        )


async def check_durability(monitor_url: str | None) -> None:
    """Raise `NotDurable` unless nats-server runs with `sync_interval: always`.

    Without the address of its monitoring nothing can be known, which is logged.
    """
    if monitor_url is None:
        log.warning("nats.durability_unknown", advice="set WELLSPRING_NATS_MONITOR_URL")
        return
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session,
            session.get(f"{monitor_url.rstrip('/')}/varz") as response,
        ):
            facts = await response.json()
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        log.warning("nats.durability_unknown", reason=reason_of(error))
        return
    if not facts.get("jetstream", {}).get("config", {}).get("sync_always", False):
        raise NotDurable(
            "nats-server acknowledges before it syncs: a power cut would lose events. "
            "Set `sync_interval: always` in its jetstream block."
        )
