"""Whether the server syncs before it acknowledges (events reference, finding 1)."""

import aiohttp
import structlog

from wellspring_common.errors import Permanent, reason_of

log = structlog.get_logger(__name__)


class NotDurable(Permanent):
    """The server may lose acknowledged events in a power cut."""

    code = "nats_not_durable"


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
