"""Hosts that want to be left alone: whoever is told, tells all the others, and none forgets it by a restart.

What is shared is what hosts have asked for. Our own pace is nobody else's business.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

import structlog
from pydantic import ValidationError

from .bus.port import RECONNECTED, Bus, Values
from .clock import Clock
from .errors import DependencyDown
from .events.live import HostQuiet
from .fetch.pace import Pacer

KEY = "cooldowns"
MOST_HOSTS = 500
LONGEST_S = 600.0
LEAST_S = 1.0
"""Shorter ones are over before anybody else has heard of them."""
POLL_S = 30.0
_TRIES = 8
_AGAIN_S = 1.0

log = structlog.get_logger(__name__)


class Cooldowns:
    """Keeps one service's pacer in step with those of the others."""

    def __init__(self, bus: Bus, values: Values, pacer: Pacer, clock: Clock, *, service: str) -> None:
        self._bus = bus
        self._values = values
        self._pacer = pacer
        self._clock = clock
        self._service = service
        self._own: asyncio.Queue[tuple[str, datetime]] = asyncio.Queue(MOST_HOSTS)
        pacer.on_quiet = self._noted

    async def load(self) -> None:
        """Take over what is known already, where the broker can tell."""
        with suppress(DependencyDown):
            self._heed(_read(await self._values.get(KEY)))

    async def run(self) -> None:
        """Tell and hear of hosts until cancelled."""
        async with self._bus.listen(HostQuiet.subject) as heard, asyncio.TaskGroup() as group:
            group.create_task(self._tell())
            group.create_task(self._hear(heard))

    def _noted(self, host: str, seconds: float) -> None:
        if seconds < LEAST_S:
            return
        with suppress(asyncio.QueueFull):
            self._own.put_nowait((host, self._clock.now() + timedelta(seconds=min(seconds, LONGEST_S))))

    async def _tell(self) -> None:
        while True:
            host, until = await self._own.get()
            await self._bus.tell(HostQuiet(host=host, until=until, said_by=self._service))
            try:
                await self._keep(host, until)
            except DependencyDown as error:
                log.warning("cooldown.unshared", host=host, reason=error.message)
                await asyncio.sleep(_AGAIN_S)
                if until > self._clock.now() and not self._own.full():
                    self._own.put_nowait((host, until))

    async def _keep(self, host: str, until: datetime) -> None:
        for _ in range(_TRIES):
            kept = await self._values.kept(KEY)
            known = _read(None if kept is None else kept.value)
            if known.get(host, until) > until:
                return
            value = _written({**known, host: until}, self._clock.now())
            if await self._values.swap(KEY, value, 0 if kept is None else kept.revision):
                log.info("host.quieted", host=host, until=until.isoformat())
                return
        log.warning("cooldown.unshared", host=host, reason="others were always quicker")

    async def _hear(self, heard: AsyncIterator[tuple[str, bytes]]) -> None:
        while True:
            try:
                async with asyncio.timeout(POLL_S):
                    subject, payload = await anext(heard)
            except TimeoutError:
                subject, payload = RECONNECTED, b""
            if subject == RECONNECTED:
                await self.load()
                continue
            try:
                said = HostQuiet.model_validate_json(payload, extra="ignore")
            except ValidationError as error:
                log.warning("cooldown.undecodable", reason=str(error))
                continue
            if said.said_by != self._service:
                self._heed({said.host: said.until})

    def _heed(self, known: Mapping[str, datetime]) -> None:
        now = self._clock.now()
        for host, until in known.items():
            seconds = min((until - now).total_seconds(), LONGEST_S)
            if seconds > 0:
                self._pacer.hear_quiet(host, seconds)


def _read(value: bytes | None) -> dict[str, datetime]:
    try:
        found = json.loads(value or b"{}")
        return {str(host): datetime.fromisoformat(until) for host, until in found.items()}
    except (ValueError, TypeError, AttributeError) as error:
        log.warning("cooldown.unreadable", reason=str(error))
        return {}


def _written(known: Mapping[str, datetime], now: datetime) -> bytes:
    """Return the hosts that still want to be left alone, those that want it longest where there are many."""
    alive = sorted(
        ((until, host) for host, until in known.items() if until > now), key=lambda one: one[0], reverse=True
    )
    return json.dumps({host: until.isoformat() for until, host in alive[:MOST_HOSTS]}).encode()
