"""A scraper that crawls the demo's catalogue, and what it told."""

import asyncio
from dataclasses import dataclass, field
from uuid import UUID

from tests.unit.scraper.fakes import Broker, delivery_of
from wellspring_common.clock import SystemClock
from wellspring_common.events.crawl import (
    CatalogCrawled,
    CrawledTitle,
    CrawlFinished,
    CrawlRequested,
    CrawlScope,
)
from wellspring_common.fetch.fetcher import Fetcher
from wellspring_common.testing.bus import MemoryBus
from wellspring_common.testing.kv import MemoryValues
from wellspring_scraper.adapters.definition_files import DefinitionFiles
from wellspring_scraper.adapters.robots import RobotsTxt
from wellspring_scraper.adapters.seen import SeenBucket
from wellspring_scraper.crawling.handler import CrawlHandlers
from wellspring_scraper.sites import catalog

LONGEST_PAUSE_S = 1.0


@dataclass
class Crawler:
    """Crawls by the shipped definition, remembers what it saw, and waits for nobody longer than a moment."""

    fetcher: Fetcher
    clock: SystemClock = field(default_factory=SystemClock)
    values: MemoryValues = field(default_factory=MemoryValues)
    waited: list[float] = field(default_factory=list)
    jobs: int = 0

    async def crawl(
        self,
        *base_urls: str,
        scope: CrawlScope = CrawlScope.ONGOING,
        query: str = "",
        limit: int | None = None,
    ) -> tuple[CrawlFinished, dict[str, CrawledTitle]]:
        """How the crawl ended, and the titles that it told by their keys."""
        self.jobs += 1
        job = CrawlRequested(
            job_id=UUID(int=self.jobs),
            catalogue_id=1,
            definition="otakudesu",
            base_urls=base_urls,
            scope=scope,
            query=query,
            limit=limit,
            reason="test",
            requested_at=self.clock.now(),
        )
        bus = MemoryBus()
        await self._handlers(bus).on_crawl_requested(delivery_of(job, Broker()))
        told = [
            title
            for one in bus.stored
            if one.subject == CatalogCrawled.subject
            for title in CatalogCrawled.model_validate_json(one.payload).titles
        ]
        (end,) = [one for one in bus.stored if one.subject == CrawlFinished.subject]
        return CrawlFinished.model_validate_json(end.payload), {title.key: title for title in told}

    def _handlers(self, bus: MemoryBus) -> CrawlHandlers:
        async def pause(seconds: float) -> None:
            self.waited.append(seconds)
            await asyncio.sleep(min(seconds, LONGEST_PAUSE_S))

        return CrawlHandlers(
            bus=bus,
            fetcher=self.fetcher,
            robots=RobotsTxt(self.fetcher, "Wellspring/1", self.clock),
            find=DefinitionFiles().find,
            catalogue=catalog,
            seen=SeenBucket(self.values),
            clock=self.clock,
            pause=pause,
        )
