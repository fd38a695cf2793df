"""The robots.txt of hosts: fetched once a day, bounded, and never parsed where it would hold up the loop."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from protego import Protego
from yarl import URL

from wellspring_common.clock import Clock
from wellspring_common.errors import Permanent, Throttled, Transient
from wellspring_common.fetch.page import Request

from ..ports import Fetches

LARGEST = 512 * 1024
"""Bytes that are read of a file: RFC 9309 asks for 500 KiB at least."""
LARGE = 64 * 1024
"""From this size on a thread parses it: a third of a megabyte takes a quarter of a second."""
LASTS = timedelta(hours=24)
DENIED_LASTS = timedelta(minutes=10)
MOST_HOSTS = 256
_NOT_THE_HOST = frozenset({"dns", "connect", "tls", "timeout"})

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Rules:
    """What one host asks. Without a file everything is allowed, without an answer nothing is."""

    until: datetime
    file: Protego | None = None
    why_denied: str | None = None


@dataclass
class RobotsTxt:
    """Knows what hosts ask of robots. `agent` is who we say we are."""

    fetcher: Fetches
    agent: str
    clock: Clock
    _known: OrderedDict[str, _Rules] = field(default_factory=OrderedDict)

    async def delay_for(self, url: str) -> float:
        """Return how many seconds the host wants between two requests.

        Raises `Permanent` with `robots_denied`, and `Transient` with `robots_unavailable` while the host's
        rules cannot be had, which RFC 9309 counts as a no to everything.
        """
        origin = str(URL(url).origin())
        rules = self._known.get(origin)
        if rules is None or rules.until <= self.clock.now():
            rules = self._known[origin] = await self._read(origin)
            while len(self._known) > MOST_HOSTS:
                self._known.popitem(last=False)
        if rules.why_denied is not None:
            raise Transient(rules.why_denied, code="robots_unavailable")
        if rules.file is None:
            return 0.0
        if not rules.file.can_fetch(url, self.agent):
            raise Permanent(f"The host's robots.txt says no to {URL(url).path[:200]}.", code="robots_denied")
        return float(rules.file.crawl_delay(self.agent) or 0.0)

    async def _read(self, origin: str) -> _Rules:
        """Return a host's rules. Raises what says that there is no such host, or that it wants a rest."""
        now = self.clock.now()
        try:
            page = await self.fetcher.fetch(Request(f"{origin}/robots.txt", max_bytes=LARGEST, cut=True))
        except Throttled:
            raise
        except Permanent as error:
            log.info("robots.absent", host=origin, code=error.code)
            return _Rules(now + LASTS)
        except Transient as error:
            if error.code in _NOT_THE_HOST:
                raise
            log.warning("robots.unavailable", host=origin, code=error.code)
            return _Rules(now + DENIED_LASTS, why_denied=f"robots.txt is not to be had: {error.message}")
        text = page.text()
        large = len(page.body) > LARGE
        return _Rules(now + LASTS, await asyncio.to_thread(_parsed, text) if large else _parsed(text))


def _parsed(text: str) -> Protego:
    return Protego.parse(text)
