"""Links whose look is due, our own canaries, and what is counted of all links."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import structlog

from wellspring_common import metrics
from wellspring_common.clock import Clock
from wellspring_common.errors import WellspringError
from wellspring_common.metering import OTHER, known_host
from wellspring_common.trace import traced
from wellspring_common.tunables_watch import TunablesWatch

from ..domain.rounds import Rules
from ..domain.verdict import State
from ..ports import Store
from ..settings import HealthSettings
from .looking import Looker, tell

LINK_STATES = (*(state.value for state in State), "expired")

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Sweeps:
    """Health's timers."""

    store: Store
    looker: Looker
    tunables: TunablesWatch
    clock: Clock
    settings: HealthSettings

    async def check_due(self) -> None:
        """Probe what is due, again and again."""
        while True:
            try:
                done = await self.sweep_once()
            except WellspringError as error:
                log.warning("check.delayed", reason=error.message)
                done = 0
            if done < self.settings.batch:
                await asyncio.sleep(self.settings.sweep_interval.total_seconds())

    async def sweep_once(self) -> int:
        """Probe one batch of due links and return how many."""
        rules = Rules.of(self.tunables.current)
        due = await self.store.claim_due(
            now=self.clock.now(),
            limit=self.settings.batch,
            per_host=self.settings.per_host,
            lease=self.settings.lease,
            rules=rules,
            busy=self.looker.busy(),
        )
        if not due:
            return 0
        with traced(None):
            looks = await self.looker.look(due, deadline_s=self.tunables.current.probe_timeout_seconds)
            tell(await self.store.save(looks, now=self.clock.now(), rules=rules))
        return len(due)

    async def watch_canaries(self) -> None:
        """Ask our canaries whether our own network works, where there are some."""
        urls = self.settings.canary_urls
        while True:
            if urls:
                try:
                    await self.canaries_once(urls)
                except WellspringError as error:
                    log.warning("canary.delayed", reason=error.message)
            await asyncio.sleep(self.settings.canary_every.total_seconds())

    async def canaries_once(self, urls: Sequence[str]) -> bool:
        """Ask every canary and return whether any answered."""
        answered = any(await asyncio.gather(*(self.looker.prober.answers(url) for url in urls)))
        own = await self.store.asked_canaries(answered=answered, now=self.clock.now())
        metrics.OWN_NETWORK_DOWN.set(own.is_down)
        if not answered:
            log.warning("canaries.silent", since=str(own.since))
        return answered

    async def count(self) -> None:
        """Keep the gauges of links, now and then: counting reads the whole table.

        It takes a twentieth of the time at most, so that a large library is counted less often.
        """
        while True:
            began = time.monotonic()
            try:
                await self.count_once()
            except WellspringError as error:
                log.warning("count.delayed", reason=error.message)
            took = time.monotonic() - began
            await asyncio.sleep(max(self.settings.count_every.total_seconds(), took * 20))

    async def count_once(self) -> None:
        """Count links by state and server, and see how late the probes are."""
        now = self.clock.now()
        found: Counter[tuple[str, str]] = Counter()
        for (state, server), links in (await self.store.counts(now=now)).items():
            found[state, known_host(server)] += links
        oldest = await self.store.oldest_due(now=now)
        open_since, own = await self.store.breakers()
        metrics.LINK_CHECK_OLDEST.set(oldest.total_seconds())
        metrics.HOST_BREAKERS_OPEN.set(len(open_since))
        longest = now - min(open_since.values(), default=now)
        metrics.HOST_BREAKER_OLDEST.set(longest.total_seconds())
        metrics.OWN_NETWORK_DOWN.set(own.is_down)
        metrics.EPISODES_STARVED.set(await self.store.starved())
        metrics.LINKS.clear()
        for state, host in product(LINK_STATES, {OTHER, *(host for _, host in found)}):
            metrics.LINKS.labels(state, host).set(found[state, host])

    async def purge(self) -> None:
        """Delete what is past its retention, once in a while."""
        while True:
            try:
                log.info("retention.purged", rows=await self.store.purge())
            except WellspringError as error:
                log.warning("retention.delayed", reason=error.message)
            await asyncio.sleep(self.settings.purge_every.total_seconds())
