"""What health does when links change."""

from dataclasses import dataclass
from datetime import timedelta

import structlog

from wellspring_common.bus.port import Delivery, Subscription
from wellspring_common.clock import Clock
from wellspring_common.events.links import LinksUpdated
from wellspring_common.events.playback import PlaybackFailed
from wellspring_common.events.topology import HEALTH, HEALTH_REPORTS
from wellspring_common.tunables_watch import TunablesWatch

from .ports import Store

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Handlers:
    """Answers the events of health's two consumers."""

    store: Store
    tunables: TunablesWatch
    clock: Clock
    lease: timedelta

    def subscriptions(self) -> tuple[Subscription, Subscription]:
        """Return the whole table: what happened to links, and what players report."""
        return (
            Subscription(HEALTH, {LinksUpdated: self.on_links_updated}),
            Subscription(HEALTH_REPORTS, {PlaybackFailed: self.on_playback_failed}),
        )

    async def on_links_updated(self, delivery: Delivery) -> None:
        """Take new links into care."""
        event = delivery.event
        assert isinstance(event, LinksUpdated)  # noqa: S101  (the table above decides)
        interval = timedelta(minutes=self.tunables.current.probe_interval_minutes)
        learned = await self.store.learn(
            HEALTH.name, delivery, event, now=self.clock.now(), interval=interval
        )
        if learned:
            log.info("links.learned", job_id=str(event.job_id), episode_id=event.episode_id, links=learned)

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
