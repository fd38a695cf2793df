"""The scraper without a broker: its door, and what came out of it."""

from dataclasses import dataclass

from tests.unit.scraper.fakes import Broker, MemoryBus, delivery_of, request_for
from wellspring_common.events.scrape import LinksScraped, ScrapeFailed, SourceRef
from wellspring_scraper.handlers import Handlers


@dataclass(frozen=True)
class Scraper:
    """The scraper's door, and what came out of it."""

    handlers: Handlers
    bus: MemoryBus

    async def scrape(self, *sources: SourceRef) -> LinksScraped | ScrapeFailed:
        await self.handlers.on_scrape_requested(delivery_of(request_for(*sources), Broker()))
        event = self.bus.published[-1][0]
        assert isinstance(event, LinksScraped | ScrapeFailed)
        return event
