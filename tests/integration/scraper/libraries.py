"""The free libraries of the demo world, and the scraper that reads them over real sockets."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from tests.integration.conftest import CLIP_SECONDS
from tests.integration.scraper.door import Scraper
from tests.unit.scraper.fakes import MemoryBus, delivery_of
from wellspring_common.clock import SystemClock
from wellspring_common.events.crawl import (
    CatalogCrawled,
    CrawledTitle,
    CrawlFinished,
    CrawlRequested,
    CrawlScope,
)
from wellspring_common.events.scrape import FoundLink, LinksScraped, ScrapeFailed, SourceRef
from wellspring_common.fetch.fetcher import Fetcher
from wellspring_common.fetch.guard import Guard
from wellspring_common.fetch.limits import Limits
from wellspring_common.fetch.pace import PaceRule
from wellspring_common.testing.bus import MemoryBus as StoredBus
from wellspring_common.testing.kv import MemoryValues
from wellspring_demo.world import World, running_world
from wellspring_scraper.adapters.definition_files import DefinitionFiles
from wellspring_scraper.adapters.robots import RobotsTxt
from wellspring_scraper.adapters.seen import SeenBucket
from wellspring_scraper.adapters.source_run import Patience
from wellspring_scraper.adapters.static import StaticRung
from wellspring_scraper.crawling.handler import CrawlHandlers
from wellspring_scraper.handlers import Handlers
from wellspring_scraper.sites import catalog


@dataclass
class Libraries:
    """A running world and a scraper that may reach its hosts."""

    world: World
    fetcher: Fetcher
    scraper: Scraper
    bus: StoredBus = field(default_factory=StoredBus)
    values: MemoryValues = field(default_factory=MemoryValues)
    jobs: int = 0

    def url(self, host: str, path: str) -> str:
        """Return an address on a host of the world."""
        return f"{self.world.addresses[host]}{path}"

    async def scrape(self, definition: str, url: str) -> LinksScraped | ScrapeFailed:
        """Scrape one source."""
        return await self.scraper.scrape(SourceRef(source_id=1, quality=None, url=url, definition=definition))

    async def links(self, definition: str, url: str) -> list[FoundLink]:
        """Return the links of one source, all of which were seen. Fails where one was not."""
        event = await self.scrape(definition, url)
        assert isinstance(event, LinksScraped), event
        (result,) = event.results
        assert result.problems == ()
        assert all(link.verified and link.http_status == 206 for link in result.links)
        return list(result.links)

    async def crawl(
        self, definition: str, host: str, scope: CrawlScope, query: str = "", limit: int | None = None
    ) -> tuple[CrawlFinished, list[CrawledTitle]]:
        """Crawl a library and return how it ended, and what it told."""
        clock = SystemClock()
        self.jobs += 1
        before = len(self.bus.stored)
        job = CrawlRequested(
            job_id=UUID(int=self.jobs),
            catalogue_id=1,
            definition=definition,
            base_urls=(self.world.addresses[host],),
            scope=scope,
            query=query,
            limit=limit,
            reason="test",
            requested_at=clock.now(),
        )
        handlers = CrawlHandlers(
            bus=self.bus,
            fetcher=self.fetcher,
            robots=RobotsTxt(self.fetcher, self.fetcher.user_agent, clock),
            find=DefinitionFiles().find,
            catalogue=catalog,
            seen=SeenBucket(self.values),
            clock=clock,
        )
        await handlers.on_crawl_requested(delivery_of(job))
        said = self.bus.stored[before:]
        ends = [one.payload for one in said if one.subject == CrawlFinished.subject]
        told = [one.payload for one in said if one.subject == CatalogCrawled.subject]
        titles = [title for one in told for title in CatalogCrawled.model_validate_json(one).titles]
        return CrawlFinished.model_validate_json(ends[-1]), titles


@asynccontextmanager
async def libraries(state_dir: Path, media_dir: Path) -> AsyncGenerator[Libraries]:
    """Run a world and a scraper that is as fast as it can be."""
    async with running_world(state_dir, media_dir=media_dir, clip_seconds=CLIP_SECONDS) as world:
        pace = PaceRule(concurrency=8, burst=500, rate_per_s=500)
        limits = Limits(first_byte_s=60)
        async with Fetcher(Guard(frozenset(world.hosts)), pace=pace, limits=limits) as fetcher:
            clock = SystemClock()
            # the first look at a clip waits for its making
            patience = Patience(page_s=10, probe_s=60)
            rung = StaticRung(
                fetcher=fetcher,
                find=DefinitionFiles().find,
                clock=clock,
                ttl_s=lambda: 21_600,
                patience=patience,
            )
            bus = MemoryBus()
            handlers = Handlers(bus=bus, rung=rung, clock=clock, job_deadline_s=120)
            yield Libraries(world, fetcher, Scraper(handlers, bus))
