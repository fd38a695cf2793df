"""What health does when links change."""

from dataclasses import dataclass
from datetime import timedelta

import structlog

from wellspring_common.bus.port import Delivery, Subscription
from wellspring_common.clock import Clock
from wellspring_common.events.catalog import CatalogChanged
from wellspring_common.events.links import LinksUpdated
from wellspring_common.events.playback import PlaybackFailed
from wellspring_common.events.probes import ProbeRequested
from wellspring_common.events.topology import HEALTH, HEALTH_PROBES, HEALTH_REPORTS
from wellspring_common.tunables_watch import TunablesWatch

from .domain.rounds import Rules
from .ports import Runs, Store

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Handlers:
    """Answers the events of health's three consumers."""

    store: Store
    runs: Runs
    tunables: TunablesWatch
    clock: Clock
    lease: timedelta

    def subscriptions(self) -> tuple[Subscription, Subscription, Subscription]:
        """Return the whole table: what happened to links, what players report, what people ask for."""
        return (
            Subscription(
                HEALTH, {LinksUpdated: self.on_links_updated, CatalogChanged: self.on_catalog_changed}
            ),
            Subscription(HEALTH_REPORTS, {PlaybackFailed: self.on_playback_failed}),
            Subscription(HEALTH_PROBES, {ProbeRequested: self.on_probe_requested}),
        )

    async def on_links_updated(self, delivery: Delivery) -> None:
        """Take new links into care."""
        event = delivery.event
        assert isinstance(event, LinksUpdated)  # noqa: S101  (the table above decides)
        rules = Rules.of(self.tunables.current)
        learned = await self.store.learn(HEALTH.name, delivery, event, now=self.clock.now(), rules=rules)
        if learned:
            log.info("links.learned", job_id=str(event.job_id), episode_id=event.episode_id, links=learned)

    async def on_catalog_changed(self, delivery: Delivery) -> None:
        """Leave the hosts of a title alone while it is in the trash."""
        event = delivery.event
        assert isinstance(event, CatalogChanged)  # noqa: S101  (the table above decides)
        moved = await self.store.catalog_changed(HEALTH.name, delivery, event, now=self.clock.now())
        if moved.rested or moved.due:
            log.info("links.moved", title_id=event.title_id, rested=moved.rested, due=moved.due)

    async def on_playback_failed(self, delivery: Delivery) -> None:
        """Ask a link that broke in a player sooner than planned: the probe decides, not the viewer."""
        event = delivery.event
        assert isinstance(event, PlaybackFailed)  # noqa: S101  (the table above decides)
        if await self.store.hurry(
            HEALTH_REPORTS.name, delivery, event, now=self.clock.now(), lease=self.lease
        ):
            log.info(
                "link.hurried",
                link_id=event.link_id,
                episode_id=event.episode_id,
                server=event.server,
                reason=event.reason.value,
            )

    async def on_probe_requested(self, delivery: Delivery) -> None:
        """Keep a run that somebody asked for: a sweep works through it."""
        event = delivery.event
        assert isinstance(event, ProbeRequested)  # noqa: S101  (the table above decides)
        if await self.runs.add(HEALTH_PROBES.name, delivery, event, now=self.clock.now()):
            log.info("probe_run.queued", run_id=str(event.run_id), requested_by=event.requested_by)
