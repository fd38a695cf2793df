"""What health does when links change."""

from dataclasses import dataclass
from datetime import timedelta

import structlog

from wellspring_common.bus.port import Delivery, Subscription
from wellspring_common.clock import Clock
from wellspring_common.events.links import LinksUpdated
from wellspring_common.events.topology import HEALTH
from wellspring_common.tunables_watch import TunablesWatch

from .ports import Store

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Handlers:
    """Answers the events of the `health` consumer."""

    store: Store
    tunables: TunablesWatch
    clock: Clock

    def subscription(self) -> Subscription:
        """Return the whole table: which event goes where."""
        return Subscription(HEALTH, {LinksUpdated: self.on_links_updated})

    async def on_links_updated(self, delivery: Delivery) -> None:
        """Take new links into care."""
        event = delivery.event
        assert isinstance(event, LinksUpdated)  # noqa: S101  (the table above decides)
        interval = timedelta(minutes=self.tunables.current.probe_interval_minutes)
        learned = await self.store.learn(
            HEALTH.name, delivery, event, now=self.clock.now(), interval=interval
        )
        if learned:
            log.info("links.learned", episode_id=event.episode_id, links=learned)
