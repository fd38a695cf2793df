"""What the gateway does when something happens."""

from dataclasses import dataclass

import structlog

from wellspring_common import metrics
from wellspring_common.bus.port import Delivery, Subscription
from wellspring_common.clock import Clock
from wellspring_common.events.crawl import CatalogCrawled, CrawlFinished
from wellspring_common.events.topology import GATEWAY

from .crawling import Catalogues, Crawled

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Handlers:
    """Answers the events of the `gateway` consumer."""

    crawled: Crawled
    catalogues: Catalogues
    clock: Clock

    def subscription(self) -> Subscription:
        """Return the whole table: which event goes where."""
        return Subscription(
            GATEWAY, {CatalogCrawled: self.on_catalog_crawled, CrawlFinished: self.on_crawl_finished}
        )

    async def on_catalog_crawled(self, delivery: Delivery) -> None:
        """Store titles, episodes and sources, and tell what changed."""
        event = delivery.event
        assert isinstance(event, CatalogCrawled)  # noqa: S101  (the table above decides)
        tally = await self.crawled.store(GATEWAY.name, delivery, event, now=self.clock.now())
        if tally is None:
            return
        for outcome in ("added", "changed", "unchanged"):
            metrics.CRAWLED_TITLES.labels(outcome).inc(getattr(tally, f"titles_{outcome}"))
        log.info("crawl.stored", job_id=str(event.job_id), titles=len(event.titles), **vars(tally))

    async def on_crawl_finished(self, delivery: Delivery) -> None:
        """Keep the result with the catalogue."""
        event = delivery.event
        assert isinstance(event, CrawlFinished)  # noqa: S101  (the registry gives no other)
        await self.catalogues.finished(GATEWAY.name, delivery, event, now=self.clock.now())
        log.info("crawl.finished", job_id=str(event.job_id), code=event.code, moved_to=event.moved_to)
