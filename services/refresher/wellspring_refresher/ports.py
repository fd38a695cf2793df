"""What the refresher needs from the outside."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from wellspring_common.bus.port import Delivery
from wellspring_common.events.catalog import CatalogChanged
from wellspring_common.events.crawl import CrawlFinished, CrawlStarted
from wellspring_common.events.dead import DeadLettered
from wellspring_common.events.jobs import JobCancelled
from wellspring_common.events.links import EpisodeStarved, LinksDied, LinksWanted
from wellspring_common.events.playback import PlaybackStarted
from wellspring_common.events.scrape import LinksScraped, ScrapeFailed, ScrapeStarted
from wellspring_common.tunables import Tunables

from .domain.patience import Patience
from .domain.policy import Plan
from .domain.rules import Rules


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
        self, consumer: str, delivery: Delivery, event: ScrapeFailed, *, now: datetime, tunables: Tunables
    ) -> bool:
        """End a job that found nothing, and return whether it still had to end: what was stored stays."""
        ...

    async def catalog_changed(
        self, consumer: str, delivery: Delivery, event: CatalogChanged, *, now: datetime, tunables: Tunables
    ) -> None:
        """Let the schedule know the episodes, and which of them lie in the trash."""
        ...

    async def end_lost_jobs(
        self, *, now: datetime, lease: timedelta, queue_patience: timedelta, tunables: Tunables
    ) -> list[str]:
        """Fail jobs that ran for longer than a lease or waited beyond all patience, and return which."""
        ...

    async def purge(self) -> int:
        """Delete what is past its retention and return how many rows."""
        ...


class Viewing(Protocol):
    """What viewers and probes say of episodes. Every method is one transaction, safe to repeat."""

    async def played(
        self, consumer: str, delivery: Delivery, event: PlaybackStarted, rules: Rules, *, now: datetime
    ) -> int | None:
        """Count a play, have the next episode ready, and return which that is."""
        ...

    async def starved(
        self, consumer: str, delivery: Delivery, event: EpisodeStarved, rules: Rules, *, now: datetime
    ) -> Plan | None:
        """Plan an episode that has too few links, and return the plan of one that is known."""
        ...

    async def wanted(
        self, consumer: str, delivery: Delivery, event: LinksWanted, rules: Rules, *, now: datetime
    ) -> Plan | None:
        """Plan an episode whose links somebody is about to use, and return the plan of one that is known."""
        ...

    async def died(
        self, consumer: str, delivery: Delivery, event: LinksDied, rules: Rules, *, now: datetime
    ) -> None:
        """Keep how long the links lived, and plan their episode without them."""
        ...


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much one sweep may ask for. A claimed turn comes back after `lease` if its job is lost."""

    most: int
    most_waiting: int
    lease: timedelta
    per_host_hour: int


@dataclass(frozen=True, kw_only=True)
class Look:
    """Whether a sweep has anything to do: so many turns are due, and jobs were lost or not."""

    overdue: int
    oldest: timedelta
    has_lost: bool


class Due(Protocol):
    """The refreshes whose time has come."""

    async def look(self, patience: Patience, *, now: datetime) -> Look:
        """Return what there is to do."""
        ...

    async def request_due(self, rules: Rules, limits: Limits, *, now: datetime) -> list[int]:
        """Ask for scrapes of due episodes, the urgent ones first, and return which."""
        ...

    async def overdue(self, *, now: datetime) -> tuple[int, timedelta]:
        """Return how many episodes are due and not requested, and how long the oldest has waited."""
        ...


class Planning(Protocol):
    """The schedule as a whole."""

    async def plan_on(self, rules: Rules, *, most: int, now: datetime) -> int | None:
        """Plan the next episodes by these rules and return how many, or nothing once all are."""
        ...
