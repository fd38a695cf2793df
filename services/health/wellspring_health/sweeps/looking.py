"""Asking a batch of links at each host's own pace, and saying what it changed."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from wellspring_common import metrics
from wellspring_common.clock import Clock

from ..domain.breakers import Position
from ..domain.looks import DueLink, Look
from ..ports import Prober, Round

log = structlog.get_logger(__name__)


def _nothing() -> None:
    """Nobody counts."""


@dataclass(frozen=True)
class Looker:
    """Probes a batch of links, each host at its own pace. A host whose turn is away is left for later."""

    prober: Prober
    clock: Clock
    concurrency: int
    _busy: dict[str, datetime] = field(default_factory=dict)

    def busy(self) -> list[str]:
        """Return the hosts that may not be asked now."""
        now = self.clock.now()
        for host in [host for host, until in self._busy.items() if until <= now]:
            del self._busy[host]
        return list(self._busy)

    def away(self, host: str) -> timedelta:
        """Return for how long a host may not be asked."""
        return max(self._busy.get(host, self.clock.now()) - self.clock.now(), timedelta(0))

    async def look(
        self, due: Sequence[DueLink], *, deadline_s: float, looked: Callable[[], None] = _nothing
    ) -> list[Look]:
        """Return what each link showed, and call `looked` after each."""
        slots = asyncio.Semaphore(self.concurrency)

        async def one(link: DueLink) -> Look:
            async with slots:
                evidence = await self.prober.probe(link, deadline_s=deadline_s)
                looked()
                return Look(link, evidence)

        looks = await asyncio.gather(*(one(link) for link in due))
        for host in {link.host for link in due}:
            wait = self.prober.wait(host)
            if wait > 0:
                self._busy[host] = self.clock.now() + timedelta(seconds=wait)
        return list(looks)


def tell(done: Round) -> None:
    """Say what a round changed: one line for a host's outage, and none for each of its links."""
    for host, position in done.hosts_turned.items():
        began = position is not Position.CLOSED
        metrics.HOST_BREAKER_TURNS.labels("open" if began else "closed").inc()
        if began:
            log.warning("host.broke", host=host, reasons=_reasons(done, host))
        else:
            log.info("host.recovered", host=host)
    if done.own_turned:
        metrics.OWN_NETWORK_DOWN.set(done.own.is_down)
        if done.own.is_down:
            log.warning("own_network.broke", hosts=sorted(done.own.failing))
        else:
            log.info("own_network.recovered")
    broken = {host for host, position in done.hosts_turned.items() if position is not Position.CLOSED}
    for each in done.kept:
        if each.health.state is not each.link.health.state and each.link.host not in broken:
            log.info(
                "link.turned",
                link_id=each.link.link_id,
                episode_id=each.link.episode_id,
                server=each.link.server,
                was=each.link.health.state.value,
                now=each.health.state.value,
                reason=each.evidence.reason,
            )
    for episode_id in done.starved:
        log.info("episode.starved", episode_id=episode_id)


def _reasons(done: Round, host: str) -> dict[str, int]:
    """Return what a round's looks at a host showed, by how often."""
    looks = (each for each in done.kept if each.link.host == host)
    return dict(Counter(each.evidence.reason or "alive" for each in looks).most_common())
