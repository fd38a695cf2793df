"""What the refresher needs from the outside."""

from datetime import datetime, timedelta
from typing import Protocol

from wellspring_common.bus.port import Delivery
from wellspring_common.events.catalog import CatalogChanged
from wellspring_common.events.crawl import CrawlFinished, CrawlStarted
from wellspring_common.events.dead import DeadLettered
from wellspring_common.events.jobs import JobCancelled
from wellspring_common.events.scrape import LinksScraped, ScrapeFailed, ScrapeStarted
from wellspring_common.tunables import Tunables


class Crawls(Protocol):
    """The jobs of crawls. Every method is one transaction, safe to repeat."""

    async def started(self, consumer: str, delivery: Delivery, event: CrawlStarted) -> None:
        """Mark a crawl as running."""
        ...

    async def finished(self, consumer: str, delivery: Delivery, event: CrawlFinished) -> None:
        """End a crawl with its counts and problems."""
        ...

    async def end_lost(self, *, now: datetime, lease: timedelta, patience: timedelta) -> list[str]:
        """Fail crawls that ran or waited beyond all patience, and return which."""
        ...


class GivenUp(Protocol):
    """What people and the scraper gave up. Every method is one transaction, safe to repeat."""

    async def job_cancelled(
        self, consumer: str, delivery: Delivery, event: JobCancelled, *, now: datetime
    ) -> str | None:
        """End a live job of any kind and return its kind, or nothing where it had ended before."""
        ...

    async def dead_lettered(self, consumer: str, delivery: Delivery, event: DeadLettered) -> bool:
        """Keep a dead letter for people to look at, and return whether it is new."""
        ...


class Store(Protocol):
    """Where links, jobs and the schedule are kept. Every method is one transaction, safe to repeat."""

    async def job_started(self, consumer: str, delivery: Delivery, event: ScrapeStarted) -> None:
        """Mark a job as running."""
        ...

    async def links_found(
        self, consumer: str, delivery: Delivery, event: LinksScraped, *, now: datetime, tunables: Tunables
    ) -> int | None:
        """Store what a job found and return how many links are new or changed. Nothing for a repetition."""
        ...

    async def scrape_failed(
        self, consumer: str, delivery: Delivery, event: ScrapeFailed, *, now: datetime
    ) -> bool:
        """End a job that found nothing, and return whether it still had to end: what was stored stays."""
        ...

    async def catalog_changed(self, consumer: str, delivery: Delivery, event: CatalogChanged) -> None:
        """Make sure that the schedule knows the episodes."""
        ...

    async def request_due(
        self, *, now: datetime, limit: int, lease: timedelta, most_waiting: int
    ) -> list[int]:
        """Ask for scrapes of due episodes and return which, never letting more than `most_waiting` wait."""
        ...

    async def end_lost_jobs(self, *, now: datetime, lease: timedelta, queue_patience: timedelta) -> list[str]:
        """Fail jobs that ran for longer than a lease or waited beyond all patience, and return which."""
        ...

    async def purge(self) -> int:
        """Delete what is past its retention and return how many rows."""
        ...

    async def overdue(self, *, now: datetime) -> tuple[int, timedelta]:
        """Return how many episodes are due and not requested, and how long the oldest has waited."""
        ...
